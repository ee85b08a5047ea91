import { createLocalJWKSet, errors } from 'jose';
import type { JWK, JWTVerifyGetKey } from 'jose';
import { isPrivateKey, publicKeyFault } from '../config/public-key.js';
import type { KeyCandidate } from '../config/public-key.js';

/**
 * Finds the key that a JWT names by its `kid`, which it must, and which must mean one key. The JWT's algorithm must be
 * the key's (RFC 8725 §3.1).
 */
export function createKeySet(keys: readonly JWK[]): JWTVerifyGetKey {
  const find = createLocalJWKSet({ keys: [...keys] });
  return async (header, token) => {
    const { kid } = header;
    if (typeof kid !== 'string' || kid === '')
      throw new errors.JWSInvalid('its header names no key: add a kid');
    if (keys.filter((key) => key.kid === kid).length > 1) throw new errors.JWKSMultipleMatchingKeys();
    return find(header, token);
  };
}

/**
 * The keys of a published JWKS (RFC 7517 §5) that JWTs may be signed with; others are left out, as they may be for
 * something else. Throws when it is no JWKS, has no such key, or gives away a private one.
 */
export function usableKeys(jwks: unknown): JWK[] {
  const { keys } = (jwks ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error('What it publishes is no JWKS: an object with a list of keys.');
  const candidates = keys.filter((key): key is KeyCandidate => typeof key === 'object' && key !== null);
  if (candidates.some((key) => isPrivateKey(key)))
    throw new Error('It publishes a private or secret key. Replace that key: it is known to others.');
  const usable = candidates.filter((key) => publicKeyFault(key) === undefined);
  if (usable.length === 0) {
    const faults = candidates.map((key) => publicKeyFault(key));
    throw new Error(`It publishes no key that can be used${faults[0] ? `: the first ${faults[0]}` : ''}.`);
  }
  return usable as JWK[];
}
