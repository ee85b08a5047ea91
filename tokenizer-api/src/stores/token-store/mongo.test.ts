import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { describeTokenStore } from '../../test-support/token-store/contract.js';
import { newToken, pending, recordOf } from '../../test-support/token-store/fixtures.js';
import { connectMongoTokenStore } from './mongo.js';
import type { MongoTokenStoreOptions } from './mongo.js';
import type { TokenStore } from './port.js';

const newDatabaseName = () => `lunasec_test_${randomUUID().replaceAll('-', '')}`;

/** A migrated store in a database of its own, which is dropped when the store is closed. */
async function openFresh(uri: string, options: Partial<MongoTokenStoreOptions> = {}): Promise<TokenStore> {
  const dbName = newDatabaseName();
  const store = await connectMongoTokenStore({ uri, dbName, ...options });
  await store.migrate();
  return {
    ...store,
    async close() {
      await store.close();
      const connection = await mongoose.createConnection(uri, { dbName }).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

/** Whether, of changes of one document that exclude each other, the database takes one. */
async function isAtomic(uri: string): Promise<boolean> {
  const connection = await mongoose.createConnection(uri, { dbName: newDatabaseName() }).asPromise();
  try {
    const documents = connection.collection<{ _id: number; by: number }>('probe');
    for (let round = 0; round < 20; round++) {
      await documents.insertOne({ _id: round, by: 0 });
      const changes = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          documents.updateOne({ _id: round, by: 0 }, { $set: { by: index + 1 } }),
        ),
      );
      if (changes.filter(({ modifiedCount }) => modifiedCount === 1).length !== 1) return false;
    }
    return true;
  } finally {
    await connection.dropDatabase();
    await connection.close();
  }
}

const uri = process.env.MONGODB_URI;
if (uri) {
  describeTokenStore('MongoDB', () => openFresh(uri), { isAtomic: await isAtomic(uri) });

  describe('the token store in MongoDB', () => {
    test('has its unique index, and warns when it has to do without TTL indexes', async () => {
      const warnings: string[] = [];
      const dbName = newDatabaseName();
      const store = await connectMongoTokenStore({ uri, dbName, onWarning: (it) => warnings.push(it) });
      await store.migrate();
      const connection = await mongoose.createConnection(uri, { dbName }).asPromise();
      try {
        const indexes = async (name: string) =>
          (await connection.db!.collection(name).indexes()) as {
            key: Record<string, number>;
            unique?: boolean;
            expireAfterSeconds?: number;
          }[];
        expect(await indexes('sessions')).toContainEqual(
          expect.objectContaining({ key: { applicationId: 1, assertionId: 1 }, unique: true }),
        );
        for (const name of ['readGrants', 'sessions']) {
          const hasTTL = (await indexes(name)).some((it) => it.expireAfterSeconds !== undefined);
          expect(warnings.some((it) => it.includes(name))).toBe(!hasTTL);
        }
      } finally {
        await connection.dropDatabase();
        await connection.close();
        await store.close();
      }
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
    test.skip('needs a real one: set MONGODB_URI', () => undefined);
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
