import type { Bytes } from './base64.js';
import { CiphertextError } from './errors.js';
import { paddedLength } from './padding.js';
import { ivSize, segmentSize, tagSize } from './segments.js';

/** First byte of every ciphertext of this format. */
export const formatVersion = 1;
/** Format byte and iv. */
export const prefixSize = 1 + ivSize;
export const sealedSegmentSize = segmentSize + tagSize;
const maxHeaderLength = 0xffff;

/** What a value is, besides its bytes. Travels inside the ciphertext. */
export interface ValueHeader {
  /** Media type (RFC 6838). */
  mediaType: string;
  filename?: string;
  /** Bytes of the value. */
  size: number;
}

/** `u16be(header length) ‖ header JSON`. Throws {@link CiphertextError} for a header over 64 KiB or a size that is none. */
export function encodeHeader({ mediaType, filename, size }: ValueHeader): Bytes {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new CiphertextError('content', 'The size must be a number of bytes.');
  const about = { mediaType, ...(filename === undefined ? {} : { filename }), size };
  const json = new TextEncoder().encode(JSON.stringify(about));
  if (json.length > maxHeaderLength)
    throw new CiphertextError('content', 'The media type and file name are too long.');
  const header = new Uint8Array(2 + json.length);
  new DataView(header.buffer).setUint16(0, json.length);
  header.set(json, 2);
  return header;
}

/** Reads the header from the beginning of a plaintext, and where the value begins after it. */
export function decodeHeader(plaintext: Bytes): { header: ValueHeader; start: number } | undefined {
  if (plaintext.length < 2) return undefined;
  const start = 2 + new DataView(plaintext.buffer, plaintext.byteOffset).getUint16(0);
  const header = parseObject(plaintext.subarray(2, start));
  const { mediaType, filename, size } = header ?? {};
  if (typeof mediaType !== 'string' || !(filename === undefined || typeof filename === 'string'))
    return undefined;
  if (!Number.isSafeInteger(size) || (size as number) < 0) return undefined;
  return {
    header: { mediaType, ...(filename === undefined ? {} : { filename }), size: size as number },
    start,
  };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of the plaintext with header and padding, for a value of `size` bytes behind a header of `headerSize`. */
export const plaintextSizeOf = (headerSize: number, size: number): number => paddedLength(headerSize + size);

/** Bytes of the whole ciphertext of a padded plaintext. */
export const ciphertextSizeOf = (plaintextSize: number): number =>
  prefixSize + plaintextSize + Math.ceil(plaintextSize / segmentSize) * tagSize;

/** The inverse of {@link ciphertextSizeOf}; undefined for a size that no ciphertext has. */
export function plaintextSizeIn(ciphertextSize: number): number | undefined {
  const body = ciphertextSize - prefixSize;
  const count = Math.ceil(body / sealedSegmentSize);
  const size = body - count * tagSize;
  return count < 1 || size <= (count - 1) * segmentSize ? undefined : size;
}
