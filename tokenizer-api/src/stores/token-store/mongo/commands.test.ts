import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  alice,
  app,
  at,
  auditEvent,
  names,
  newSession,
  newToken,
  newTokens,
  readGrant,
} from '../../../test-support/token-store/fixtures.js';
import { inDatabase, openWatched } from '../../../test-support/token-store/mongodb.js';
import type { NewToken, TokenStore } from '../port.js';

const uri = process.env.MONGODB_URI;
if (uri)
  describe('what the token store sends to MongoDB', () => {
    let watched: Awaited<ReturnType<typeof openWatched>>;
    let store: TokenStore;
    let isReplicaSet: boolean;
    beforeAll(async () => {
      watched = await openWatched(uri);
      ({ store } = watched);
      const { setName } = await inDatabase(uri, 'admin', (database) => database.command({ hello: 1 }));
      isReplicaSet = setName !== undefined;
    });
    afterAll(() => store?.close());

    const acceptances = (tokens: NewToken[]) =>
      tokens.map(({ token }) => ({ token, sessionId: alice, binding: `User.ssn:${token}` }));
    const audit = (count: number) => {
      const chain = randomUUID();
      return Array.from({ length: count }, (_, index) => auditEvent(index + 1, { id: randomUUID(), chain }));
    };
    const page = (first: number) => ({ first, after: null });

    /** Every method that takes a batch or gives a list, and the commands that it may send, whatever the size. */
    const methods: [string, string[], (tokens: NewToken[], ...rest: never[]) => Promise<unknown>][] = [
      ['insertTokens', ['insert'], (tokens) => store.insertTokens(newTokens(tokens.length))],
      ['findTokens', ['find'], (tokens) => store.findTokens(app, names(tokens))],
      ['acceptTokens', ['update'], (tokens) => store.acceptTokens(app, acceptances(tokens), at(1))],
      [
        'prolongStoreGrants',
        ['update'],
        (tokens) =>
          store.prolongStoreGrants(
            app,
            alice,
            tokens.map(({ token }) => ({ token, until: at(2000) })),
            at(1),
          ),
      ],
      [
        'putReadGrants',
        ['update'],
        (tokens) => store.putReadGrants(tokens.map(({ token }) => readGrant(token))),
      ],
      ['findReadable', ['find', 'find'], (tokens) => store.findReadable(app, alice, names(tokens))],
      ['listTokens', ['find'], (tokens) => store.listTokens(app, {}, page(tokens.length))],
      [
        'listGrants, read',
        ['find'],
        (tokens) => store.listGrants(app, alice, 'read', at(2), page(tokens.length)),
      ],
      [
        'listGrants, store',
        ['find'],
        (tokens) => store.listGrants(app, alice, 'store', at(2), page(tokens.length)),
      ],
      ['revokeReadGrants', ['delete'], (tokens) => store.revokeReadGrants(app, alice, names(tokens))],
      ['findDataKeys', ['find'], (tokens) => store.findDataKeys('key-1', null, tokens.length)],
      ['countDataKeys', ['aggregate'], () => store.countDataKeys()],
      [
        'rewrapDataKeys',
        ['update'],
        (tokens) =>
          store.rewrapDataKeys(
            tokens.map(({ token, wrappedKey }) => ({ token, from: wrappedKey, to: wrappedKey })),
          ),
      ],
      ['deleteTokens', ['delete', 'update'], (tokens) => store.deleteTokens(app, names(tokens), at(3))],
      ['takeGarbage', ['find', 'update'], (tokens) => store.takeGarbage(at(4), tokens.length)],
      [
        'settleGarbage',
        ['delete', 'update'],
        (tokens) =>
          store.settleGarbage(
            tokens.map(({ token }) => ({ token, applicationId: app, status: 'deleted' as const })),
          ),
      ],
      ['appendAudit', ['insert'], (tokens) => store.appendAudit(audit(tokens.length))],
      ['listAudit', ['find'], (tokens) => store.listAudit(app, {}, page(tokens.length))],
      ['readAudit', ['find'], (tokens) => store.readAudit({ until: at(9) }, null, tokens.length)],
      ['readAuditChains', ['find'], (tokens) => store.readAuditChains(null, tokens.length)],
      ['removeExpired', ['delete', 'delete'], () => store.removeExpired(at(5))],
    ];

    test.each([1, 200])('%d at once are as many commands as one', async (size) => {
      const tokens = newTokens(size);
      await store.insertTokens(tokens);
      for (const [name, expected, run] of methods) {
        watched.take();
        await run(tokens);
        const sent = watched.take().map((command) => command.name);
        expect([name, ...sent.sort()]).toEqual([name, ...expected]);
      }
    });

    test('writes are acknowledged by a majority, and those that can be are sent again by themselves', async () => {
      watched.take();
      const token = newToken();
      await store.insertTokens([token]);
      await store.acceptTokens(app, acceptances([token]), at(1));
      await store.putReadGrants([readGrant(token.token)]);
      await store.updateMetadata(app, token.token, { kind: 'ssn' });
      await store.insertSession(newSession());
      await store.endSession(app, alice, at(2));
      await store.deleteTokens(app, [token.token], at(3));
      await store.appendAudit(audit(1));
      const writes = watched.take();
      expect(new Set(writes.map(({ name }) => name))).toEqual(
        new Set(['insert', 'update', 'findAndModify', 'delete']),
      );
      for (const { body } of writes) expect(body.writeConcern).toEqual({ w: 'majority' });
      // Changes of many documents by one condition have no number: MongoDB cannot tell whether it made them.
      const isMany = (body: Record<string, unknown>) =>
        ((body.updates as { multi?: boolean }[]) ?? []).some(({ multi }) => multi) ||
        ((body.deletes as { limit?: number }[]) ?? []).some(({ limit }) => limit === 0);
      for (const { body } of writes) expect(body.txnNumber !== undefined).toBe(isReplicaSet && !isMany(body));
    });

    test('reads go to the primary', async () => {
      const token = newToken();
      await store.insertTokens([token]);
      watched.take();
      await store.findTokens(app, [token.token]);
      await store.listTokens(app, {}, page(10));
      await store.findSession('digest', at(1));
      for (const { name, body } of watched.take()) {
        expect(name).toBe('find');
        expect([undefined, 'primary', 'primaryPreferred']).toContain(
          (body.$readPreference as { mode: string } | undefined)?.mode,
        );
      }
    });

    test('empty batches send nothing', async () => {
      watched.take();
      for (const [name, , run] of methods)
        if (!/list|take|read|removeExpired|(find|count)DataKeys/.test(name)) await run([]);
      expect(watched.take()).toEqual([]);
    });
  });
else
  describe('what the token store sends to MongoDB', () => {
    test.skip('needs a real one: npm run services, or set MONGODB_URI', () => undefined);
  });
