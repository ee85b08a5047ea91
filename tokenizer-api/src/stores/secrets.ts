import { randomBytes } from 'node:crypto';
import type { KeyProvider } from './key-provider/port.js';
import type { TokenStore } from './token-store/port.js';

/**
 * Gives the secret of a name: 32 random bytes, the same for every replica and through every change of the wrapping
 * key. It is made when it is asked for the first time, and kept in the database under a wrapping key. Rejects when
 * the database does not answer, or the secret cannot be unwrapped; nothing else is taken in its place.
 */
export type OpenSecret = (name: string) => Promise<Uint8Array>;

const secretSize = 32;

export function createSecrets({
  store,
  keys,
}: {
  store: Pick<TokenStore, 'findSecret' | 'insertSecret'>;
  keys: Pick<KeyProvider, 'wrap' | 'unwrap'>;
}): OpenSecret {
  return async (name) => {
    const found = (await store.findSecret(name)) ?? (await create(name));
    return keys.unwrap(found.wrappedKey, { secret: name });
  };

  /** Of replicas that start together, all use the one that was stored first. */
  async function create(name: string) {
    const secret = randomBytes(secretSize);
    const record = { name, wrappedKey: await keys.wrap(secret, { secret: name }) };
    secret.fill(0);
    return (await store.insertSecret(record)) ? record : (await store.findSecret(name))!;
  }
}
