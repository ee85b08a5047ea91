import { generateKeyPairSync } from 'node:crypto';
import { createSigner } from '../auth/signer.js';
import type { Signer } from '../auth/signer.js';

/** A signer with a key of its own. */
export const testSigner = (): Signer =>
  createSigner({ privateKey: generateKeyPairSync('ed25519').privateKey, algorithm: 'EdDSA' });
