import { createPrivateKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { z } from 'zod';

export type SigningAlgorithm = 'EdDSA' | 'ES256' | 'RS256';

export interface SigningKey {
  privateKey: KeyObject;
  algorithm: SigningAlgorithm;
  /** When it begins to sign, in seconds since 1970; its public key is published before. Default: it may sign at once. */
  notBefore?: number | undefined;
}

/**
 * A JWK Set (RFC 7517 §5) of private keys. `nbf`, "not before" as JWTs have it (RFC 7519 §4.1.5), says when a key begins
 * to sign.
 */
const privateJWKSet = z.object({
  keys: z.array(z.looseObject({ nbf: z.int().min(0).optional() })).min(1),
});

/**
 * Reads the private keys of a secret: a JWK Set, one JWK, or one key as PKCS#8 in PEM. `place` is named in errors; the
 * text never is.
 */
export function parseSigningKeys(text: string, place: string): SigningKey[] {
  const found = readPrivateKeys(text.trim());
  if (!found)
    throw new Error(
      `The signing key in ${place} is neither a private JWK, nor a JWK Set of those, nor PKCS#8 in PEM.`,
    );
  const keys = found.map(({ privateKey, notBefore }): SigningKey => {
    const algorithm = algorithmOf(privateKey);
    if (!algorithm)
      throw new Error(`The signing key in ${place} must be Ed25519, EC P-256 or RSA of at least 3072 bits.`);
    return { privateKey, algorithm, notBefore };
  });
  if (keys.some((key, i) => keys.slice(0, i).some((other) => isSameKey(key, other))))
    throw new Error(`The signing keys in ${place} must differ; one is there twice.`);
  return keys;
}

/** Whether two are one key. Kinds come first: comparing keys of two kinds makes Node 24 fail at the next key it reads. */
export const isSameKey = (one: SigningKey, other: SigningKey): boolean =>
  one.algorithm === other.algorithm && one.privateKey.equals(other.privateKey);

/** The key that signs at a time: of those that may sign, the one that began last. Throws an error when none may yet. */
export function signingKeyAt(keys: readonly SigningKey[], now: Date): SigningKey {
  const since = ({ notBefore }: SigningKey) => notBefore ?? 0;
  const [newest] = keys
    .filter((key) => since(key) * 1000 <= now.getTime())
    .toSorted((a, b) => since(b) - since(a));
  if (newest) return newest;
  const first = new Date(Math.min(...keys.map(since)) * 1000);
  throw new Error(
    `No signing key may sign yet; the first may from ${first.toISOString()}. Check the clock and the keys' "nbf".`,
  );
}

function readPrivateKeys(text: string): Pick<SigningKey, 'privateKey' | 'notBefore'>[] | undefined {
  try {
    // Many places that hold environment variables cannot hold line breaks.
    if (!text.startsWith('{'))
      return [{ privateKey: createPrivateKey({ key: text.replaceAll('\\n', '\n'), format: 'pem' }) }];
    const json = JSON.parse(text) as object;
    const { keys } = privateJWKSet.parse('keys' in json ? json : { keys: [json] });
    return keys.map(({ nbf, ...jwk }) => ({
      privateKey: createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' }),
      notBefore: nbf,
    }));
  } catch {
    // The error might quote the key.
    return undefined;
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  // 3072 bits are as strong as the other kinds (NIST SP 800-57 part 1, table 2); the tokenizer refuses fewer.
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 3072) return 'RS256';
  return undefined;
}
