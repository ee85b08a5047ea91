import type { Bytes } from './base64.js';

/** Plaintext bytes of a full segment. */
export const segmentSize = 1024 * 1024;
export const ivSize = 12;
export const tagSize = 16;

/** Where a segment belongs: its ciphertext opens there and nowhere else. */
export interface Place {
  token: string;
  iv: Uint8Array;
  index: number;
  last: boolean;
}

/** Imports a 256-bit data key. */
export function importKey(dataKey: Uint8Array, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(dataKey), 'AES-GCM', false, [usage]);
}

/** AES-256-GCM with a 96-bit nonce and a 128-bit tag, appended (NIST SP 800-38D). */
export async function seal(
  key: CryptoKey,
  nonce: Bytes,
  additionalData: Bytes,
  plaintext: Bytes,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, additionalData), key, plaintext));
}

/** The inverse of {@link seal}; rejects with an `OperationError` when anything was altered. */
export async function open(
  key: CryptoKey,
  nonce: Bytes,
  additionalData: Bytes,
  sealed: Bytes,
): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, additionalData), key, sealed));
}

const parameters = (iv: Bytes, additionalData: Bytes): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData,
  tagLength: tagSize * 8,
});

/** The iv with its last four bytes XOR the segment's number (as RFC 8446 §5.3 makes nonces of sequence numbers). */
export function nonceOf({ iv, index }: Place): Bytes {
  const nonce = Uint8Array.from(iv);
  const view = new DataView(nonce.buffer);
  view.setUint32(ivSize - 4, view.getUint32(ivSize - 4) ^ index);
  return nonce;
}

/** utf8(token) ‖ 0x00 ‖ u32be(index) ‖ (last ? 0x01 : 0x00). */
export function additionalDataOf({ token, index, last }: Place): Bytes {
  const name = new TextEncoder().encode(token);
  const data = new Uint8Array(name.length + 6);
  data.set(name);
  const view = new DataView(data.buffer);
  view.setUint32(name.length + 1, index);
  view.setUint8(name.length + 5, last ? 1 : 0);
  return data;
}
