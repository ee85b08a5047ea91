import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import SQLite from 'better-sqlite3';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteTokenStore } from '../stores/token-store/sqlite.js';
import { loadDriver } from '../stores/token-store/sqlite/driver.js';
import { schemaVersion } from '../stores/token-store/sqlite/schema.js';
import { checkFile } from './database.js';

describe('an SQLite file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'doctor-'));
    path = join(directory, 'tokenizer.sqlite');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const create = async () => (await openSqliteTokenStore(path)).close();
  const setVersion = (version: number) => {
    const database = new SQLite(path);
    database.pragma(`user_version = ${version}`);
    database.close();
  };

  test('is sound', async () => {
    await create();
    expect(await checkFile(path)).toMatchObject({ status: 'ok', message: `${path} is sound` });
  });

  test('need not be there before the first start, and is not made by looking', async () => {
    for (let look = 0; look < 2; look++)
      expect(await checkFile(path)).toMatchObject({
        status: 'ok',
        message: `${path} will be made on the first start`,
      });
  });

  test('of an older version is fine, of a newer one not', async () => {
    await create();
    setVersion(schemaVersion - 1);
    expect(await checkFile(path)).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('brought up to date'),
    });
    setVersion(schemaVersion + 1);
    expect(await checkFile(path)).toMatchObject({
      status: 'error',
      message: expect.stringContaining('newer version'),
    });
  });

  test('without its driver is an error that says what to install', async () => {
    const missing = () => Promise.reject(new Error('Cannot find package'));
    expect(await checkFile(path, () => loadDriver(missing))).toMatchObject({
      status: 'error',
      message: expect.stringContaining('Cannot find package'),
      fix: expect.stringContaining('npm rebuild better-sqlite3'),
    });
  });

  test('that is damaged, or none, is an error', async () => {
    await create();
    await truncate(path, 8192);
    expect(await checkFile(path)).toMatchObject({ status: 'error', fix: expect.stringContaining('backup') });
    await writeFile(path, 'something else'.repeat(1000));
    expect(await checkFile(path)).toMatchObject({ status: 'error', fix: expect.stringContaining('backup') });
  });
});
