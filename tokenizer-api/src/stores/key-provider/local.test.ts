import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalKeyProvider } from './local.js';

interface KeyFile {
  active: string;
  keys: { id: string; key: string }[];
}

describe('the local key provider', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lunasec-keys-'));
    path = join(directory, 'made/keys.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const context = { applicationId: 'app-1', token: 'lunasec-1' };
  const dataKey = randomBytes(32);
  const readKeyFile = async () => JSON.parse(await readFile(path, 'utf8')) as KeyFile;
  const writeKeyFile = async (content: unknown) =>
    writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  const newKey = () => randomBytes(32).toString('base64');

  test('unwraps what it wrapped, in the same context, after a restart too', async () => {
    const wrapped = await (await openLocalKeyProvider(path)).wrap(dataKey, context);
    const unwrapped = await (await openLocalKeyProvider(path)).unwrap(wrapped, context);
    expect(Buffer.from(unwrapped).equals(dataKey)).toBe(true);
  });

  test('shows nothing of the data key, and never the same twice', async () => {
    const keys = await openLocalKeyProvider(path);
    const [first, second] = [await keys.wrap(dataKey, context), await keys.wrap(dataKey, context)];
    expect(first.keyId).toBe((await readKeyFile()).active);
    expect(first.ciphertext).not.toBe(second.ciphertext);
    const bytes = Buffer.from(first.ciphertext, 'base64');
    expect(bytes).toHaveLength(12 + 32 + 16);
    expect(bytes.includes(dataKey.subarray(0, 8))).toBe(false);
    expect(bytes.subarray(0, 12)).not.toEqual(Buffer.from(second.ciphertext, 'base64').subarray(0, 12));
  });

  test.each([
    ['token', { ...context, token: 'lunasec-2' }],
    ['application', { ...context, applicationId: 'app-2' }],
    ['split of the same letters', { applicationId: 'app-1l', token: 'unasec-1' }],
    ['order', { applicationId: 'lunasec-1', token: 'app-1' }],
    ['kind of owner', { secret: 'lunasec-1' }],
  ])('does not unwrap for another %s', async (_name, other) => {
    const keys = await openLocalKeyProvider(path);
    const wrapped = await keys.wrap(dataKey, context);
    await expect(keys.unwrap(wrapped, other)).rejects.toThrow();
  });

  test('does not unwrap what was altered, in whichever byte, or cut', async () => {
    const keys = await openLocalKeyProvider(path);
    const { keyId, ciphertext } = await keys.wrap(dataKey, context);
    const bytes = Buffer.from(ciphertext, 'base64');
    for (let index = 0; index < bytes.length; index++) {
      const altered = Buffer.from(bytes);
      altered[index]! ^= 1;
      await expect(keys.unwrap({ keyId, ciphertext: altered.toString('base64') }, context)).rejects.toThrow();
    }
    for (const length of [0, 12, 27, 28, 59])
      await expect(
        keys.unwrap({ keyId, ciphertext: bytes.subarray(0, length).toString('base64') }, context),
      ).rejects.toThrow();
  });

  test('keeps several keys alive: the active one wraps, all unwrap', async () => {
    const old = await (await openLocalKeyProvider(path)).wrap(dataKey, context);
    const { keys } = await readKeyFile();
    await writeKeyFile({ active: 'new', keys: [...keys, { id: 'new', key: newKey() }] });
    const provider = await openLocalKeyProvider(path);
    const fresh = await provider.wrap(dataKey, context);
    expect(fresh.keyId).toBe('new');
    for (const wrapped of [old, fresh])
      expect(Buffer.from(await provider.unwrap(wrapped, context)).equals(dataKey)).toBe(true);
    await expect(provider.unwrap({ ...old, keyId: 'new' }, context)).rejects.toThrow();
  });

  test('says which key is missing', async () => {
    const wrapped = await (await openLocalKeyProvider(path)).wrap(dataKey, context);
    await writeKeyFile({ active: 'new', keys: [{ id: 'new', key: newKey() }] });
    const provider = await openLocalKeyProvider(path);
    await expect(provider.unwrap(wrapped, context)).rejects.toThrow(`has no key ${wrapped.keyId}`);
  });

  describe('the key file', () => {
    test('is made on the first start, for this user only', async () => {
      await openLocalKeyProvider(path);
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await stat(join(directory, 'made'))).mode & 0o777).toBe(0o700);
      const { active, keys } = await readKeyFile();
      expect(keys).toHaveLength(1);
      expect(keys[0]!.id).toBe(active);
      expect(Buffer.from(keys[0]!.key, 'base64')).toHaveLength(32);
    });

    test('is made once when several start at once, and no part of it is left over', async () => {
      const providers = await Promise.all(Array.from({ length: 8 }, () => openLocalKeyProvider(path)));
      const wrapped = await providers[0]!.wrap(dataKey, context);
      for (const provider of providers)
        expect(Buffer.from(await provider.unwrap(wrapped, context)).equals(dataKey)).toBe(true);
      expect(await readdir(join(directory, 'made'))).toEqual(['keys.json']);
    });

    test.each([0o604, 0o640, 0o602, 0o620, 0o601, 0o644])('is refused with mode %o', async (mode) => {
      await openLocalKeyProvider(path);
      await chmod(path, mode);
      await expect(openLocalKeyProvider(path)).rejects.toThrow(/chmod 600/);
    });

    const key = newKey();
    test.each<[string, unknown]>([
      ['nothing', ''],
      ['text', 'secret-text'],
      ['cut short', '{"active":"a","keys":['],
      ['null', null],
      ['no keys', { active: 'a', keys: [] }],
      ['no active key', { keys: [{ id: 'a', key }] }],
      ['an active key that is not there', { active: 'b', keys: [{ id: 'a', key }] }],
      ['a short key', { active: 'a', keys: [{ id: 'a', key: randomBytes(16).toString('base64') }] }],
      ['a long key', { active: 'a', keys: [{ id: 'a', key: randomBytes(33).toString('base64') }] }],
      ['a key in base64url', { active: 'a', keys: [{ id: 'a', key: `-_${key.slice(2)}` }] }],
      [
        'an id twice',
        {
          active: 'a',
          keys: [
            { id: 'a', key },
            { id: 'a', key: newKey() },
          ],
        },
      ],
      ['an empty id', { active: '', keys: [{ id: '', key }] }],
      ['something else as well', { active: 'a', keys: [{ id: 'a', key }], more: 1 }],
    ])('that holds %s is refused, not replaced, and not quoted', async (_name, content) => {
      await openLocalKeyProvider(path);
      await writeKeyFile(content);
      const before = await readFile(path, 'utf8');
      const failure = await openLocalKeyProvider(path).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(String(failure)).toContain('is malformed. Restore it from a backup');
      expect(String(failure)).not.toContain(key.slice(2, 20));
      expect(String(failure)).not.toContain('secret-text');
      expect(await readFile(path, 'utf8')).toBe(before);
    });
  });
});
