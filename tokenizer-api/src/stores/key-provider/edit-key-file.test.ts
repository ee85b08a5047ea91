import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activateKey, addKey, retireKey, settlingTime } from './edit-key-file.js';
import { KeyFileError, readKeyFile, readOrCreateKeyFile } from './key-file.js';
import { openLocalKeyProvider } from './local.js';

describe('changing a key file', () => {
  let directory: string;
  let path: string;
  let first: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lunasec-key-file-'));
    path = join(directory, 'keys.json');
    first = (await readOrCreateKeyFile(path)).keys.active;
  });
  afterEach(() => rm(directory, { recursive: true }));

  const keys = async () => (await readKeyFile(path)).keys;
  const ids = async () => (await keys()).keys.map(({ id }) => id);
  const context = { applicationId: 'app-1', token: 'lunasec-1' };
  const later = () => new Date(Date.now() + settlingTime + 1000);

  test('adds a key that nothing is wrapped under before it is made active', async () => {
    const before = await keys();
    const added = await addKey(path);
    expect(await ids()).toEqual([first, added]);
    expect((await keys()).keys[0]).toEqual(before.keys[0]);
    const wrap = async () =>
      (await (await openLocalKeyProvider(path)).wrap(new Uint8Array(32), context)).keyId;
    expect(await wrap()).toBe(first);
    await activateKey(path, added);
    expect(await wrap()).toBe(added);
    expect(await ids()).toEqual([first, added]);
  });

  test('leaves it to this user only, and leaves nothing else behind', async () => {
    await addKey(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['keys.json']);
  });

  test('follows a link to the file', async () => {
    const link = join(directory, 'link.json');
    await symlink(path, link);
    const added = await addKey(link);
    expect(await ids()).toEqual([first, added]);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  test('of many at once loses no key: each is added, or is told to try again', async () => {
    const added = await Promise.allSettled(Array.from({ length: 8 }, () => addKey(path)));
    const done = added.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
    expect(done.length).toBeGreaterThan(0);
    expect((await ids()).sort()).toEqual([first, ...done].sort());
    for (const it of added)
      if (it.status === 'rejected') expect(String(it.reason)).toMatch(/being changed by another command/);
  });

  test('after one that was killed says which file to remove', async () => {
    await writeFile(`${path}.lock`, '');
    await expect(addKey(path)).rejects.toThrow(`remove ${path}.lock`);
    await rm(`${path}.lock`);
    await addKey(path);
  });

  test('to an active key that is not there is refused', async () => {
    const before = await readFile(path, 'utf8');
    await expect(activateKey(path, 'other')).rejects.toThrow(
      `There is no key other in the file. It has ${first}.`,
    );
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  test('of others, or malformed, is refused', async () => {
    await writeFile(path, '{"active":"x"}');
    await expect(addKey(path)).rejects.toBeInstanceOf(KeyFileError);
    await expect(addKey(join(directory, 'none.json'))).rejects.toHaveProperty('code', 'ENOENT');
    expect(await readdir(directory)).toEqual(['keys.json']);
  });

  describe('to retire a key', () => {
    let second: string;
    beforeEach(async () => {
      second = await addKey(path);
      await activateKey(path, second);
    });

    test('takes it out, and keeps it beside, where it still opens old backups', async () => {
      const wrapped = await (await openLocalKeyProvider(path)).wrap(new Uint8Array(32), context);
      await activateKey(path, first);
      const retired = await retireKey(path, second, later);
      expect(await ids()).toEqual([first]);
      expect((await stat(retired)).mode & 0o777).toBe(0o600);
      const old = await openLocalKeyProvider(retired);
      expect(Buffer.from(await old.unwrap(wrapped, context))).toEqual(Buffer.alloc(32));
    });

    test('that is active is refused', async () => {
      await expect(retireKey(path, second, later)).rejects.toThrow(/is active/);
      await expect(retireKey(path, 'other', later)).rejects.toThrow(/no key other/);
      expect(await ids()).toEqual([first, second]);
    });

    test('within a minute after a change is refused: tokenizers may still wrap under it', async () => {
      const { changedAt } = await readKeyFile(path);
      const at = (milliseconds: number) => () => new Date(changedAt.getTime() + milliseconds);
      await expect(retireKey(path, first, at(settlingTime - 1))).rejects.toThrow(/Try again in 1 s/);
      expect(await ids()).toEqual([first, second]);
      await retireKey(path, first, at(settlingTime));
      expect(await ids()).toEqual([second]);
    });

    test('may be repeated when it was killed between its two steps', async () => {
      const { keys: both } = await readKeyFile(path);
      const half = { active: first, keys: [{ id: first, key: both.keys[0]!.key.toString('base64') }] };
      await writeFile(`${path}.retired-${first}`, JSON.stringify(half), { mode: 0o600 });
      await retireKey(path, first, later);
      expect(await ids()).toEqual([second]);
    });
  });
});
