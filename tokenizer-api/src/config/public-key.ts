import { createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

/** A JSON Web Key (RFC 7517), as it comes from outside. */
export type KeyCandidate = Record<string, unknown>;

const privateParts = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
/** Bits of an RSA modulus: 3072 are as strong as 128 bits (NIST SP 800-57 part 1, table 2); more than 8192 only cost time. */
const rsaBits = { min: 3072, max: 8192 };

export const isPrivateKey = (key: KeyCandidate): boolean => privateParts.some((part) => part in key);

/** Why a public key cannot verify JWTs of an application; undefined when it can. */
export function publicKeyFault(key: KeyCandidate): string | undefined {
  const { kty, crv, kid, use, alg } = key;
  if (typeof kid !== 'string' || kid === '' || kid.length > 256)
    return 'needs a kid, by which JWTs name their key';
  if (use !== undefined && use !== 'sig') return 'is not for signatures: its use must be "sig", or left out';
  const expected = algorithmOf(kty, crv);
  if (!expected) return 'must be an Ed25519 (OKP), P-256 (EC) or RSA key';
  if (alg !== undefined && alg !== expected) return `must be for ${expected}: its alg says otherwise`;
  if (!isKey(key)) return 'is no key: its numbers do not make one';
  if (kty !== 'RSA') return undefined;
  const bits = bitsOf(key.n);
  return bits >= rsaBits.min && bits <= rsaBits.max
    ? undefined
    : `is RSA of ${bits} bits; it must have from ${rsaBits.min} to ${rsaBits.max}`;
}

/** Such as a point that is on the curve. */
function isKey(key: KeyCandidate): boolean {
  try {
    createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

function algorithmOf(kty: unknown, crv: unknown): string | undefined {
  if (kty === 'OKP' && crv === 'Ed25519') return 'EdDSA';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'RSA' ? 'RS256' : undefined;
}

/** Bits of a base64url number, without leading zeros. */
function bitsOf(number: unknown): number {
  if (typeof number !== 'string') return 0;
  const bytes = Buffer.from(number, 'base64url');
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first]!) - 24);
}
