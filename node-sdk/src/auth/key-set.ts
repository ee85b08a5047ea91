import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { SigningAlgorithm, SigningKey } from './signing-key.js';

/** Makes a private key: Ed25519, EC P-256 or RSA of 3072 bits. */
export function generateSigningKey(algorithm: SigningAlgorithm): KeyObject {
  switch (algorithm) {
    case 'EdDSA':
      return generateKeyPairSync('ed25519').privateKey;
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;
  }
}

/** Writes private keys the way `parseSigningKeys` reads them: a JWK Set in one line. */
export function printSigningKeys(keys: readonly SigningKey[]): string {
  return JSON.stringify({
    keys: keys.map(({ privateKey, notBefore }) => ({
      ...privateKey.export({ format: 'jwk' }),
      ...(notBefore === undefined ? {} : { nbf: notBefore }),
    })),
  });
}

/**
 * Adds a key that signs from `notBefore` on, in seconds since 1970, and drops those that stopped signing before
 * `retiredBefore`: whatever they signed has expired long since.
 */
export function rotateKeys(
  keys: readonly SigningKey[],
  next: SigningKey & { notBefore: number },
  retiredBefore: number,
): SigningKey[] {
  const since = ({ notBefore }: SigningKey) => notBefore ?? 0;
  // A key retires when the next one begins to sign.
  const all = [...keys, next].toSorted((a, b) => since(a) - since(b));
  return all.filter((_key, i) => i === all.length - 1 || since(all[i + 1]!) >= retiredBefore);
}
