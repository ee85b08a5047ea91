import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { Model } from 'mongoose';
import { createModels } from '../stores/token-store/mongo/models.js';
import { compareClocks } from './clock.js';
import { fault, fine, reasonOf, warning } from './finding.js';
import type { Finding } from './finding.js';

/** Milliseconds. */
const patience = 5000;
const oldestVersion = 6;

/** The part of a database connection that is looked at. */
export interface Database {
  command(command: Record<string, unknown>): Promise<Record<string, unknown>>;
  indexes(collection: string): Promise<{ key: Record<string, unknown>; unique?: boolean }[]>;
  /** Writes and removes a document, both acknowledged by a majority. */
  probe(): Promise<void>;
}

export interface ExpectedIndex {
  collection: string;
  key: Record<string, unknown>;
  unique: boolean;
  /** Only cleans up; some servers have none. */
  isTTL: boolean;
}

export async function checkMongoDB(
  { uri, database }: { uri: string; database?: string | undefined },
  now: () => Date,
): Promise<Finding[]> {
  const connection = mongoose.createConnection(uri, {
    ...(database === undefined ? {} : { dbName: database }),
    serverSelectionTimeoutMS: patience,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
  });
  try {
    await connection.asPromise();
    connection.on('error', () => undefined);
    const models = Object.values(createModels(connection)) as Model<unknown>[];
    const probes = connection.db!.collection<{ _id: string }>('leases');
    const writeConcern = { w: 'majority', wtimeoutMS: patience } as const;
    return await inspectMongoDB(
      {
        command: (command) => connection.db!.command(command),
        indexes: (name) =>
          connection
            .db!.collection(name)
            .indexes()
            .catch((error: unknown) => {
              // There is no such collection yet.
              if (error instanceof mongoose.mongo.MongoServerError && error.code === 26) return [];
              throw error;
            }),
        async probe() {
          const _id = `doctor-${randomUUID()}`;
          const document = { _id, holder: null, expiresAt: now(), progress: null };
          await probes.insertOne(document, { writeConcern });
          await probes.deleteOne({ _id }, { writeConcern });
        },
      },
      models.flatMap((model) =>
        model.schema.indexes().map(([key, { unique, expireAfterSeconds }]) => ({
          collection: model.collection.name,
          key,
          unique: unique === true,
          isTTL: expireAfterSeconds !== undefined,
        })),
      ),
      now,
    );
  } catch (error) {
    return [
      fault(
        'database',
        `MongoDB does not answer (${reasonOf(error)})`,
        'Check the connection string (LUNASEC_MONGODB_URI), its user, and that this machine may connect.',
      ),
    ];
  } finally {
    await connection.close(true);
  }
}

export async function inspectMongoDB(
  database: Database,
  expected: readonly ExpectedIndex[],
  now: () => Date,
): Promise<Finding[]> {
  return [
    await checkServer(database),
    ...(await checkIndexes(database, expected)),
    await checkWrites(database),
    ...(await checkClock(database, now)),
  ];
}

async function checkServer(database: Database): Promise<Finding> {
  const { version, ferretdbVersion } = await database.command({ buildInfo: 1 });
  const { setName, msg } = await database.command({ hello: 1 });
  if (typeof ferretdbVersion === 'string') {
    const message = `FerretDB ${ferretdbVersion} answers`;
    return ferretdbVersion.startsWith('v1.')
      ? warning(
          'database',
          `${message}; it does not change documents atomically`,
          'Use MongoDB for anything but trying things out.',
        )
      : fine('database', message);
  }
  const name = `MongoDB ${String(version)}`;
  if (Number.parseInt(String(version), 10) < oldestVersion)
    return warning(
      'database',
      `${name} gets no security fixes any more`,
      `Upgrade it to ${oldestVersion} or later.`,
    );
  if (typeof setName === 'string') return fine('database', `${name} answers, replica set ${setName}`);
  if (msg === 'isdbgrid') return fine('database', `${name} answers, sharded`);
  return warning(
    'database',
    `${name} answers, as a single server: what it loses is lost`,
    'Run a replica set of at least three members.',
  );
}

async function checkIndexes(database: Database, expected: readonly ExpectedIndex[]): Promise<Finding[]> {
  const missing: ExpectedIndex[] = [];
  for (const collection of new Set(expected.map((it) => it.collection))) {
    const present = await database.indexes(collection);
    missing.push(
      ...expected.filter(
        (index) =>
          index.collection === collection &&
          !present.some(
            ({ key, unique = false }) =>
              JSON.stringify(key) === JSON.stringify(index.key) && (unique || !index.unique),
          ),
      ),
    );
  }
  const needed = missing.filter(({ isTTL }) => !isTTL);
  const others = missing.filter(({ isTTL }) => isTTL);
  if (needed.length > 0)
    return [
      fault(
        'indexes',
        `${needed.length} of ${expected.length} are missing: ${listed(needed)}`,
        'Run: tokenizer migrate',
      ),
    ];
  if (others.length > 0)
    return [
      warning(
        'indexes',
        `the database has no TTL index: ${listed(others)}`,
        'Run: tokenizer migrate. If the server has none, the sweeper alone removes what has expired.',
      ),
    ];
  return [fine('indexes', `all ${expected.length} are there`)];
}

/** The first of them by name. */
function listed(indexes: readonly ExpectedIndex[]): string {
  const names = indexes.map(({ collection, key }) => `${collection} (${Object.keys(key).join(', ')})`);
  const more = names.length - 3;
  return `${names.slice(0, 3).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

async function checkWrites(database: Database): Promise<Finding> {
  try {
    await database.probe();
    return fine('writes', 'are acknowledged by a majority');
  } catch (error) {
    return fault(
      'writes',
      `are not acknowledged by a majority (${reasonOf(error)})`,
      'Check that most members of the replica set are up, and that the user has the role readWrite.',
    );
  }
}

async function checkClock(database: Database, now: () => Date): Promise<Finding[]> {
  const before = now();
  const { localTime } = await database.command({ hello: 1 });
  return localTime instanceof Date
    ? [compareClocks('the database', { at: localTime, before, after: now() })]
    : [];
}
