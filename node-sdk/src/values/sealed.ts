import { ciphertextSize, encryptStream } from '@lunasec/secure-frame/crypto';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { PreparedValue } from './values.js';

/** A ciphertext that is ready to be sent, as often as it takes. */
export interface SealedValue {
  /** Bytes. */
  size: number;
  /** SHA-256, base64. */
  checksum: string;
  open(): Readable;
  /** Frees what it took. */
  discard(): Promise<void>;
}

/** Larger ciphertexts wait on disk. Bytes. */
const maxInMemory = 8 * 1024 * 1024;

/**
 * Encrypts a value as a whole, because its checksum must be known before the upload. A large one is written to a file
 * of its own below the system's temporary directory: the ciphertext, never the value.
 */
export async function sealValue(
  { token, dataKey }: { token: string; dataKey: Uint8Array },
  { size: length, chunks, mediaType, filename }: PreparedValue,
): Promise<SealedValue> {
  const header = { mediaType, ...(filename === undefined ? {} : { filename }), size: length };
  const size = ciphertextSize(header);
  const pieces = encryptStream({ token, dataKey, ...header, data: chunks });
  return size > maxInMemory ? onDisk(pieces, size) : inMemory(pieces, size);
}

async function inMemory(pieces: AsyncIterable<Uint8Array>, size: number): Promise<SealedValue> {
  const parts: Uint8Array[] = [];
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    hash.update(piece);
    parts.push(piece);
  }
  return {
    size,
    checksum: hash.digest('base64'),
    open: () => Readable.from(parts, { objectMode: false }),
    discard: async () => undefined,
  };
}

async function onDisk(pieces: AsyncIterable<Uint8Array>, size: number): Promise<SealedValue> {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-'));
  const discard = () => rm(directory, { recursive: true, force: true });
  const path = join(directory, 'ciphertext');
  try {
    const hash = createHash('sha256');
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const piece of pieces) {
        hash.update(piece);
        await file.writeFile(piece);
      }
    } finally {
      await file.close();
    }
    return { size, checksum: hash.digest('base64'), open: () => createReadStream(path), discard };
  } catch (error) {
    await discard();
    throw error;
  }
}
