import type { Collection, Document, MongoClient } from 'mongodb';
import { mapConcurrently } from '../values/concurrency.js';
import { MigrationError, withDatabase } from './column.js';
import type { Column, Place, Row } from './column.js';
import { importOptional } from './import-optional.js';

/** Documents that are written at a time. */
const concurrency = 8;

export const isMongoURL = (url: string): boolean => /^mongodb(\+srv)?:/.test(url);

/** Opens a field of a collection; it may be nested, as `address.street`. Rejects when there is no such collection. */
export async function openMongoColumn(url: string, place: Place): Promise<Column> {
  const { MongoClient, BSON } = await importOptional(
    'its driver',
    () => import('mongodb'),
    'npm install mongodb',
  );
  const client = await withDatabase(async () =>
    new MongoClient(url, {
      ...(/[?&]serverSelectionTimeoutMS=/i.test(url) ? {} : { serverSelectionTimeoutMS: 10_000 }),
      readPreference: 'primary',
      writeConcern: { w: 'majority' },
      useBigInt64: true,
    }).connect(),
  );
  try {
    return await withDatabase(() => inspect(client, BSON.EJSON.stringify, place));
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function inspect(
  client: MongoClient,
  print: (value: unknown) => string,
  { table, column, to = column, key = '_id', fields }: Place,
): Promise<Column> {
  if (key !== '_id') throw new MigrationError('Documents are told apart by their _id: leave out --key.');
  for (const path of [column, to, ...fields]) requirePath(path);
  if (column === key || to === key) throw new MigrationError('The _id of documents cannot be replaced.');
  const database = client.db();
  const collections = await database.listCollections().toArray();
  const about = collections.find(({ name }) => name === table);
  if (!about)
    throw new MigrationError(
      `The database ${database.databaseName} has no collection ${table}. It has ${collections.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  const { options, info } = about as {
    options?: { collation?: object };
    info?: { uuid?: { toString(): string } };
  };
  // Else what its collation takes for the same would be overwritten.
  const exactly = options?.collation ? { collation: { locale: 'simple' } } : {};
  const collection: Collection<Document> = database.collection(table);
  const projection = Object.fromEntries(
    [key, column, to, ...fields].filter(isOutermost).map((path) => [path, 1]),
  );
  const rowOf = (document: Document): Row => ({
    id: print(document._id),
    key: document._id,
    value: valueAt(document, column),
    held: valueAt(document, to),
    fields: new Map(fields.map((path) => [path, valueAt(document, path)])),
  });

  return {
    name: `${table}.${column}`,
    identity: JSON.stringify([
      'mongodb',
      info?.uuid?.toString() ?? client.options.hosts.join(),
      database.databaseName,
      table,
      column,
      to,
    ]),
    count: () => withDatabase(() => collection.countDocuments()),
    async *rows(batchSize) {
      // One cursor, not pages by "greater than": that compares values of one type only.
      const cursor = collection.find({}, { projection }).sort({ _id: 1 }).batchSize(batchSize);
      try {
        for (;;) {
          const rows: Row[] = [];
          await withDatabase(async () => {
            for (let document; rows.length < batchSize && (document = await cursor.next());)
              rows.push(rowOf(document));
          });
          if (rows.length === 0) return;
          yield rows;
        }
      } finally {
        await cursor.close();
      }
    },
    find: (rows) =>
      withDatabase(async () => {
        const keys = rows.map((row) => row.key as Document['_id']);
        const found = await collection.find({ _id: { $in: keys } }, { projection }).toArray();
        return found.map(rowOf);
      }),
    replace: (changes) =>
      withDatabase(() =>
        mapConcurrently(changes, concurrency, async ({ row, to: text }) => {
          const filter: Document = { _id: row.key, [column]: unchanged(row.value) };
          if (to !== column) filter[to] = unchanged(row.held);
          const { matchedCount } = await collection.updateOne(filter, { $set: { [to]: text } }, exactly);
          return matchedCount === 1;
        }),
      ),
    close: () => client.close(),
  };
}

/** A list that has the value among others would match as well. */
const unchanged = (value: unknown): Document =>
  value === undefined ? { $exists: false } : { $eq: value, $not: { $type: 'array' } };

function requirePath(path: string): void {
  if (!path.split('.').every((part) => /^[^$\0][^\0]*$/.test(part)))
    throw new MigrationError(`"${path}" is not the name of a field.`);
}

/** MongoDB refuses to select a field beside a part of it. */
const isOutermost = (path: string, index: number, paths: readonly string[]): boolean =>
  paths.indexOf(path) === index && !paths.some((other) => path.startsWith(`${other}.`));

/** Where a list is on the way, that list: it is nothing that could be replaced. */
function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) return value;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Document)[part];
  }
  return value;
}
