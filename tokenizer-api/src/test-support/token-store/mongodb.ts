import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { connectMongoTokenStore } from '../../stores/token-store/mongo.js';
import type { MongoTokenStoreOptions } from '../../stores/token-store/mongo.js';
import type { TokenStore } from '../../stores/token-store/port.js';

export const newDatabaseName = () => `lunasec_test_${randomUUID().replaceAll('-', '')}`;

/** Gives a connection of its own to a task. */
export async function inDatabase<T>(
  uri: string,
  dbName: string,
  task: (database: mongoose.mongo.Db) => Promise<T>,
): Promise<T> {
  const connection = await mongoose.createConnection(uri, { dbName }).asPromise();
  try {
    return await task(connection.db!);
  } finally {
    await connection.close();
  }
}

export const drop = (uri: string, dbName: string) =>
  inDatabase(uri, dbName, (database) => database.dropDatabase());

/** A migrated store in a database of its own, which is dropped when the store is closed. */
export async function openFresh(
  uri: string,
  options: Partial<MongoTokenStoreOptions> = {},
): Promise<TokenStore> {
  const dbName = newDatabaseName();
  const store = await connectMongoTokenStore({ uri, dbName, ...options });
  await store.migrate();
  return {
    ...store,
    async close() {
      await store.close();
      await drop(uri, options.dbName ?? dbName);
    },
  };
}

/** A command as the driver sent it. */
export interface SentCommand {
  name: string;
  body: Record<string, unknown>;
}

/** A fresh store, and what its driver sends to the database from then on. */
export async function openWatched(
  uri: string,
): Promise<{ store: TokenStore; dbName: string; take(): SentCommand[] }> {
  const dbName = newDatabaseName();
  const store = await openFresh(withOption(uri, 'monitorCommands=true'), { dbName });
  const client = mongoose.connections.at(-1)!.getClient();
  let sent: SentCommand[] = [];
  client.on('commandStarted', ({ commandName, command }) =>
    sent.push({ name: commandName, body: command as Record<string, unknown> }),
  );
  return {
    store,
    dbName,
    take() {
      const taken = sent;
      sent = [];
      return taken;
    },
  };
}

export const withOption = (uri: string, option: string): string => {
  const hasPath = /^mongodb(\+srv)?:\/\/[^/?]*\//.test(uri);
  return uri.includes('?') ? `${uri}&${option}` : `${uri}${hasPath ? '' : '/'}?${option}`;
};
