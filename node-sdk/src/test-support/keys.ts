import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from '../auth/signer.js';
import type { Signer } from '../auth/signer.js';

/** A signer with a key of its own. */
export function testSigner(): Signer {
  const { privateKey } = generateKeyPairSync('ed25519');
  return createSigner({ findKeys: () => [{ privateKey, algorithm: 'EdDSA' }], now: () => new Date() });
}
