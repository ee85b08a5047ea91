import { describe, expect, test } from '@jest/globals';
import { describeTokenStore } from '../../test-support/token-store/contract.js';
import { newToken, pending, recordOf } from '../../test-support/token-store/fixtures.js';
import { drop, inDatabase, newDatabaseName, openFresh } from '../../test-support/token-store/mongodb.js';
import { connectMongoTokenStore } from './mongo.js';

const uri = process.env.MONGODB_URI;
if (uri) {
  describe('the MongoDB of MONGODB_URI', () => {
    // What everything else stands on: the token store needs no transactions because of it.
    test('changes a document atomically: of changes that exclude each other, it makes one', async () => {
      const dbName = newDatabaseName();
      await inDatabase(uri, dbName, async (database) => {
        const documents = database.collection<{ _id: number; by: number }>('probe');
        for (let round = 0; round < 20; round++) {
          await documents.insertOne({ _id: round, by: 0 });
          const changes = await Promise.all(
            Array.from({ length: 8 }, (_, index) =>
              documents.updateOne({ _id: round, by: 0 }, { $set: { by: index + 1 } }),
            ),
          );
          expect(changes.filter(({ modifiedCount }) => modifiedCount === 1)).toHaveLength(1);
        }
      });
      await drop(uri, dbName);
    });
  });

  describeTokenStore('MongoDB', () => openFresh(uri));

  describe('the token store in MongoDB', () => {
    test('is migrated by several processes at once, and again', async () => {
      const dbName = newDatabaseName();
      const stores = await Promise.all(
        Array.from({ length: 4 }, () => connectMongoTokenStore({ uri, dbName })),
      );
      await Promise.all(stores.map((store) => store.migrate()));
      await stores[0]!.insertTokens([newToken()]);
      await stores[1]!.migrate();
      await inDatabase(uri, dbName, async (database) => {
        expect(await database.collection('tokens').countDocuments()).toBe(1);
        const names = (await database.collection('tokens').indexes()).map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      });
      await Promise.all(stores.map((store) => store.close()));
      await drop(uri, dbName);
    });

    test('is shared by replicas: what one was answered, the other sees', async () => {
      const dbName = newDatabaseName();
      const [one, two] = await Promise.all([openFresh(uri, { dbName }), openFresh(uri, { dbName })]);
      const token = newToken();
      await one.insertTokens([token]);
      expect(await recordOf(two, token)).toEqual(pending(token));
      await two.close();
      await one.close();
    });
  });
} else
  describe('MongoDB as a token store', () => {
    test.skip('needs a real one: npm run services, or set MONGODB_URI', () => undefined);
  });

describe('without a MongoDB', () => {
  test('connecting fails in the time that was given, and says with whom', async () => {
    const connecting = connectMongoTokenStore({
      uri: 'mongodb://127.0.0.1:1/tokens',
      serverSelectionTimeoutMS: 50,
    });
    await expect(connecting).rejects.toThrow(/127\.0\.0\.1:1/);
  });

  test('a URI that is none is refused', async () => {
    await expect(connectMongoTokenStore({ uri: 'postgres://localhost/tokens' })).rejects.toThrow();
  });
});
