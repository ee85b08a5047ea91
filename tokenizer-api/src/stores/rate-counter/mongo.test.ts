import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { connectMongoRateCounter } from './mongo.js';

const uri = process.env.MONGODB_URI;
if (uri)
  describe('the count of points in MongoDB', () => {
    async function withCounters(
      count: number,
      use: (
        counters: Awaited<ReturnType<typeof connectMongoRateCounter>>[],
        connection: mongoose.Connection,
      ) => Promise<void>,
    ): Promise<void> {
      const dbName = `lunasec_test_${randomUUID().replaceAll('-', '')}`;
      const connection = await mongoose.createConnection(uri!, { dbName }).asPromise();
      const counters = await Promise.all(
        Array.from({ length: count }, () =>
          connectMongoRateCounter({ uri: uri!, dbName, onWarning: () => undefined }),
        ),
      );
      try {
        await use(counters, connection);
      } finally {
        await Promise.all(counters.map((counter) => counter.close()));
        await connection.dropDatabase();
        await connection.close();
      }
    }

    test('adds up what all replicas say of a key, and when its window ends', async () => {
      await withCounters(2, async ([one, two]) => {
        expect((await one!.add('session/a', 60)).total).toBe(60);
        const { total, left } = await two!.add('session/a', 5);
        expect(total).toBe(65);
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThanOrEqual(60_000);
        expect((await two!.add('session/b', 1)).total).toBe(1);
      });
    });

    test('loses nothing of what is added at the same moment, from the first on', async () => {
      await withCounters(3, async (counters) => {
        const results = await Promise.all(
          Array.from({ length: 30 }, (_, index) => counters[index % 3]!.add('session/a', 2)),
        );
        expect(Math.max(...results.map(({ total }) => total))).toBe(60);
      });
    });

    test('begins a new window when one is over', async () => {
      await withCounters(1, async ([counter], connection) => {
        await counter!.add('session/a', 60);
        await connection
          .collection('rateLimits')
          .updateMany({}, { $set: { expire: new Date(Date.now() - 1) } });
        expect((await counter!.add('session/a', 7)).total).toBe(7);
      });
    });

    test('stores no address and no session', async () => {
      await withCounters(1, async ([counter], connection) => {
        await counter!.add('createSession/192.0.2.7', 1);
        expect(JSON.stringify(await connection.collection('rateLimits').find().toArray())).not.toContain(
          '192.0.2.7',
        );
      });
    });

    test('rejects when it is closed', async () => {
      await withCounters(1, async ([counter]) => {
        await counter!.close();
        await expect(counter!.add('session/a', 1)).rejects.toThrow();
      });
    });
  });
else
  describe('the count of points in MongoDB', () => {
    test.skip('needs a real one: set MONGODB_URI', () => undefined);
  });

test('connecting fails soon when there is no MongoDB', async () => {
  const connecting = connectMongoRateCounter({
    uri: 'mongodb://127.0.0.1:1/tokens',
    onWarning: () => undefined,
  });
  await expect(connecting).rejects.toThrow(/127\.0\.0\.1:1/);
});
