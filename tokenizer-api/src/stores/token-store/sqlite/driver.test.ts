import { describe, expect, test } from '@jest/globals';
import SQLite from 'better-sqlite3';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDriver } from './driver.js';

describe('the driver of the embedded database', () => {
  test('is loaded where it is installed and built', async () => {
    expect(await loadDriver()).toBe(SQLite);
  });

  test.each([
    ['not installed', () => Promise.reject(new Error("Cannot find package 'better-sqlite3'\nfrom here"))],
    [
      'installed without its native code',
      async () => ({
        default: function unbuilt() {
          throw new Error('Could not locate the bindings file. Tried:\n → …');
        } as unknown as typeof SQLite,
      }),
    ],
  ])('that is %s ends in an error that says what to do', async (_, load) => {
    const error = await loadDriver(load).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^The embedded database cannot be used: .*npm rebuild better-sqlite3.*MongoDB/,
      ),
    });
    // One line: the command line prints it as it is.
    expect((error as Error).message).not.toContain('\n');
  });

  test('is imported as a value here alone, so that a tokenizer on MongoDB never loads it', async () => {
    const source = join(import.meta.dirname, '../../..');
    const files = (await readdir(source, { recursive: true })).filter(
      (file) => /\.ts$/.test(file) && !/\.test\.ts$|^test-support\b/.test(file),
    );
    const importing: string[] = [];
    for (const file of files) {
      const text = await readFile(join(source, file), 'utf8');
      if (/(?<!import type .*)(from|import\()\s*'better-sqlite3'/.test(text)) importing.push(file);
    }
    expect(importing).toEqual(['stores/token-store/sqlite/driver.ts']);
  });
});
