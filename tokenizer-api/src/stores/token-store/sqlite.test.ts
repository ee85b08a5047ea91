import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import SQLite from 'better-sqlite3';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeTokenStore } from '../../test-support/token-store/contract.js';
import {
  app,
  at,
  names,
  newToken,
  newTokens,
  pending,
  recordOf,
} from '../../test-support/token-store/fixtures.js';
import { openSqliteTokenStore } from './sqlite.js';
import { checkNode } from './sqlite/open.js';

const makeDirectory = () => mkdtemp(join(tmpdir(), 'lunasec-sqlite-'));

describeTokenStore('SQLite', async () => {
  const directory = await makeDirectory();
  const store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
  return {
    ...store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
});

describe('the file of the embedded token store', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await makeDirectory();
    path = join(directory, 'made/here/tokens.sqlite');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

  test('is for this user only, and so are its directory and its logs', async () => {
    const store = await openSqliteTokenStore(path);
    await store.insertTokens([newToken()]);
    expect(await modeOf(path)).toBe('600');
    expect(await modeOf(`${path}-wal`)).toBe('600');
    expect(await modeOf(`${path}-shm`)).toBe('600');
    expect(await modeOf(join(directory, 'made/here'))).toBe('700');
    expect(await modeOf(join(directory, 'made'))).toBe('700');
    await store.close();
  });

  test('is closed to others again when somebody opened it', async () => {
    await (await openSqliteTokenStore(path)).close();
    await chmod(path, 0o644);
    await (await openSqliteTokenStore(path)).close();
    expect(await modeOf(path)).toBe('600');
  });

  test('keeps everything when it is opened again', async () => {
    const token = newToken();
    const first = await openSqliteTokenStore(path);
    await first.insertTokens([token]);
    await first.close();
    const second = await openSqliteTokenStore(path);
    expect(await recordOf(second, token)).toEqual(pending(token));
    await second.close();
  });

  test('can be shared by several stores that start at once', async () => {
    const stores = await Promise.all([1, 2, 3].map(() => openSqliteTokenStore(path)));
    const token = newToken();
    const created = await Promise.all(stores.map((store) => store.insertTokens([token])));
    expect(created.map(({ size }) => size).sort()).toEqual([0, 0, 1]);
    for (const store of stores) expect(await recordOf(store, token)).toEqual(pending(token));
    await Promise.all(stores.map((store) => store.close()));
  });

  test('of a newer version is left alone', async () => {
    await (await openSqliteTokenStore(path)).close();
    const database = new SQLite(path);
    database.pragma('user_version = 99');
    database.close();
    await expect(openSqliteTokenStore(path)).rejects.toThrow(/newer version/);
  });

  test('that is no database is left alone', async () => {
    const other = join(directory, 'notes.txt');
    await writeFile(other, 'Not a database. '.repeat(100));
    await expect(openSqliteTokenStore(other)).rejects.toHaveProperty('code', 'SQLITE_NOTADB');
    expect(await readFile(other, 'utf8')).toBe('Not a database. '.repeat(100));
  });

  test('holds no trace of a key that was destroyed', async () => {
    const store = await openSqliteTokenStore(path);
    const tokens = newTokens(60);
    await store.insertTokens(tokens);
    const [destroyed, kept] = [0, 1].map((rest) => tokens.filter((_, index) => index % 2 === rest));
    await store.deleteTokens(app, names(destroyed!), at(2));
    await store.close();
    const content = await readFile(path, 'latin1');
    const found = tokens.filter(({ wrappedKey }) => content.includes(wrappedKey.ciphertext));
    expect(names(found)).toEqual(names(kept!));
  });

  test('every call rejects when it is closed', async () => {
    const store = await openSqliteTokenStore(path);
    await store.close();
    await expect(store.ping()).rejects.toThrow();
    await expect(store.insertTokens([newToken()])).rejects.toThrow();
    await expect(store.findSession('x', at(0))).rejects.toThrow();
  });
});

describe('versions of Node', () => {
  test.each(['20.19.0', '22.23.3', '24.18.1', '26.1.0'])('%s is fine', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  test.each(['24.19.0', '24.21.0'])('%s would abort, and is refused with what to do', (version) => {
    expect(() => checkNode(version)).toThrow(/Take Node 20, 22, or 24 before 24\.19/);
  });
});
