import mongoose from 'mongoose';
import type { Connection, Model } from 'mongoose';
import type { Models } from './models.js';

type Warn = (message: string) => void;

/**
 * Creates the indexes that are missing; the database makes the collections with them. TTL indexes only clean up after
 * the sweeper, and some MongoDB-compatible servers have none: without them there is a plain index and a warning.
 */
export async function migrate(models: Models, onWarning: Warn): Promise<void> {
  for (const model of Object.values(models) as Model<unknown>[])
    for (const [keys, { expireAfterSeconds, unique }] of model.schema.indexes()) {
      const key = keys as Record<string, 1 | -1>;
      if (expireAfterSeconds === undefined) {
        await model.collection.createIndex(key, unique ? { unique: true } : {});
        continue;
      }
      try {
        await model.collection.createIndex(key, { expireAfterSeconds: Number(expireAfterSeconds) });
      } catch (error) {
        // Whatever the server has against it. That it cannot be reached is another matter.
        if (!(error instanceof mongoose.mongo.MongoServerError)) throw error;
        // Clean-up looks for what expired all the same.
        await model.collection.createIndex(key);
        onWarning(
          `The database does not take a TTL index for ${model.collection.name} (${error.message}). Expired entries are removed by the sweeper only.`,
        );
      }
    }
}

/**
 * FerretDB 1 reads, changes and writes documents in separate steps, so that changes at the same time can undo each
 * other: an acceptance can bring a token back whose key was just destroyed.
 */
export async function warnOfLostUpdates(connection: Connection, onWarning: Warn): Promise<void> {
  const { ferretdbVersion } = await connection.db!.command({ buildInfo: 1 });
  if (typeof ferretdbVersion === 'string' && ferretdbVersion.startsWith('v1.'))
    onWarning(
      `The database is FerretDB ${ferretdbVersion}, which does not change documents atomically. Use it to try things out only.`,
    );
}
