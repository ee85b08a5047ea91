export { fromBase64, toBase64 } from './base64.js';
export type { Bytes } from './base64.js';
export { decryptValue, encryptValue, textMediaType } from './ciphertext.js';
export type { PlainValue } from './ciphertext.js';
export { CiphertextError } from './errors.js';
export type { CiphertextFault } from './errors.js';
export { formatVersion } from './layout.js';
export type { ValueHeader } from './layout.js';
export { paddedLength } from './padding.js';
export { ciphertextSize, decryptStream, encryptStream } from './stream.js';
export type { Chunks, ValueKey } from './stream.js';

/** SHA-256 of bytes (FIPS 180-4). */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
}

/** A new 256-bit data key. */
export function createDataKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}
