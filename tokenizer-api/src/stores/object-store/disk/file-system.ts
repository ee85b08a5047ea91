import { createHash } from 'node:crypto';
import { link, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

/** Why an upload was not kept. */
export type UploadFault = 'too-short' | 'too-long' | 'wrong-checksum' | 'too-late' | 'exists' | 'aborted';

export interface ExpectedBody {
  /** Bytes. */
  size: number;
  /** SHA-256, base64. */
  checksum: string;
  /** Asked when the whole body is there. */
  isTooLate: () => boolean;
}

/** Mode of every directory: this user's only. */
export const directoryMode = 0o700;

export const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** What `read` gives, or null when there is no such file. Rejects when the directory `home` is gone as well. */
export async function unlessMissing<T>(home: string, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await stat(home);
    return null;
  }
}

/** Writes and hashes a body as it comes, and waits until the disk has it. */
export async function write(
  path: string,
  body: Readable,
  { size, checksum }: ExpectedBody,
): Promise<UploadFault | null> {
  const hash = createHash('sha256');
  let written = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    // Not destroyed when left early: over the same connection goes the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      written += chunk.length;
      if (written > size) return 'too-long';
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (written < size) return 'too-short';
    if (hash.digest('base64') !== checksum) return 'wrong-checksum';
    await file.sync();
    return null;
  } finally {
    await file.close();
  }
}

/** Unlike a renamed file, a linked one never replaces another. */
export async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Makes the names in a directory, and of it in those above up to `top`, survive a power cut. */
export async function syncDirectories(path: string, top: string): Promise<void> {
  // Windows has no handle for a directory.
  if (process.platform === 'win32') return;
  for (let current = path; ; current = dirname(current)) {
    const handle = await open(current, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (current === top) return;
  }
}
