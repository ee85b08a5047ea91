import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import type { JSONWebKeySet, JWK, JWTPayload } from 'jose';
import type { FindKeys } from './keep-fresh.js';
import { signingKeyAt } from './signing-key.js';
import type { SigningKey } from './signing-key.js';

/** Signs what the app states to the tokenizer, and publishes the keys to check it with. */
export interface Signer {
  /** Signs with the key that began to sign last. */
  sign(claims: JWTPayload, typ: string): Promise<string>;
  /** All public keys, as RFC 7517 has them: also those that sign later, so that verifiers know them by then. */
  publicKeys(): Promise<JSONWebKeySet>;
}

export interface SignerParts {
  findKeys: FindKeys;
  now: () => Date;
}

export function createSigner({ findKeys, now }: SignerParts): Signer {
  return {
    async sign(claims, typ) {
      const { privateKey, algorithm } = signingKeyAt(await findKeys(), now());
      const { kid } = await publicJWKOf(privateKey);
      return new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ, kid: kid! }).sign(privateKey);
    },
    publicKeys: async () => publicKeysOf(await findKeys()),
  };
}

/** What may be known of private keys. */
export async function publicKeysOf(keys: readonly SigningKey[]): Promise<JSONWebKeySet> {
  const published = keys.map(async ({ privateKey, algorithm }) => ({
    ...(await publicJWKOf(privateKey)),
    alg: algorithm,
    use: 'sig',
  }));
  return { keys: await Promise.all(published) };
}

const publicJWKs = new WeakMap<KeyObject, Promise<JWK>>();

/** A private key's public half, made once; `kid` is its thumbprint (RFC 7638). */
function publicJWKOf(privateKey: KeyObject): Promise<JWK> {
  let known = publicJWKs.get(privateKey);
  if (!known) {
    const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK;
    known = calculateJwkThumbprint(jwk).then((kid) => ({ ...jwk, kid }));
    publicJWKs.set(privateKey, known);
  }
  return known;
}
