import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openPostgres } from '../test-support/databases/index.js';
import { replaceAll as replaceRows } from '../test-support/databases/replace-all.js';
import type { PostgresDatabase } from '../test-support/databases/postgres.js';
import type { Place } from './column.js';
import { openColumn } from './open.js';

const url = process.env.POSTGRES_URL;

describe('a column of PostgreSQL', () => {
  if (!url) {
    test.skip('needs a real one: set POSTGRES_URL', () => undefined);
    return;
  }
  let database: PostgresDatabase;
  beforeEach(async () => {
    database = await openPostgres(url);
  });
  afterEach(() => database.close());

  const replaceAll = async (place: Partial<Place>, between?: () => Promise<unknown>) =>
    replaceRows(await openColumn(database.url, { table: 'codes', column: 'code', fields: [], ...place }), {
      batchSize: 2,
      ...(between && { between }),
    });

  test('that has no room for tokens is refused before anything is done', async () => {
    await database.run(
      "create table codes (id int primary key, code varchar(11), number int); insert into codes values (1, 'x', 2)",
    );
    await expect(replaceAll({})).rejects.toThrow('codes.code holds 11 characters, and a token has 44.');
    await expect(replaceAll({ column: 'number' })).rejects.toThrow('codes.number is of type integer.');
  });

  test('of numbers goes into another one of text', async () => {
    await database.run(
      'create table codes (id uuid primary key, code bigint, token varchar(44)); insert into codes select gen_random_uuid(), 9007199254740993 from generate_series(1, 5)',
    );
    expect(await replaceAll({ to: 'token' })).toEqual([true, true, true, true, true]);
  });

  test('is written to only where it holds the very same, whatever its collation takes for the same', async () => {
    await database.run(`create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
      create table codes (id int primary key, code text collate loose);
      insert into codes values (1, 'abc'), (2, 'abc')`);
    const changed = await replaceAll({}, () => database.run("update codes set code = 'ABC' where id = 1"));
    expect(changed).toEqual([false, true]);
  });

  test('may be in a schema, and be called whatever SQL allows', async () => {
    await database.run(`create schema "Own"; create table "Own"."we""ird; --" ("the id" text primary key, "a ""b"" c" text);
      insert into "Own"."we""ird; --" values ('x', 'y'), ('X', 'z'), ('', 'z')`);
    const place = { table: 'Own.we"ird; --', column: 'a "b" c', key: 'the id' };
    expect(await replaceAll(place)).toEqual([true, true, true]);
  });

  test('that a trigger changes keeps what it was', async () => {
    await database.run(`create table codes (id int primary key, code text); insert into codes values (1, 'x'), (2, 'y');
      create function cut() returns trigger language plpgsql as 'begin new.code = left(new.code, 2); return new; end';
      create trigger cut before update on codes for each row execute function cut()`);
    await expect(replaceAll({})).rejects.toThrow('does not keep what is written to it');
    const { rows } = (await database.run('select code from codes order by id')) as { rows: unknown[] };
    expect(rows).toEqual([{ code: 'x' }, { code: 'y' }]);
  });

  test('is another one on another server', async () => {
    await database.run('create table codes (id int primary key, code text)');
    const column = await openColumn(database.url, { table: 'codes', column: 'code', fields: [] });
    await column.close();
    const { rows } = (await database.run(
      'select system_identifier::text as id from pg_control_system()',
    )) as {
      rows: { id: string }[];
    };
    expect(column.identity).toContain(rows[0]!.id);
  });
});
