import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import SQLite from 'better-sqlite3';
import { writingTogether } from './together.js';

describe('writes of one turn', () => {
  let database: SQLite.Database;
  beforeEach(() => {
    database = new SQLite(':memory:');
    database.exec('CREATE TABLE numbers (value INTEGER PRIMARY KEY) STRICT');
  });
  afterEach(() => void database.close());

  const insert = (...values: number[]) =>
    writingTogether(database)(() => {
      for (const value of values) database.prepare('INSERT INTO numbers VALUES (?)').run(value);
      return values.length;
    });
  const stored = () => database.prepare('SELECT value FROM numbers ORDER BY value').pluck().all();

  test('are stored together, each with its own result', async () => {
    const writes = [insert(1), insert(2, 3)];
    expect(stored()).toEqual([]);
    await expect(Promise.all(writes)).resolves.toEqual([1, 2]);
    expect(stored()).toEqual([1, 2, 3]);
  });

  test('one that fails undoes itself only, and all of itself', async () => {
    const results = await Promise.allSettled([insert(1), insert(2, 1), insert(3)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored()).toEqual([1, 3]);
  });

  test('one that fails and undoes everything with it has the others done again', async () => {
    database.exec(`CREATE TRIGGER stop BEFORE INSERT ON numbers WHEN NEW.value = 2
      BEGIN SELECT RAISE(ROLLBACK, 'The disk is full.'); END`);
    const results = await Promise.allSettled([insert(1), insert(2), insert(3), insert(2, 4)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(stored()).toEqual([1, 3]);
  });

  test('all of them fail, and at once, when the transaction does', async () => {
    database.exec(`
      PRAGMA foreign_keys = ON;
      CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE children (parent INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED) STRICT;
      CREATE TRIGGER orphan AFTER INSERT ON numbers WHEN NEW.value = 2 BEGIN INSERT INTO children VALUES (9); END`);
    let attempts = 0;
    const counted = (value: number) =>
      writingTogether(database)(() => {
        attempts++;
        database.prepare('INSERT INTO numbers VALUES (?)').run(value);
      });
    const results = await Promise.allSettled([counted(1), counted(2), counted(3)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect([stored(), attempts]).toEqual([[], 3]);
    await expect(insert(4)).resolves.toBe(1);
  });

  test('no write is lost when the database is closed before: it is told', async () => {
    const write = insert(1);
    database.close();
    await expect(write).rejects.toThrow('not open');
  });
});
