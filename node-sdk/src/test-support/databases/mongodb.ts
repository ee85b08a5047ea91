import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from './database.js';

export interface MongoDatabase extends TestDatabase {
  readonly client: MongoClient;
  readonly name: string;
}

/** A database of its own on the server at a URI. */
export async function openMongoDB(uri: string): Promise<MongoDatabase> {
  const name = `lunasec_test_${randomUUID().replaceAll('-', '')}`;
  const client = await new MongoClient(uri).connect();
  const people = client.db(name).collection<{ _id: number; ssn?: unknown }>('people');
  const url = new URL(uri);
  url.pathname = `/${name}`;
  // As a server would, on whom nobody has counted documents yet.
  await client.db(name).createCollection('people');
  return {
    url: url.href,
    client,
    name,
    place: { table: 'people', column: 'ssn' },
    key: '_id',
    async insert(rows) {
      await people.insertMany(
        Object.entries(rows).map(([id, ssn]) => ({ _id: Number(id), ssn, country: 'NL' })),
      );
    },
    async set(id, ssn) {
      await people.updateOne({ _id: Number(id) }, { $set: { ssn } });
    },
    async remove(id) {
      await people.deleteOne({ _id: Number(id) });
    },
    async read(column = 'ssn') {
      const rows = await people.find().sort({ _id: 1 }).toArray();
      return Object.fromEntries(
        rows.map((row) => [String(row._id), (row as Record<string, unknown>)[column] ?? null]),
      );
    },
    async close() {
      await client.db(name).dropDatabase();
      await client.close();
    },
  };
}
