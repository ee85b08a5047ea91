import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSQLite } from '../test-support/databases/index.js';
import { replaceAll as replaceRows } from '../test-support/databases/replace-all.js';
import type { Place } from './column.js';
import { openColumn } from './open.js';

let database: Awaited<ReturnType<typeof openSQLite>>;
beforeEach(async () => {
  database = await openSQLite();
});
afterEach(() => database.close());

const open = (place: Partial<Place> = {}) =>
  openColumn(database.url, { table: 'people', column: 'ssn', fields: [], ...place });

async function rowsOf(place: Partial<Place> = {}, batchSize = 10) {
  const column = await open(place);
  try {
    const batches = [];
    for await (const rows of column.rows(batchSize)) batches.push(rows);
    return batches;
  } finally {
    await column.close();
  }
}

const replaceAll = async (place: Partial<Place>, between: () => void) =>
  replaceRows(await open(place), { batchSize: 10, between });

describe('a column of a table', () => {
  test.each<[Partial<Place>, string]>([
    [{ table: 'persons' }, 'The database has no table persons.'],
    [{ column: 'snn' }, 'people has no column snn. It has id, ssn'],
    [{ to: 'token' }, 'people has no column token.'],
    [{ fields: ['tenant'] }, 'people has no column tenant.'],
    [{ key: 'country' }, 'people.country does not tell the rows apart. Name a unique column by --key.'],
    [{ key: 'ssn' }, 'people.ssn tells the rows apart, so it cannot be replaced itself.'],
    [{ key: 'age' }, 'Keys must be whole numbers, texts or bytes.'],
    [{ table: 'people; drop table people' }, 'The database has no table people; drop table people.'],
    [{ column: 'ssn" from people --' }, 'people has no column ssn" from people --.'],
  ])('%j is refused: %s', async (place, message) => {
    await database.insert({ 1: 'x', 2: 'y' });
    if (place.key === 'age') database.run('update people set age = id + 0.5');
    await expect(rowsOf(place)).rejects.toThrow(message);
    expect(await database.read()).toEqual({ 1: 'x', 2: 'y' });
  });

  test.each([
    ['sqlite:/nonexistent/app.db', 'There is no file /nonexistent/app.db.'],
    ['oracle://db/app', 'must begin with'],
    ['postgres://user:hunter2@127.0.0.1:1/app', 'ECONNREFUSED'],
    ['mysql://user:hunter2@127.0.0.1:1/app', 'ECONNREFUSED'],
  ])('the database %s is refused, without its password', async (url, message) => {
    const attempt = openColumn(url, { table: 'people', column: 'ssn', fields: [] });
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.not.toThrow('hunter2');
  });

  test('names of tables and columns are whatever SQL allows', async () => {
    database.run(`create table "we""ird; --" ("the id" integer primary key, "a ""b"" c" text);
      insert into "we""ird; --" values (1, 'x')`);
    const changed = await replaceAll(
      { table: 'we"ird; --', column: 'a "b" c', key: 'the id' },
      () => undefined,
    );
    expect(changed).toEqual([true]);
  });

  test('a schema may be named in front', async () => {
    await database.insert({ 1: 'x' });
    expect(await rowsOf({ table: 'main.people' })).toMatchObject([[{ id: '1', value: 'x' }]]);
  });

  test('rows come in batches, each once, whatever their keys', async () => {
    database.run(`create table notes (name text primary key collate nocase, note text);
      insert into notes values ('b', '1'), ('A', '2'), ('c', '3'), ('', '4'), ('D', '5')`);
    const batches = await rowsOf({ table: 'notes', column: 'note', key: 'name' }, 2);
    expect(batches.map((rows) => rows.map(({ id }) => id))).toEqual([['', 'A'], ['b', 'c'], ['D']]);
  });

  test('ids of 64 bits are not rounded', async () => {
    database.run("insert into people (id, ssn) values (9007199254740993, 'x'), (9007199254740992, 'y')");
    expect(await replaceAll({}, () => undefined)).toEqual([true, true]);
    expect((await rowsOf()).flat().map(({ id }) => id)).toEqual(['9007199254740992', '9007199254740993']);
  });

  test('a row is written to only if it holds the very same, whatever its collation takes for the same', async () => {
    database.run(
      "create table codes (id integer primary key, code text collate nocase); insert into codes values (1, 'abc'), (2, 'abc')",
    );
    const changed = await replaceAll({ table: 'codes', column: 'code' }, () =>
      database.run("update codes set code = 'ABC' where id = 1"),
    );
    expect(changed).toEqual([false, true]);
  });

  test('a row is written to only if nothing has come into the other column', async () => {
    await database.insert({ 1: 'x', 2: 'y' });
    const changed = await replaceAll({ to: 'ssn_token' }, () =>
      database.run("update people set ssn_token = 'theirs' where id = 1"),
    );
    expect(changed).toEqual([false, true]);
    expect(await database.read('ssn_token')).toEqual({ 1: 'theirs', 2: 'new' });
  });

  test('when something else changes what is written, nothing of the batch stays', async () => {
    await database.insert({ 1: 'x', 2: 'y' });
    database.run(`create trigger cut after update on people when new.id = 2 begin
      update people set ssn = substr(new.ssn, 1, 2) where id = new.id; end`);
    await expect(replaceAll({}, () => undefined)).rejects.toThrow('does not keep what is written to it');
    expect(await database.read()).toEqual({ 1: 'x', 2: 'y' });
  });

  test('errors of the database say its code, and nothing of statements and values', async () => {
    await database.insert({ 1: 'hunter2' });
    database.run(`create trigger no before update on people begin select raise(abort, 'not hunter2'); end`);
    const attempt = replaceAll({}, () => undefined);
    await expect(attempt).rejects.toThrow('The database failed: SQLITE_CONSTRAINT_TRIGGER.');
    await expect(attempt).rejects.not.toHaveProperty('cause');
  });
});
