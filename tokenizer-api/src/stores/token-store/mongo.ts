import mongoose from 'mongoose';
import { createAudit } from './mongo/audit.js';
import { createCleanUp } from './mongo/cleanup.js';
import { createDataKeys } from './mongo/data-keys.js';
import { createGrants } from './mongo/grants.js';
import { createLeases } from './mongo/leases.js';
import { createLists } from './mongo/lists.js';
import { migrate, warnOfLostUpdates } from './mongo/migrate.js';
import { createModels } from './mongo/models.js';
import { createOrphans } from './mongo/orphans.js';
import { createSecrets } from './mongo/secrets.js';
import { createSessions } from './mongo/sessions.js';
import { createTokens } from './mongo/tokens.js';
import { createUsage } from './mongo/usage.js';
import type { TokenStore } from './port.js';

export interface MongoTokenStoreOptions {
  /** `mongodb://…` or `mongodb+srv://…`, with credentials, TLS, pool sizes and timeouts as its options. */
  uri: string;
  /** Default: the URI's, or else MongoDB's own default. */
  dbName?: string | undefined;
  /** How long a call waits for a server that answers, in milliseconds. Default: 5000. */
  serverSelectionTimeoutMS?: number | undefined;
  /** Hears what works less well than it could. Never secrets. */
  onWarning?: ((message: string) => void) | undefined;
}

/**
 * The token store in MongoDB, or a server compatible with it: no transactions, joins or update pipelines are needed,
 * but a change of one document must be atomic. Writes are acknowledged by a majority; reads go to the primary, so that every replica of the tokenizer sees what
 * another one answered. Rejects when no server answers. Call `migrate` before use.
 */
export async function connectMongoTokenStore({
  uri,
  dbName,
  serverSelectionTimeoutMS = 5000,
  onWarning = () => undefined,
}: MongoTokenStoreOptions): Promise<TokenStore> {
  const connection = mongoose.createConnection(uri, {
    ...(dbName === undefined ? {} : { dbName }),
    serverSelectionTimeoutMS,
    ...monitoring(uri),
    writeConcern: { w: 'majority' },
    readPreference: 'primary',
    // A call fails when the database is away: it must not wait in memory until it is back.
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
  });
  try {
    await connection.asPromise();
  } catch (error) {
    await connection.close(true);
    throw error;
  }
  // Without a listener, trouble in the background would end the process; every call reports its own.
  connection.on('error', () => undefined);
  const models = createModels(connection);

  return {
    ...createTokens(models),
    ...createDataKeys(models),
    ...createGrants(models),
    ...createSessions(models),
    ...createAudit(models),
    ...createLists(models),
    ...createCleanUp(models),
    ...createLeases(models),
    ...createSecrets(models),
    ...createOrphans(models),
    ...createUsage(models),
    async migrate() {
      await warnOfLostUpdates(connection, onWarning);
      await migrate(models, onWarning);
    },
    async ping() {
      await connection.db!.command({ ping: 1 });
    },
    close: () => connection.close(),
  };
}

/**
 * How the driver finds out that a server fell silent, unless the URI says otherwise: then calls that wait for it fail, and
 * its connections are replaced. By itself the driver takes 40 s for that.
 */
function monitoring(uri: string): { connectTimeoutMS?: number; heartbeatFrequencyMS?: number } {
  const isGiven = (name: string) => new RegExp(`[?&]${name}=`, 'i').test(uri);
  return {
    ...(isGiven('connectTimeoutMS') ? {} : { connectTimeoutMS: 5000 }),
    ...(isGiven('heartbeatFrequencyMS') ? {} : { heartbeatFrequencyMS: 5000 }),
  };
}
