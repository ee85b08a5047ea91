import type { Bytes } from './base64.js';
import { ciphertextSize, decryptStream, encryptStream } from './stream.js';
import type { ValueKey } from './stream.js';

/** The media type of text values. */
export const textMediaType = 'text/plain;charset=utf-8';

export interface PlainValue {
  /** Media type (RFC 6838). Travels inside the ciphertext. */
  mediaType: string;
  filename?: string;
  data: Uint8Array;
}

/** Encrypts one value as `encryptStream` does. Throws `CiphertextError` for a wrong key or a header over 64 KiB. */
export async function encryptValue({ data, ...about }: ValueKey & PlainValue): Promise<Bytes> {
  const value = { ...about, size: data.length };
  return collect(encryptStream({ ...value, data: [data] }), ciphertextSize(value));
}

/** Opens what {@link encryptValue} made. Throws `CiphertextError`; nothing is returned unless all of it is authentic. */
export async function decryptValue({
  ciphertext,
  ...parts
}: ValueKey & { ciphertext: Uint8Array }): Promise<PlainValue> {
  const size = ciphertext.length;
  const { size: length, data, ...about } = await decryptStream({ ...parts, size, ciphertext: [ciphertext] });
  return { ...about, data: await collect(data, length) };
}

async function collect(pieces: AsyncIterable<Uint8Array>, size: number): Promise<Bytes> {
  const all = new Uint8Array(size);
  let filled = 0;
  for await (const piece of pieces) {
    all.set(piece, filled);
    filled += piece.length;
  }
  return all;
}
