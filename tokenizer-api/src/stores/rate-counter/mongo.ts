import mongoose from 'mongoose';
import { createHash } from 'node:crypto';
import { RateLimiterMongo } from 'rate-limiter-flexible';
import { windowSeconds } from './port.js';
import type { RateCounter } from './port.js';

/** How long a count may take: a limit that cannot be counted in time is counted by each replica alone. */
const patience = 1000;

/**
 * Counts in a collection of its own, `rateLimits`, over connections of its own, so that counting never waits behind
 * other work. Keys are stored as digests: they name addresses and sessions. A TTL index removes windows that are over;
 * servers without TTL indexes keep one small document per key.
 */
export async function connectMongoRateCounter({
  uri,
  dbName,
  onWarning,
}: {
  uri: string;
  dbName?: string | undefined;
  onWarning: (message: string) => void;
}): Promise<RateCounter> {
  const connection = mongoose.createConnection(uri, {
    ...(dbName === undefined ? {} : { dbName }),
    maxPoolSize: 5,
    serverSelectionTimeoutMS: patience,
    waitQueueTimeoutMS: patience,
    socketTimeoutMS: 2 * patience,
    readPreference: 'primary',
    bufferCommands: false,
  });
  connection.on('error', () => undefined);
  try {
    await connection.asPromise();
    const collection = connection.db!.collection('rateLimits');
    // Without it, replicas that begin a window at the same moment would each count for themselves.
    await collection.createIndex({ key: 1 }, { unique: true });
    try {
      await collection.createIndex({ expire: 1 }, { expireAfterSeconds: 0 });
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoServerError)) throw error;
      onWarning(
        `The database does not take a TTL index for rateLimits (${error.message}). Empty it now and then.`,
      );
    }
  } catch (error) {
    await connection.close(true);
    throw error;
  }
  const limiter = new RateLimiterMongo({
    storeClient: connection.db!,
    tableName: 'rateLimits',
    keyPrefix: '',
    points: Number.MAX_SAFE_INTEGER,
    duration: windowSeconds,
    disableIndexesCreation: true,
  });
  return {
    async add(key, points) {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(digest(key), points);
      return { total: consumedPoints, left: msBeforeNext };
    },
    close: () => connection.close(),
  };
}

const digest = (key: string): string => createHash('sha256').update(key).digest('base64url');
