import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { codeOf } from './file-system.js';

export interface Content {
  /** Bytes. */
  size: number;
  /** The later of both times that the disk tells: a copy that was put back keeps the time of its content. */
  storedAt: Date;
}

/**
 * What lies at an object's path: a file, or a directory of its parts 1, 2, 3, …, as an upload in parts has left them: to
 * copy them into one file would take as long as the upload. Null for any other directory. Rejects with `ENOENT` when
 * there is nothing.
 */
export async function contentAt(path: string): Promise<Content | null> {
  const found = await stat(path);
  const whole = found.isDirectory() ? await partsIn(path) : found;
  return whole && { size: whole.size, storedAt: new Date(Math.max(found.mtimeMs, found.ctimeMs)) };
}

/** The parts in a directory, in order, if they are 1, 2, 3, … */
export async function partsIn(directory: string): Promise<{ paths: string[]; size: number } | null> {
  const numbers = (await readdir(directory)).map(Number).sort((a, b) => a - b);
  if (numbers.length === 0 || numbers.some((number, index) => number !== index + 1)) return null;
  const paths = numbers.map((number) => join(directory, String(number)));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return { paths, size: sizes.reduce((total, size) => total + size, 0) };
}

/** Reads what lies at an object's path. Null and `ENOENT` as of {@link contentAt}. */
export async function readAt(path: string): Promise<{ size: number; stream: Readable } | null> {
  if ((await stat(path)).isDirectory()) {
    const parts = await partsIn(path);
    return parts && { size: parts.size, stream: Readable.from(chunksOf(parts.paths), { objectMode: false }) };
  }
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return { size, stream: file.createReadStream() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** An iterator over a stream closes its file when it ends or is left. */
async function* chunksOf(paths: readonly string[]): AsyncGenerator<Buffer, void, void> {
  for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>;
}

/** Removes what lies at an object's path, all at once for whoever looks. `temporary` is a free path on the same disk. */
export async function removeAt(path: string, temporary: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    // What Linux and macOS say of a directory.
    if (!['EISDIR', 'EPERM'].includes(String(codeOf(error)))) throw error;
    await rename(path, temporary);
    await rm(temporary, { recursive: true, force: true });
  }
}
