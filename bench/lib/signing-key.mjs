import { calculateJwkThumbprint, exportJWK } from 'jose';
import { generateKeyPairSync } from 'node:crypto';

/** A key of the SDK's, and its public half for the tokenizer's settings, named as the SDK names it. */
export async function newSigningKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = await exportJWK(publicKey);
  return {
    signingKey: { privateKey, algorithm: 'EdDSA' },
    publicJWK: { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA' },
  };
}
