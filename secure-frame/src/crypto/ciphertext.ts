import type { Bytes } from './base64.js';
import { paddedLength } from './padding.js';
import {
  additionalDataOf,
  importKey,
  ivSize,
  nonceOf,
  open,
  seal,
  segmentSize,
  tagSize,
} from './segments.js';

/** First byte of every ciphertext of this format. */
export const formatVersion = 1;
const prefixSize = 1 + ivSize;
const sealedSegmentSize = segmentSize + tagSize;
const maxHeaderLength = 0xffff;
const keySize = 32;

/** The media type of text values. */
export const textMediaType = 'text/plain;charset=utf-8';

export interface PlainValue {
  /** Media type (RFC 6838). Travels inside the ciphertext. */
  mediaType: string;
  filename?: string;
  data: Uint8Array;
}

export interface ValueKey {
  /** The value's name; its ciphertext opens under no other. */
  token: string;
  /** 32 random bytes, used for this one value. */
  dataKey: Uint8Array;
}

/**
 * Why a ciphertext did not open. `key`: the key is not 32 bytes. `format`: not of this format or cut short.
 * `authentication`: altered, incomplete, or of another token or key. `content`: authentic, but its inside is malformed.
 */
export type CiphertextFault = 'key' | 'format' | 'authentication' | 'content';

export class CiphertextError extends Error {
  override name = 'CiphertextError';

  constructor(
    readonly fault: CiphertextFault,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Encrypts one value (ciphertext format 1):
 * `0x01 ‖ iv ‖ AES-256-GCM segments of u16be(header length) ‖ header JSON ‖ data ‖ zero padding`.
 * Only the padded size shows outside. Throws {@link CiphertextError} for a wrong key or a header over 64 KiB.
 */
export async function encryptValue({
  token,
  dataKey,
  mediaType,
  filename,
  data,
}: ValueKey & PlainValue): Promise<Bytes> {
  checkKey(dataKey);
  const plaintext = pack({ mediaType, ...(filename === undefined ? {} : { filename }), data });
  const key = await importKey(dataKey, 'encrypt');
  const iv = crypto.getRandomValues(new Uint8Array(ivSize));
  const count = Math.ceil(plaintext.length / segmentSize);
  const ciphertext = new Uint8Array(prefixSize + plaintext.length + count * tagSize);
  ciphertext[0] = formatVersion;
  ciphertext.set(iv, 1);
  for (let index = 0; index < count; index++) {
    const place = { token, iv, index, last: index === count - 1 };
    const segment = plaintext.subarray(index * segmentSize, (index + 1) * segmentSize);
    const sealed = await seal(key, nonceOf(place), additionalDataOf(place), segment);
    ciphertext.set(sealed, prefixSize + index * sealedSegmentSize);
  }
  plaintext.fill(0);
  return ciphertext;
}

/** Opens what {@link encryptValue} made. Throws {@link CiphertextError}; nothing is returned unless all of it is authentic. */
export async function decryptValue({
  token,
  dataKey,
  ciphertext,
}: ValueKey & { ciphertext: Uint8Array }): Promise<PlainValue> {
  checkKey(dataKey);
  if (ciphertext[0] !== formatVersion) throw new CiphertextError('format', 'Not a ciphertext of format 1.');
  const body = ciphertext.length - prefixSize;
  const count = Math.ceil(body / sealedSegmentSize);
  const plaintextLength = body - count * tagSize;
  if (count < 1 || plaintextLength <= (count - 1) * segmentSize)
    throw new CiphertextError('format', 'The ciphertext is cut short.');

  const key = await importKey(dataKey, 'decrypt');
  const iv = ciphertext.slice(1, prefixSize);
  const plaintext = new Uint8Array(plaintextLength);
  for (let index = 0; index < count; index++) {
    const place = { token, iv, index, last: index === count - 1 };
    const start = prefixSize + index * sealedSegmentSize;
    const sealed = ciphertext.slice(start, start + sealedSegmentSize);
    const segment = await open(key, nonceOf(place), additionalDataOf(place), sealed).catch(() => {
      throw new CiphertextError(
        'authentication',
        'The ciphertext was altered, is incomplete, or belongs to another token or key.',
      );
    });
    plaintext.set(segment, index * segmentSize);
  }
  return unpack(plaintext);
}

function checkKey(dataKey: Uint8Array): void {
  if (dataKey.length !== keySize) throw new CiphertextError('key', 'A data key has 32 bytes.');
}

function pack({ data, ...about }: PlainValue): Bytes {
  const header = new TextEncoder().encode(JSON.stringify({ ...about, size: data.length }));
  if (header.length > maxHeaderLength)
    throw new CiphertextError('content', 'The media type and file name are too long.');
  const plaintext = new Uint8Array(paddedLength(2 + header.length + data.length));
  new DataView(plaintext.buffer).setUint16(0, header.length);
  plaintext.set(header, 2);
  plaintext.set(data, 2 + header.length);
  return plaintext;
}

function unpack(plaintext: Bytes): PlainValue {
  const malformed = new CiphertextError('content', 'The decrypted value is malformed.');
  if (plaintext.length < 2) throw malformed;
  const start = 2 + new DataView(plaintext.buffer).getUint16(0);
  const { mediaType, filename, size } = parseHeader(plaintext.subarray(2, start)) ?? {};
  if (typeof mediaType !== 'string' || !(filename === undefined || typeof filename === 'string'))
    throw malformed;
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw malformed;
  const end = start + (size as number);
  if (plaintext.length !== paddedLength(end) || plaintext.subarray(end).some((byte) => byte !== 0))
    throw malformed;
  return { mediaType, ...(filename === undefined ? {} : { filename }), data: plaintext.slice(start, end) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
