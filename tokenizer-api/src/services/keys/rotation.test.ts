import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAWSKMSKeyProvider } from '../../stores/key-provider/aws-kms.js';
import { createLocalKeyProvider } from '../../stores/key-provider/local.js';
import { KeyProviderUnavailableError } from '../../stores/key-provider/port.js';
import type { KeyProvider } from '../../stores/key-provider/port.js';
import { createSecrets } from '../../stores/secrets.js';
import { openSqliteTokenStore } from '../../stores/token-store/sqlite.js';
import type { TokenStore } from '../../stores/token-store/port.js';
import { openFresh } from '../../test-support/token-store/mongodb.js';
import { accept, app, at, newToken, otherApp } from '../../test-support/token-store/fixtures.js';
import { countKeyUse, rotateKeys } from './rotation.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const [a, b, c] = [key('a'), key('b'), key('c')];
const provider = (...keys: (typeof a)[]) => createLocalKeyProvider({ active: keys[0]!.id, keys });
const [before, after] = [provider(a), provider(b, a)];

async function openSqlite(): Promise<TokenStore> {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-rotation-'));
  const store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
  return {
    ...store,
    async close() {
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** A token that a tokenizer with these keys made, and its data key. */
async function tokenize(store: TokenStore, keys: KeyProvider, applicationId = app) {
  const token = newToken({ applicationId });
  const dataKey = randomBytes(32);
  const wrappedKey = await keys.wrap(dataKey, { applicationId, token: token.token });
  await store.insertTokens([{ ...token, wrappedKey }]);
  await accept(store, token);
  return { applicationId, token: token.token, dataKey: dataKey.toString('hex') };
}
type Stored = Awaited<ReturnType<typeof tokenize>>;
const tokenizeMany = (store: TokenStore, keys: KeyProvider, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => tokenize(store, keys, index % 2 ? app : otherApp)));

/** What a tokenizer with these keys reads of a token; null when it is destroyed. */
async function read(store: TokenStore, keys: KeyProvider, { applicationId, token }: Stored) {
  const [record] = await store.findTokens(applicationId, [token]);
  if (!record!.wrappedKey) return null;
  return Buffer.from(await keys.unwrap(record!.wrappedKey, { applicationId, token })).toString('hex');
}
async function expectReadable(store: TokenStore, keys: KeyProvider, stored: readonly Stored[]) {
  for (const it of stored) expect(await read(store, keys, it)).toBe(it.dataKey);
}

/** Does something between a rotation's read of a batch and its write. */
const between = (store: TokenStore, act: (batch: number) => Promise<unknown>): TokenStore => {
  let batches = 0;
  return {
    ...store,
    async rewrapDataKeys(changes) {
      await act(++batches);
      return store.rewrapDataKeys(changes);
    },
  };
};

const mongoURI = process.env.MONGODB_URI;
describe.each<[string, () => Promise<TokenStore>]>([
  ['SQLite', openSqlite],
  ...(mongoURI ? [['MongoDB', () => openFresh(mongoURI)] as [string, () => Promise<TokenStore>]] : []),
])('rotating keys in %s', (_name, open) => {
  let store: TokenStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  const counts = async () => Object.fromEntries(await store.countDataKeys());

  test('wraps everything anew under the active key, which alone is needed then', async () => {
    const openSecret = createSecrets({ store, keys: before });
    const secret = await openSecret('one');
    const stored = [...(await tokenizeMany(store, before, 7)), ...(await tokenizeMany(store, after, 2))];
    const progress: [number, number][] = [];
    expect(
      await rotateKeys({ store, keys: after, batchSize: 3, onProgress: (...it) => progress.push(it) }),
    ).toEqual({ active: 'b', rewrapped: 8, failed: 0, failures: [], left: [] });
    expect(progress[0]).toEqual([0, 7]);
    expect(progress.at(-1)).toEqual([7, 7]);
    expect(await counts()).toEqual({ b: 9 });
    await expectReadable(store, provider(b), stored);
    expect(await createSecrets({ store, keys: provider(b) })('one')).toEqual(secret);
  });

  test('done again, does nothing', async () => {
    await tokenizeMany(store, before, 3);
    await rotateKeys({ store, keys: after });
    const untouched = between(store, () => Promise.reject(new Error('Nothing was to be written.')));
    expect(await rotateKeys({ store: untouched, keys: after })).toMatchObject({ rewrapped: 0, left: [] });
  });

  test('takes in the keys of several old keys, and goes back as well', async () => {
    const stored = [
      ...(await tokenizeMany(store, provider(a), 3)),
      ...(await tokenizeMany(store, provider(b), 3)),
    ];
    await rotateKeys({ store, keys: provider(c, b, a), batchSize: 2 });
    expect(await counts()).toEqual({ c: 6 });
    await rotateKeys({ store, keys: provider(a, c), batchSize: 2 });
    expect(await counts()).toEqual({ a: 6 });
    await expectReadable(store, provider(a), stored);
  });

  test('while tokenizers read, store and delete, loses nothing and brings nothing back', async () => {
    const stored = await tokenizeMany(store, before, 9);
    const [deleted, fresh]: [Stored[], Stored[]] = [[], []];
    const busy = between(store, async (batch) => {
      // One that has not heard of the new active key, and one that has.
      fresh.push(await tokenize(store, provider(a, b)), await tokenize(store, after));
      await expectReadable(store, provider(a, b), fresh);
      const doomed = stored[batch - 1];
      if (doomed && batch <= 3) {
        await store.deleteTokens(doomed.applicationId, [doomed.token], at(2));
        deleted.push(doomed);
      }
    });
    const { left } = await rotateKeys({ store: busy, keys: after, batchSize: 4 });
    for (const it of deleted) expect(await read(store, after, it)).toBeNull();
    expect(deleted).toHaveLength(3);
    const kept = [...stored, ...fresh].filter((it) => !deleted.includes(it));
    await expectReadable(store, after, kept);

    // What came after its last look is named, and the next one has it.
    const late = (await counts()).a ?? 0;
    expect(left).toEqual(late === 0 ? [] : [expect.objectContaining({ keyId: 'a', dataKeys: late })]);
    expect(await rotateKeys({ store, keys: after })).toMatchObject({ rewrapped: late, left: [] });
    await expectReadable(store, provider(b), kept);
  });

  test('killed at any write, leaves everything readable, and the next one does the rest', async () => {
    const stored = await tokenizeMany(store, before, 6);
    for (const kill of [1, 2]) {
      const dying = between(store, async (batch) => {
        if (batch === kill) throw new Error('killed');
      });
      await expect(rotateKeys({ store: dying, keys: after, batchSize: 2 })).rejects.toThrow('killed');
      await expectReadable(store, after, stored);
    }
    expect(await counts()).toEqual({ a: 4, b: 2 });
    expect(await rotateKeys({ store, keys: after, batchSize: 2 })).toMatchObject({ rewrapped: 4, left: [] });
    await expectReadable(store, provider(b), stored);
  });

  test('twice at the same time, is as good as once', async () => {
    const stored = await tokenizeMany(store, before, 12);
    const secret = await createSecrets({ store, keys: before })('one');
    const both = await Promise.all([1, 2].map(() => rotateKeys({ store, keys: after, batchSize: 3 })));
    expect(both[0]!.rewrapped + both[1]!.rewrapped).toBe(13);
    for (const { failed, left } of both) expect([failed, left]).toEqual([0, []]);
    await expectReadable(store, provider(b), stored);
    expect(await createSecrets({ store, keys: provider(b) })('one')).toEqual(secret);
  });

  test('leaves and names what cannot be unwrapped, and does the rest', async () => {
    const stored = await tokenizeMany(store, before, 5);
    const [broken, ...sound] = stored;
    const wrappedKey = { keyId: 'a', ciphertext: randomBytes(60).toString('base64') };
    const [record] = await store.findTokens(broken!.applicationId, [broken!.token]);
    await store.rewrapDataKeys([{ token: broken!.token, from: record!.wrappedKey!, to: wrappedKey }]);
    await tokenizeMany(store, provider(c), 2);

    const { rewrapped, failed, failures, left } = await rotateKeys({ store, keys: after, batchSize: 2 });
    expect([rewrapped, failed]).toEqual([4, 1]);
    expect(failures).toEqual([
      { name: broken!.token, keyId: 'a', reason: expect.any(String) as unknown as string },
    ]);
    const use = { isActive: false, secrets: 0 };
    expect(left).toEqual([
      { ...use, keyId: 'a', isKnown: true, dataKeys: 1 },
      { ...use, keyId: 'c', isKnown: false, dataKeys: 2 },
    ]);
    await expectReadable(store, provider(b), sound);
  });

  test('stops when the key provider does not answer, having lost nothing', async () => {
    const stored = await tokenizeMany(store, before, 6);
    let calls = 0;
    const failing: KeyProvider = {
      ...after,
      unwrap: async (...parameters) => {
        if (++calls > 3) throw new KeyProviderUnavailableError('away');
        return after.unwrap(...parameters);
      },
    };
    await expect(rotateKeys({ store, keys: failing, batchSize: 2 })).rejects.toThrow('away');
    await expectReadable(store, after, stored);
    expect(await rotateKeys({ store, keys: after })).toMatchObject({ rewrapped: 4, left: [] });
  });
});
if (!mongoURI)
  describe('rotating keys in MongoDB', () => {
    test.skip('needs a real one: npm run services, or set MONGODB_URI', () => undefined);
  });

test('whatever tokenizers do between its steps, a rotation loses no key and brings none back', async () => {
  const action = fc.constantFrom('store under the old', 'store under the new', 'delete', 'rotate', 'die');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(action, { maxLength: 3 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      async (script, batchSize) => {
        const store = await openSqlite();
        try {
          const stored = await tokenizeMany(store, before, 6);
          const deleted = new Set<Stored>();
          const busy = between(store, async (batch) => {
            for (const it of script[batch - 1] ?? []) {
              if (it === 'die') throw new Error('killed');
              if (it === 'rotate') await rotateKeys({ store, keys: after, batchSize });
              else if (it === 'delete') {
                const doomed = stored.find((each) => !deleted.has(each));
                if (doomed) await store.deleteTokens(doomed.applicationId, [doomed.token], at(2));
                if (doomed) deleted.add(doomed);
              } else stored.push(await tokenize(store, it.endsWith('old') ? provider(a, b) : after));
            }
          });
          await rotateKeys({ store: busy, keys: after, batchSize }).catch(() => undefined);
          for (const it of stored)
            expect(await read(store, after, it)).toBe(deleted.has(it) ? null : it.dataKey);
          expect((await rotateKeys({ store, keys: after, batchSize })).left).toEqual([]);
          for (const it of stored)
            expect(await read(store, provider(b), it)).toBe(deleted.has(it) ? null : it.dataKey);
        } finally {
          await store.close();
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('how much is under which key is counted, the active one first', async () => {
  const store = await openSqlite();
  await tokenizeMany(store, before, 3);
  await tokenizeMany(store, provider(c), 1);
  await createSecrets({ store, keys: before })('one');
  expect(await countKeyUse({ store, keys: after })).toEqual([
    { keyId: 'b', isActive: true, isKnown: true, dataKeys: 0, secrets: 0 },
    { keyId: 'a', isActive: false, isKnown: true, dataKeys: 3, secrets: 1 },
    { keyId: 'c', isActive: false, isKnown: false, dataKeys: 1, secrets: 0 },
  ]);
  await store.close();
});

const endpoint = process.env.KMS_ENDPOINT;
describe('rotating keys of AWS KMS', () => {
  (endpoint ? test : test.skip)('wraps everything anew under the key that is first now', async () => {
    const region = process.env.KMS_REGION ?? 'us-east-1';
    const client = new KMSClient({ region, endpoint: endpoint! });
    const make = async () => (await client.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
    const [old, fresh] = [await make(), await make()];
    const kms = (...keyIds: string[]) => createAWSKMSKeyProvider({ keyIds, region, endpoint, cacheTime: 60 });
    const store = await openSqlite();
    const stored = await tokenizeMany(store, kms(old), 10);
    const secret = await createSecrets({ store, keys: kms(old) })('one');
    expect(await rotateKeys({ store, keys: kms(fresh, old), batchSize: 4 })).toMatchObject({
      rewrapped: 11,
      left: [],
    });
    await expectReadable(store, kms(fresh), stored);
    expect(await createSecrets({ store, keys: kms(fresh) })('one')).toEqual(secret);
    await store.close();
  });
});
