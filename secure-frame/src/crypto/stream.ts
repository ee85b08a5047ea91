import type { Bytes } from './base64.js';
import { CiphertextError } from './errors.js';
import {
  ciphertextSizeOf,
  decodeHeader,
  encodeHeader,
  formatVersion,
  plaintextSizeIn,
  plaintextSizeOf,
  prefixSize,
  sealedSegmentSize,
} from './layout.js';
import type { ValueHeader } from './layout.js';
import { additionalDataOf, importKey, ivSize, nonceOf, open, seal, segmentSize } from './segments.js';

export interface ValueKey {
  /** The value's name; its ciphertext opens under no other. */
  token: string;
  /** 32 random bytes, used for this one value. */
  dataKey: Uint8Array;
}

/** Bytes in pieces of any size. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const keySize = 32;
const zeros = new Uint8Array(64 * 1024);

/** Bytes that a value will have as a ciphertext. Throws like {@link encryptStream}. */
export const ciphertextSize = (header: ValueHeader): number =>
  ciphertextSizeOf(plaintextSizeOf(encodeHeader(header).length, header.size));

/**
 * Encrypts one value piece by piece, with one segment of 1 MiB in memory (ciphertext format 1):
 * `0x01 ‖ iv ‖ AES-256-GCM segments of u16be(header length) ‖ header JSON ‖ data ‖ zero padding`.
 * Only the padded size shows outside. Throws {@link CiphertextError}: `key` for a wrong key, `content` for a header over
 * 64 KiB and for data that is not `size` bytes long: what was given out until then must be thrown away.
 */
export async function* encryptStream({
  token,
  dataKey,
  data,
  ...header
}: ValueKey & ValueHeader & { data: Chunks }): AsyncGenerator<Bytes, void, void> {
  checkKey(dataKey);
  const head = encodeHeader(header);
  const total = plaintextSizeOf(head.length, header.size);
  const key = await importKey(dataKey, 'encrypt');
  const iv = crypto.getRandomValues(new Uint8Array(ivSize));
  yield new Uint8Array([formatVersion, ...iv]);

  const last = Math.ceil(total / segmentSize) - 1;
  let index = 0;
  for await (const segment of cut(pad(head, data, header.size, total), total, segmentSize)) {
    const place = { token, iv, index, last: index === last };
    const sealed = await seal(key, nonceOf(place), additionalDataOf(place), segment);
    segment.fill(0);
    index++;
    yield sealed;
  }
}

/**
 * Opens what {@link encryptStream} made, piece by piece. `size` is the ciphertext's, in bytes. Each piece of `data` is
 * authentic and in its place, but only when `data` has ended without an error is it known to be all: until then, do
 * nothing that cannot be undone. Throws {@link CiphertextError}, from `data` as well.
 */
export async function decryptStream({
  token,
  dataKey,
  size: total,
  ciphertext,
}: ValueKey & { size: number; ciphertext: Chunks }): Promise<
  ValueHeader & { data: AsyncGenerator<Bytes, void, void> }
> {
  checkKey(dataKey);
  const pieces = cut(ciphertext, total, prefixSize, sealedSegmentSize);
  const prefix = (await pieces.next()).value;
  if (prefix?.[0] !== formatVersion) throw new CiphertextError('format', 'Not a ciphertext of format 1.');
  const plaintextSize = plaintextSizeIn(total);
  if (plaintextSize === undefined) throw new CiphertextError('format', 'The ciphertext is cut short.');

  const key = await importKey(dataKey, 'decrypt');
  const iv = prefix.slice(1);
  const last = Math.ceil(plaintextSize / segmentSize) - 1;
  let index = 0;
  async function openNext(): Promise<Bytes | undefined> {
    const { value: sealed } = await pieces.next();
    if (!sealed) return undefined;
    const place = { token, iv, index, last: index === last };
    index++;
    return open(key, nonceOf(place), additionalDataOf(place), sealed).catch(() => {
      throw new CiphertextError(
        'authentication',
        'The ciphertext was altered, is incomplete, or belongs to another token or key.',
      );
    });
  }

  // A header is shorter than a segment.
  const first = (await openNext())!;
  const decoded = decodeHeader(first);
  const malformed = new CiphertextError('content', 'The decrypted value is malformed.');
  if (!decoded || plaintextSizeOf(decoded.start, decoded.header.size) !== plaintextSize) {
    // Cut or stretched on its way, or made so? Only the rest tells.
    while (await openNext());
    throw malformed;
  }
  const { header, start } = decoded;

  async function* data(): AsyncGenerator<Bytes, void, void> {
    let left = header.size;
    for (let segment: Bytes | undefined = first.subarray(start); segment; segment = await openNext()) {
      const piece = segment.subarray(0, left);
      left -= piece.length;
      if (segment.subarray(piece.length).some((byte) => byte !== 0)) throw malformed;
      if (piece.length > 0) yield piece;
    }
  }
  return { ...header, data: data() };
}

function checkKey(dataKey: Uint8Array): void {
  if (dataKey.length !== keySize) throw new CiphertextError('key', 'A data key has 32 bytes.');
}

/** Header, value and zeros up to `total`. */
async function* pad(head: Bytes, data: Chunks, size: number, total: number): AsyncGenerator<Uint8Array> {
  const otherSize = new CiphertextError('content', 'The data has another size than was said.');
  yield head;
  let done = 0;
  for await (const chunk of data) {
    done += chunk.length;
    if (done > size) throw otherSize;
    yield chunk;
  }
  if (done < size) throw otherSize;
  for (let left = total - head.length - size; left > 0; left -= zeros.length)
    yield left < zeros.length ? zeros.subarray(0, left) : zeros;
}

/**
 * Copies `total` bytes into pieces: one of the first size, if there are two, then as many of the last as it takes. A piece is good
 * until the next is asked for: all have the same memory, as new memory for each takes longer than to encrypt it.
 */
async function* cut(
  chunks: Chunks,
  total: number,
  firstSize: number,
  size = firstSize,
): AsyncGenerator<Bytes, void, void> {
  const otherSize = new CiphertextError('format', 'The ciphertext has another size than was said.');
  let left = total;
  const memory = new Uint8Array(Math.min(size, left));
  let piece = memory.subarray(0, firstSize);
  let filled = 0;
  for await (let chunk of chunks) {
    if (chunk.length > left) throw otherSize;
    left -= chunk.length;
    while (chunk.length > 0) {
      const part = chunk.subarray(0, piece.length - filled);
      piece.set(part, filled);
      filled += part.length;
      chunk = chunk.subarray(part.length);
      if (filled < piece.length) break;
      yield piece;
      piece = memory.subarray(0, left + chunk.length);
      filled = 0;
    }
  }
  if (left > 0) throw otherSize;
}
