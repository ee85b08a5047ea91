import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A text in each of the encodings a value could be kept in. */
export const encodingsOf = (text: string): Buffer[] => [
  Buffer.from(text, 'utf8'),
  Buffer.from(text, 'utf16le'),
  Buffer.from(Buffer.from(text).toString('base64').replace(/=+$/, '')),
  Buffer.from(Buffer.from(text).toString('hex')),
];

/** Files below a directory that contain a text, in any of the encodings a value could be kept in. */
export async function filesContaining(directory: string, text: string): Promise<string[]> {
  const needles = encodingsOf(text);
  const hits: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    if (needles.some((needle) => content.includes(needle))) hits.push(path);
  }
  return hits;
}

/** Every file below a directory. */
export async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
