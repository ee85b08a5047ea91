import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openMongoDB } from '../test-support/databases/index.js';
import { replaceAll as replaceRows } from '../test-support/databases/replace-all.js';
import type { MongoDatabase } from '../test-support/databases/mongodb.js';
import type { Place } from './column.js';
import { openColumn } from './open.js';

const uri = process.env.MONGODB_URI;

describe('a field of a collection', () => {
  if (!uri) {
    test.skip('needs a real one: npm run services, or set MONGODB_URI', () => undefined);
    return;
  }
  let database: MongoDatabase;
  beforeAll(async () => {
    database = await openMongoDB(uri);
  });
  afterAll(() => database.close());
  const collection = (name: string) =>
    database.client.db(database.name).collection<{ _id: number; ssn?: unknown }>(name);

  const open = (place: Partial<Place>) =>
    openColumn(database.url, { table: 'people', column: 'ssn', fields: [], ...place });

  const replaceAll = async (place: Partial<Place>, between?: () => Promise<unknown>) =>
    replaceRows(await open(place), { batchSize: 2, ...(between && { between }) });

  test.each([
    [{ table: 'persons' }, 'has no collection persons. It has people.'],
    [{ column: '$where' }, '"$where" is not the name of a field.'],
    [{ column: 'a..b' }, '"a..b" is not the name of a field.'],
    [{ column: '_id' }, 'cannot be replaced'],
    [{ key: 'name' }, 'told apart by their _id'],
  ])('%j is refused: %s', async (place, message) => {
    await expect(open(place)).rejects.toThrow(message);
  });

  test('may be nested; what lists have is left alone', async () => {
    await collection('nested').insertMany([
      { _id: 1, person: { ssn: 'x', other: 1 } },
      { _id: 2, person: [{ ssn: 'y' }] },
      { _id: 3 },
    ] as never[]);
    const column = await open({ table: 'nested', column: 'person.ssn' });
    const found = [];
    for await (const rows of column.rows(10)) found.push(...rows);
    expect(found.map(({ value }) => value)).toEqual(['x', [{ ssn: 'y' }], undefined]);
    expect(await column.replace([{ row: found[0]!, to: 'new' }])).toEqual([true]);
    await column.close();
    expect(await collection('nested').findOne({ _id: 1 })).toEqual({
      _id: 1,
      person: { ssn: 'new', other: 1 },
    });
  });

  test('is found in documents with keys of every type', async () => {
    await collection('mixed').insertMany([
      { _id: 1, ssn: 'a' },
      { _id: 'one', ssn: 'b' },
      { ssn: 'c' },
    ] as never[]);
    expect(await replaceAll({ table: 'mixed' })).toEqual([true, true, true]);
    expect((await collection('mixed').distinct('ssn')).length).toBe(1);
  });

  test('is not written to when the app has put something else there, a list with the same text for one', async () => {
    await collection('lists').insertMany([
      { _id: 1, ssn: 'a' },
      { _id: 2, ssn: 'a' },
      { _id: 3, ssn: 'a' },
    ] as never[]);
    const changed = await replaceAll({ table: 'lists' }, async () => {
      await collection('lists').updateOne({ _id: 1 }, { $set: { ssn: ['a', 'b'] } });
      await collection('lists').updateOne({ _id: 2 }, { $unset: { ssn: 1 } });
    });
    expect(changed).toEqual([false, false, true]);
  });

  test('errors of the database say its code, and no password', async () => {
    const attempt = openColumn('mongodb://user:hunter2@127.0.0.1:1/app?serverSelectionTimeoutMS=50', {
      table: 'people',
      column: 'ssn',
      fields: [],
    });
    await expect(attempt).rejects.toThrow('The database failed: MongoServerSelectionError.');
  });
});
