import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, SignJWT } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import type { SigningKey } from './signing-key.js';

/** Signs what the app states to the tokenizer, and publishes the key to check it with. */
export interface Signer {
  sign(claims: JWTPayload, typ: string): Promise<string>;
  /** The public key, as RFC 7517 has it. `kid` is its thumbprint (RFC 7638). */
  publicKeys(): Promise<JSONWebKeySet>;
}

export function createSigner({ privateKey, algorithm }: SigningKey): Signer {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const keyId = calculateJwkThumbprint(jwk);
  // Reported to whoever signs first.
  keyId.catch(() => {});

  return {
    sign: async (claims, typ) =>
      new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ, kid: await keyId }).sign(privateKey),
    publicKeys: async () => ({ keys: [{ ...jwk, kid: await keyId, alg: algorithm, use: 'sig' }] }),
  };
}
