/** What `secure-frame/frame-hashes.json` says, and what it should say. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from '../lib/workspace.mjs';

export const hashesFile = join(root, 'secure-frame', 'frame-hashes.json');

/** The list for the frames in a directory, as it is written to the file. */
export function frameHashes(secureFrame = join(root, 'secure-frame')) {
  const { name, version } = JSON.parse(readFileSync(join(secureFrame, 'package.json'), 'utf8'));
  const directory = join(secureFrame, 'dist', 'frame');
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
  const files = Object.fromEntries(
    paths.map((path) => [
      path,
      `sha384-${createHash('sha384')
        .update(readFileSync(join(directory, path)))
        .digest('base64')}`,
    ]),
  );
  return { package: name, version, files };
}

export const publishedHashes = () => JSON.parse(readFileSync(hashesFile, 'utf8'));
