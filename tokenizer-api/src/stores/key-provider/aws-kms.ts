import { LRUCache } from 'lru-cache';
import { shortKeyId } from './aws-key-id.js';
import { createKMS } from './aws-kms/client.js';
import type { EncryptionContext, KMSOptions } from './aws-kms/client.js';
import { readEnvelope, writeEnvelope } from './aws-kms/envelope.js';
import type { KeyContext, KeyProvider } from './port.js';
import { seal, unseal } from './seal.js';

export interface AWSKMSKeyProviderOptions extends Omit<KMSOptions, 'onAnswer'> {
  /** Ids or ARNs of symmetric keys, at least one: the first wraps, all unwrap. No aliases. */
  keyIds: readonly string[];
  /** How long a decrypted working key is kept in memory, in seconds; so long disabling a key of KMS takes to work. */
  cacheTime: number;
  /** Milliseconds that never go back. */
  clock?: () => number;
}

/** What a working key wraps at most: data keys, and milliseconds for which it is chosen. */
const maxUses = 100_000;
const maxAge = 24 * 3600_000;
/** Working keys in memory, some 100 bytes each. */
const maxCached = 10_000;
/** How long ago KMS must have answered for it to count as answering, in milliseconds. */
const pingMemory = 60_000;

interface WorkingKey {
  keyId: string;
  blob: Buffer;
  context: EncryptionContext;
}

/**
 * Wraps data keys by AWS KMS, in two steps. KMS makes a *working key* (GenerateDataKey), which this process uses for
 * one application, for a day or 100 000 data keys, whichever ends first. Each data key is sealed under it, bound to its
 * application and token, and carries the working key in front, encrypted by KMS. To unwrap, KMS decrypts the working
 * key, which stays in memory for `cacheTime`.
 *
 * Encrypting every data key by KMS itself would take a call to KMS per token: a page of 1000 values 1000 calls, at
 * 3 US cents per 10 000, against a quota that the account shares, and nothing could be read while KMS is away. With
 * working keys it is a call per application, process and day, plus one per working key that is met again after
 * `cacheTime`; no database call is added, since the working key travels with the data key.
 *
 * The price: who reads this process's memory finds the working keys of the last `cacheTime` and not only the data keys
 * of requests in flight (each opens what one process stored of one application in a day; the database and the objects
 * are needed as well), and CloudTrail shows the use of working keys, by application, not of tokens: the tokenizer's
 * own audit has those. KMS's encryption context is `{ applicationId }`, or `{ secret }` for the tokenizer's named secrets.
 */
export function createAWSKMSKeyProvider({
  keyIds,
  cacheTime,
  clock = () => performance.now(),
  ...options
}: AWSKMSKeyProviderOptions): KeyProvider {
  let answeredAt = -Infinity;
  const kms = createKMS({ ...options, onAnswer: () => (answeredAt = clock()) });
  const named = new Map(keyIds.map((keyId) => [shortKeyId(keyId), keyId]));
  const [active] = named.keys() as Iterable<string> as [string];

  const opened = new LRUCache<string, Uint8Array, WorkingKey>({
    max: maxCached,
    ttl: cacheTime * 1000,
    ttlAutopurge: true,
    // Calls at the same time share one.
    fetchMethod: (_name, _stale, { context }) => decrypt(context),
  });
  const inUse = new Map<string, { working: Promise<WorkingKey>; since: number; uses: number }>();

  const decrypt = ({ keyId, blob, context }: WorkingKey) => kms.decrypt(named.get(keyId)!, blob, context);
  const open = async (working: WorkingKey) =>
    (await opened.fetch(cacheName(working), { context: working })) ?? (await decrypt(working));

  async function generate(context: EncryptionContext): Promise<WorkingKey> {
    const { key, blob } = await kms.generate(named.get(active)!, context);
    const working = { keyId: active, blob: Buffer.from(blob), context };
    opened.set(cacheName(working), key);
    return working;
  }

  function workingKeyFor(context: EncryptionContext): Promise<WorkingKey> {
    const name = JSON.stringify(context);
    let use = inUse.get(name);
    if (!use || use.uses >= maxUses || clock() - use.since >= maxAge) {
      const fresh = { working: generate(context), since: clock(), uses: 0 };
      fresh.working.catch(() => {
        if (inUse.get(name) === fresh) inUse.delete(name);
      });
      inUse.set(name, fresh);
      use = fresh;
    }
    use.uses++;
    return use.working;
  }

  return {
    async wrap(dataKey, context) {
      const working = await workingKeyFor(encryptionContext(context));
      const sealed = seal(await open(working), dataKey, context, working.blob);
      return { keyId: active, ciphertext: writeEnvelope({ blob: working.blob, sealed }) };
    },
    async unwrap({ keyId, ciphertext }, context) {
      // Only keys that were configured: with another, its owner would know what is stored under it.
      if (!named.has(keyId))
        throw new Error(`The key ${keyId} of AWS KMS is not configured. Add it to keyProvider.keyIds.`);
      const { blob, sealed } = readEnvelope(ciphertext);
      const workingKey = await open({ keyId, blob, context: encryptionContext(context) });
      return unseal(workingKey, sealed, context, blob);
    },
    keyIds: async () => ({ active, all: [...named.keys()] }),
    async ping() {
      if (clock() - answeredAt < pingMemory) return;
      const context = { secret: 'ping' };
      const { blob } = await kms.generate(named.get(active)!, context);
      await kms.decrypt(named.get(active)!, blob, context);
    },
  };
}

const encryptionContext = (context: KeyContext): EncryptionContext =>
  'secret' in context ? { secret: context.secret } : { applicationId: context.applicationId };

const cacheName = ({ keyId, blob, context }: WorkingKey): string =>
  JSON.stringify([keyId, context, blob.toString('base64')]);
