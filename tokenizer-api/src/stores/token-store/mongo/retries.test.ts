import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { plainHost, startBreakingProxy } from '../../../test-support/token-store/broken-connections.js';
import {
  accept,
  app,
  at,
  auditEvent,
  insertAccepted,
  newSession,
  newToken,
  readGrant,
  recordOf,
} from '../../../test-support/token-store/fixtures.js';
import { openFresh } from '../../../test-support/token-store/mongodb.js';
import type { TokenStore } from '../port.js';

const uri = process.env.MONGODB_URI;
const host = uri === undefined ? undefined : plainHost(uri);
if (host)
  describe('when a connection to MongoDB breaks', () => {
    let proxy: Awaited<ReturnType<typeof startBreakingProxy>>;
    let store: TokenStore;
    beforeAll(async () => {
      proxy = await startBreakingProxy(host);
      store = await openFresh(proxy.uri);
    });
    afterAll(async () => {
      await store?.close();
      await proxy?.close();
    });

    const token = newToken();
    const accepted = newToken();
    const session = newSession();
    const calls: [string, string, () => Promise<unknown>, unknown][] = [
      ['insertTokens', 'insert', () => store.insertTokens([token]), new Set([token.token])],
      ['acceptTokens', 'update', () => accept(store, accepted), new Set([accepted.token])],
      ['putReadGrants', 'update', () => store.putReadGrants([readGrant(accepted.token)]), undefined],
      [
        'updateMetadata',
        'findAndModify',
        async () => (await store.updateMetadata(app, accepted.token, { a: 1 }))?.metadata,
        { a: 1 },
      ],
      ['insertSession', 'insert', () => store.insertSession(session), true],
      ['appendAudit', 'insert', () => store.appendAudit([auditEvent(1), auditEvent(2)]), undefined],
      ['findTokens', 'find', async () => (await recordOf(store, accepted)).status, 'accepted'],
      ['findSession', 'find', () => store.findSession(session.digest, at(1)), session],
    ];

    test.each(calls)('%s is sent again, and succeeds', async (name, command, call, answer) => {
      if (name === 'acceptTokens') await store.insertTokens([accepted]);
      const before = proxy.broken();
      proxy.breakNext(command);
      expect(await call()).toEqual(answer);
      expect(proxy.broken()).toBe(before + 1);
    });

    test('what the driver cannot send again fails, and leaves the token as it was', async () => {
      const kept = await insertAccepted(store);
      proxy.breakNext('update');
      await expect(store.deleteTokens(app, [kept.token], at(2))).rejects.toThrow();
      expect((await recordOf(store, kept)).status).toBe('accepted');
      expect(await store.deleteTokens(app, [kept.token], at(2))).toEqual(new Set([kept.token]));
    });
  });
else
  describe('when a connection to MongoDB breaks', () => {
    const reason =
      uri === undefined ? 'needs a real one: npm run services, or set MONGODB_URI' : 'needs a plain host';
    test.skip(reason, () => undefined);
  });
