import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeKeyProvider } from '../../test-support/key-provider/contract.js';
import type { KeyRing } from '../../test-support/key-provider/contract.js';
import { keysSchema } from './keys.js';
import { createLocalKeyProvider, openLocalKeyProvider } from './local.js';
import { KeyProviderUnavailableError } from './port.js';

interface KeyFile {
  active: string;
  keys: { id: string; key: string }[];
}

const newKey = () => randomBytes(32).toString('base64');

/** Keys by name, and what a file or variable with some of them holds. */
const makeKeys = () => {
  const keys = ['a', 'b', 'c'].map((id) => ({ id, key: newKey() }));
  const pick = (indexes: number[]) => indexes.map((index) => keys[index]!);
  return {
    ids: ['a', 'b', 'c'],
    write: (active: number, others: number[]) => ({
      active: keys[active]!.id,
      keys: pick([active, ...others]),
    }),
  };
};

describeKeyProvider('A key file', async (): Promise<KeyRing> => {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-keys-'));
  const { ids, write } = makeKeys();
  let files = 0;
  return {
    ids,
    async open(active, ...others) {
      const path = join(directory, `${files++}.json`);
      await writeFile(path, JSON.stringify(write(active, others)), { mode: 0o600 });
      return openLocalKeyProvider(path);
    },
    close: () => rm(directory, { recursive: true }),
  };
});

describeKeyProvider('Keys of the configuration', async (): Promise<KeyRing> => {
  const { ids, write } = makeKeys();
  return {
    ids,
    open: async (active, ...others) => createLocalKeyProvider(keysSchema.parse(write(active, others))),
    close: async () => undefined,
  };
});

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

  test('seals with AES-256-GCM under a random nonce', async () => {
    const keys = await openLocalKeyProvider(path);
    const [first, second] = [await keys.wrap(dataKey, context), await keys.wrap(dataKey, context)];
    const bytes = Buffer.from(first.ciphertext, 'base64');
    expect(bytes).toHaveLength(12 + 32 + 16);
    expect(bytes.subarray(0, 12)).not.toEqual(Buffer.from(second.ciphertext, 'base64').subarray(0, 12));
  });

  describe('when the file changes', () => {
    let time: number;
    const open = () => openLocalKeyProvider(path, { clock: () => time });
    beforeEach(() => {
      time = 1000;
    });
    const addKey = async (id: string) => {
      const { active, keys } = await readKeyFile();
      await writeKeyFile({ active, keys: [...keys, { id, key: newKey() }] });
    };
    const activate = async (active: string) => writeKeyFile({ ...(await readKeyFile()), active });

    test('meets a key that is new to it, and reads the file again at once', async () => {
      const provider = await open();
      const known = await provider.wrap(dataKey, context);
      await addKey('new');
      await activate('new');
      const wrapped = await (await open()).wrap(dataKey, context);
      expect(wrapped.keyId).toBe('new');
      for (const it of [wrapped, known])
        expect(Buffer.from(await provider.unwrap(it, context)).equals(dataKey)).toBe(true);
    });

    test('wraps under the new active key after five seconds at most', async () => {
      const provider = await open();
      await addKey('new');
      await activate('new');
      time += 4999;
      expect((await provider.wrap(dataKey, context)).keyId).not.toBe('new');
      time++;
      const many = await Promise.all(Array.from({ length: 20 }, () => provider.wrap(dataKey, context)));
      expect(new Set(many.map(({ keyId }) => keyId))).toEqual(new Set(['new']));
    });

    test.each<[string, () => Promise<void>]>([
      ['is gone', () => rm(path)],
      ['is malformed', () => writeKeyFile('{')],
      ['is open to others', () => chmod(path, 0o644)],
    ])('and %s, wraps no more, still unwraps what it knows, and is not ready', async (_name, spoil) => {
      const provider = await open();
      const wrapped = await provider.wrap(dataKey, context);
      const content = await readFile(path);
      await spoil();
      time += 5000;
      await expect(provider.wrap(dataKey, context)).rejects.toBeInstanceOf(KeyProviderUnavailableError);
      await expect(provider.ping()).rejects.toBeInstanceOf(KeyProviderUnavailableError);
      expect(Buffer.from(await provider.unwrap(wrapped, context)).equals(dataKey)).toBe(true);
      await writeFile(path, content, { mode: 0o600 });
      await chmod(path, 0o600);
      await provider.ping();
      expect((await provider.wrap(dataKey, context)).keyId).toBe(wrapped.keyId);
    });
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
