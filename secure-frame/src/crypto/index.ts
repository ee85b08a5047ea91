export { fromBase64, toBase64 } from './base64.js';
export type { Bytes } from './base64.js';
export { CiphertextError, decryptValue, encryptValue, formatVersion, textMediaType } from './ciphertext.js';
export type { CiphertextFault, PlainValue, ValueKey } from './ciphertext.js';
export { paddedLength } from './padding.js';

/** SHA-256 of bytes (FIPS 180-4). */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
}

/** A new 256-bit data key. */
export function createDataKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}
