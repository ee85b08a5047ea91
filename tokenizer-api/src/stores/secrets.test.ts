import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalKeyProvider } from './key-provider/local.js';
import type { KeyProvider } from './key-provider/port.js';
import { createSecrets } from './secrets.js';
import type { TokenStore } from './token-store/port.js';
import { openSqliteTokenStore } from './token-store/sqlite.js';

describe('a named secret', () => {
  let directory: string;
  let store: TokenStore;
  let keys: KeyProvider;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lunasec-secrets-'));
    store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
    keys = await openLocalKeyProvider(join(directory, 'keys.json'));
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  test('is 32 bytes, the same whenever it is asked for, another for another name', async () => {
    const openSecret = createSecrets({ store, keys });
    const first = await openSecret('one');
    expect(first).toHaveLength(32);
    expect(await createSecrets({ store, keys })('one')).toEqual(first);
    expect(await openSecret('two')).not.toEqual(first);
  });

  test('is the same for replicas that ask for the first time at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 8 }, () => createSecrets({ store, keys })('one')));
    expect(new Set(secrets.map((it) => Buffer.from(it).toString('hex'))).size).toBe(1);
  });

  test('is in the database only wrapped, and opens under no other name', async () => {
    const secret = await createSecrets({ store, keys })('one');
    const { wrappedKey } = (await store.findSecret('one'))!;
    expect(Buffer.from(wrappedKey.ciphertext, 'base64').includes(Buffer.from(secret))).toBe(false);
    await store.insertSecret({ name: 'two', wrappedKey });
    await expect(createSecrets({ store, keys })('two')).rejects.toThrow();
  });

  test('that cannot be unwrapped is not replaced by a new one', async () => {
    const secret = await createSecrets({ store, keys })('one');
    const others = await openLocalKeyProvider(join(directory, 'other-keys.json'));
    await expect(createSecrets({ store, keys: others })('one')).rejects.toThrow('has no key');
    expect(await createSecrets({ store, keys })('one')).toEqual(secret);
  });
});
