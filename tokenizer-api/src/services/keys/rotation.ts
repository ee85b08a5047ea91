import { KeyProviderUnavailableError } from '../../stores/key-provider/port.js';
import type { KeyContext, KeyProvider, WrappedKey } from '../../stores/key-provider/port.js';
import type { Rewrapping, TokenStore } from '../../stores/token-store/port.js';
import { mapConcurrently } from '../concurrency.js';

/** What could not be wrapped anew, and stays as it was. */
export interface RotationFailure {
  /** A token, or the name of a secret. */
  name: string;
  keyId: string;
  reason: string;
}

export interface Rotated {
  /** The key that wraps now. */
  active: string;
  /** Data keys and secrets that this call wrapped anew. */
  rewrapped: number;
  /** How many could not be unwrapped, and the first of them. */
  failed: number;
  failures: RotationFailure[];
  /**
   * What is under other keys in the end: what failed, what is under keys that the provider does not have, and what
   * tokenizers that still use an old key have wrapped meanwhile.
   */
  left: KeyUse[];
}

/** Data keys of one read and one write. */
const defaultBatchSize = 500;
/** How many are unwrapped and wrapped at a time. */
const concurrency = 32;
/** How often to look for what tokenizers wrapped under an old key meanwhile. */
const maxRounds = 3;
const maxListed = 20;

/**
 * Wraps every data key and secret anew, under the active key, that is not under it yet. Objects are not touched, and
 * tokenizers serve all the while: a data key is replaced in one change, and only if it is as it was read, so that one
 * which is deleted meanwhile stays deleted and rotations at the same time do each other's work. It may be ended at any
 * moment; another one goes on with what is left. Rejects when the database or the key provider does not answer.
 */
export async function rotateKeys({
  store,
  keys,
  batchSize = defaultBatchSize,
  onProgress = () => undefined,
}: {
  store: Pick<
    TokenStore,
    'countDataKeys' | 'findDataKeys' | 'rewrapDataKeys' | 'listSecrets' | 'rewrapSecret'
  >;
  keys: Pick<KeyProvider, 'wrap' | 'unwrap' | 'keyIds'>;
  batchSize?: number;
  /** Hears how many data keys were looked at, and how many there are to look at, as far as is known. */
  onProgress?: (done: number, total: number) => void;
}): Promise<Rotated> {
  const { active } = await keys.keyIds();
  const failures = new Map<string, RotationFailure>();
  let rewrapped = 0;

  /** Null when it cannot be unwrapped. */
  async function rewrap(name: string, from: WrappedKey, context: KeyContext): Promise<WrappedKey | null> {
    try {
      const dataKey = await keys.unwrap(from, context);
      const to = await keys.wrap(dataKey, context);
      dataKey.fill(0);
      return to;
    } catch (error) {
      if (error instanceof KeyProviderUnavailableError) throw error;
      failures.set(name, { name, keyId: from.keyId, reason: (error as Error).message });
      return null;
    }
  }

  for (const { name, wrappedKey: from } of await store.listSecrets()) {
    if (from.keyId === active) continue;
    const to = await rewrap(name, from, { secret: name });
    if (to && (await store.rewrapSecret(name, from, to))) rewrapped++;
  }

  let done = 0;
  for (let round = 1, before = -1; round <= maxRounds && rewrapped > before; round++) {
    before = rewrapped;
    const { all } = await keys.keyIds();
    const counts = await store.countDataKeys();
    const old = all.filter((keyId) => keyId !== active && counts.has(keyId));
    const total = done + old.reduce((sum, keyId) => sum + counts.get(keyId)!, 0);
    for (const keyId of old)
      for (let after: string | null = null; ;) {
        onProgress(Math.min(done, total), total);
        const found = await store.findDataKeys(keyId, after, batchSize);
        if (found.length === 0) break;
        after = found.at(-1)!.token;
        const changes = await mapConcurrently(
          found.filter(({ token }) => !failures.has(token)),
          concurrency,
          async ({ token, applicationId, wrappedKey: from }): Promise<Rewrapping | null> => {
            const to = await rewrap(token, from, { applicationId, token });
            return to && { token, from, to };
          },
        );
        rewrapped += await store.rewrapDataKeys(changes.filter((change) => change !== null));
        done += found.length;
      }
  }

  return {
    active,
    rewrapped,
    failed: failures.size,
    failures: [...failures.values()].slice(0, maxListed),
    left: (await countKeyUse({ store, keys })).filter(
      ({ keyId, dataKeys, secrets }) => keyId !== active && dataKeys + secrets > 0,
    ),
  };
}

/** What is under a wrapping key. */
export interface KeyUse {
  keyId: string;
  /** Whether it wraps. */
  isActive: boolean;
  /** Whether the key provider has it; if not, nothing under it can be read. */
  isKnown: boolean;
  dataKeys: number;
  secrets: number;
}

/** Every wrapping key that the provider has or that anything is under; the active one first. */
export async function countKeyUse({
  store,
  keys,
}: {
  store: Pick<TokenStore, 'countDataKeys' | 'listSecrets'>;
  keys: Pick<KeyProvider, 'keyIds'>;
}): Promise<KeyUse[]> {
  const [{ active, all }, dataKeys, secrets] = await Promise.all([
    keys.keyIds(),
    store.countDataKeys(),
    store.listSecrets(),
  ]);
  const secretIds = secrets.map(({ wrappedKey }) => wrappedKey.keyId);
  return [...new Set([active, ...all, ...dataKeys.keys(), ...secretIds])].map((keyId) => ({
    keyId,
    isActive: keyId === active,
    isKnown: all.includes(keyId),
    dataKeys: dataKeys.get(keyId) ?? 0,
    secrets: secretIds.filter((it) => it === keyId).length,
  }));
}
