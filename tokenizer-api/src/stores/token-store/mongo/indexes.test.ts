import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  alice,
  app,
  at,
  auditEvent,
  insertAccepted,
  newSession,
  someChain,
} from '../../../test-support/token-store/fixtures.js';
import { drop, inDatabase, newDatabaseName, openWatched } from '../../../test-support/token-store/mongodb.js';
import { collectionOf, isServedBy, queriesOf } from '../../../test-support/token-store/queries.js';
import type { IndexKey } from '../../../test-support/token-store/queries.js';
import { connectMongoTokenStore } from '../mongo.js';
import type { TokenStore } from '../port.js';

interface Index {
  key: IndexKey;
  unique?: boolean;
  expireAfterSeconds?: number;
}

const readIndexes = async (uri: string, dbName: string, names: string[]) =>
  inDatabase(uri, dbName, async (database) =>
    Object.fromEntries(
      await Promise.all(
        names.map(async (name) => [name, (await database.collection(name).indexes()) as Index[]] as const),
      ),
    ),
  );

const uri = process.env.MONGODB_URI;
if (uri)
  describe('the indexes in MongoDB', () => {
    let watched: Awaited<ReturnType<typeof openWatched>>;
    let store: TokenStore;
    let indexes: Record<string, Index[]>;
    beforeAll(async () => {
      watched = await openWatched(uri);
      ({ store } = watched);
      indexes = await readIndexes(uri, watched.dbName, ['tokens', 'readGrants', 'sessions', 'auditEvents']);
    });
    afterAll(() => store?.close());

    test('an assertion is unique in its application', () => {
      expect(indexes.sessions).toContainEqual(
        expect.objectContaining({ key: { applicationId: 1, assertionId: 1 }, unique: true }),
      );
    });

    const page = { first: 10, after: null };
    const later = { first: 10, after: `${at(5).getTime()}:lunasec-1` };
    const newest = { createdAt: -1, _id: -1 };
    const reads: [string, (store: TokenStore) => Promise<unknown>, string, IndexKey][] = [
      ['tokens', (it) => it.listTokens(app, {}, page), 'tokens', { applicationId: 1, ...newest }],
      ['a later page', (it) => it.listTokens(app, {}, later), 'tokens', { applicationId: 1, ...newest }],
      [
        'tokens of some days',
        (it) => it.listTokens(app, { createdAfter: at(1), createdBefore: at(9) }, page),
        'tokens',
        { applicationId: 1, ...newest },
      ],
      [
        'tokens of a session',
        (it) => it.listTokens(app, { sessionId: alice }, page),
        'tokens',
        { applicationId: 1, sessionId: 1, ...newest },
      ],
      [
        'tokens of a status',
        (it) => it.listTokens(app, { status: 'deleted' }, page),
        'tokens',
        { applicationId: 1, status: 1, ...newest },
      ],
      [
        'tokens by their metadata',
        (it) => it.listTokens(app, { metadata: { kind: 'ssn' } }, page),
        'tokens',
        { applicationId: 1, metadataEntries: 1, ...newest },
      ],
      [
        'read grants of a session',
        (it) => it.listGrants(app, alice, 'read', at(1), page),
        'readGrants',
        { applicationId: 1, sessionId: 1, createdAt: -1, token: -1 },
      ],
      [
        'store grants of a session',
        (it) => it.listGrants(app, alice, 'store', at(1), page),
        'tokens',
        { applicationId: 1, sessionId: 1, ...newest },
      ],
      [
        'data keys under a key',
        (it) => it.findDataKeys('key-1', 'lunasec-1', 10),
        'tokens',
        { 'wrappedKey.keyId': 1, _id: 1 },
      ],
    ];
    test.each(reads)('a list of %s is read in the order of one', async (_name, read, collection, key) => {
      expect(indexes[collection]!.map((index) => index.key)).toContainEqual(key);
      watched.take();
      await read(store);
      const commands = watched.take();
      expect(commands.map(({ name }) => name)).toEqual(['find']);
      expect(queriesOf(commands[0]!).every((query) => isServedBy(key, query))).toBe(true);
    });

    test('every other query begins with one as well', async () => {
      watched.take();
      const token = await insertAccepted(store);
      const grant = {
        applicationId: app,
        sessionId: alice,
        token: token.token,
        createdAt: at(1),
        expiresAt: at(9),
      };
      await store.putReadGrants([grant]);
      await store.findReadable(app, alice, [token.token]);
      await store.findReadGrants(app, token.token, at(1), 10);
      await store.revokeReadGrants(app, alice, [token.token]);
      await store.updateMetadata(app, token.token, { kind: 'ssn' });
      const { wrappedKey } = token;
      await store.rewrapDataKeys([{ token: token.token, from: wrappedKey, to: wrappedKey }]);
      const session = newSession();
      await store.insertSession(session);
      await store.findSession(session.digest, at(1));
      await store.endSession(app, alice, at(2));
      await store.deleteTokens(app, [token.token], at(3));
      await store.settleGarbage(await store.takeGarbage(at(4), 10));
      await store.removeExpired(at(5));
      for (const filter of [{}, { token: token.token }, { sessionId: alice }])
        await store.listAudit(app, filter, page);
      await store.appendAudit([auditEvent(1), auditEvent(2)]);
      await store.appendAudit([auditEvent(1), auditEvent(2)]);
      await store.findAuditHeads([someChain]);
      await store.readAudit({ applicationId: app, since: at(1) }, null, 10);
      await store.readAudit({ until: at(9) }, auditEvent(1).id, 10);
      await store.readAuditChains(auditEvent(1), 10);
      const commands = watched.take();
      const queries = commands.flatMap((command) =>
        queriesOf(command).map((query) => ({ command, collection: collectionOf(command), query })),
      );
      expect(queries.length).toBeGreaterThan(15);
      const unserved = queries.filter(
        ({ collection, query }) => !indexes[collection]!.some(({ key }) => isServedBy(key, query)),
      );
      expect(unserved).toEqual([]);
    });

    test('where there are no TTL indexes that is a warning, and the sweeper still has its index', async () => {
      const warnings: string[] = [];
      const dbName = newDatabaseName();
      const other = await connectMongoTokenStore({ uri, dbName, onWarning: (it) => warnings.push(it) });
      await other.migrate();
      await other.close();
      const found = await readIndexes(uri, dbName, ['readGrants', 'sessions']);
      await drop(uri, dbName);
      for (const [name, all] of Object.entries(found)) {
        const [index] = all.filter(({ key }) => Object.keys(key).join() === 'expiresAt');
        expect(index).toBeDefined();
        // Never before the sweeper, which comes at least every hour.
        if (index!.expireAfterSeconds !== undefined) expect(index!.expireAfterSeconds).toBeGreaterThan(3600);
        const isWarned = warnings.some((it) => it.includes(name) && it.includes('TTL'));
        expect(isWarned).toBe(index!.expireAfterSeconds === undefined);
      }
    });
  });
else
  describe('the indexes in MongoDB', () => {
    test.skip('need a real one: npm run services, or set MONGODB_URI', () => undefined);
  });
