import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

/** Writes a body to a file of its own in `partial`, and lets `keep` move that into place if nothing is wrong with it. */
export async function receive(
  partial: string,
  body: Readable,
  expected: ExpectedBody,
  keep: (file: string) => Promise<UploadFault | null>,
): Promise<UploadFault | null> {
  const file = join(partial, randomUUID());
  try {
    return (await write(file, body, expected)) ?? (await keep(file));
  } finally {
    await rm(file, { force: true });
  }
}

/** Writes and hashes a body as it comes, and waits until the disk has it. */
async function write(
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

/**
 * Makes a directory below `top`, if it is missing. Gives what makes the names in it, and its own if it is new, survive a
 * power cut.
 */
export async function makeDirectory(path: string, top: string): Promise<() => Promise<void>> {
  const made = await mkdir(path, { recursive: true, mode: directoryMode });
  return () => syncDirectories(path, made === undefined ? path : top);
}

/** Removes what was not changed since a time. False when it stays, or is gone already. */
export async function removeIfOlder(home: string, path: string, time: number): Promise<boolean> {
  const changed = await unlessMissing(home, async () => (await stat(path)).mtimeMs);
  if (changed === null || changed >= time) return false;
  await rm(path, { recursive: true, force: true });
  return true;
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
