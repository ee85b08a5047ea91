import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';

/** SHA-384 in base64, as subresource integrity writes it. */
const hash = z.string().regex(/^sha384-[A-Za-z0-9+/]{64}$/);

const publishedHashes = z.strictObject({
  package: z.literal('@lunasec/secure-frame'),
  version: z.string(),
  files: z.record(z.string().regex(/^(assets\/)?[\w-]+\.(html|js|css)$/), hash),
});

/** The hashes that a release of the frames is published with. */
export type PublishedHashes = z.infer<typeof publishedHashes>;

/** The frames' files by their path, such as `element.html` and `assets/element-1a2b.js`. */
export type FrameFiles = ReadonlyMap<string, Buffer>;

export const hashOf = (content: Uint8Array | string): string =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`;

/** Reads `frame-hashes.json`. Throws if it is missing or no such list. */
export async function readPublishedHashes(file: string): Promise<PublishedHashes> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`${file} is missing: install @lunasec/secure-frame again.`);
  try {
    return publishedHashes.parse(JSON.parse(text));
  } catch {
    throw new Error(`${file} is no list of hashes: install @lunasec/secure-frame again.`);
  }
}

/**
 * Reads the frames, which are to be exactly the published ones: what is served must be what anybody can build from the
 * sources and compare. Throws if a file is missing, changed, or one too many. They are kept in memory, so that nothing changes
 * them between this check and a request.
 */
export async function readFrameFiles(directory: string, { files }: PublishedHashes): Promise<FrameFiles> {
  const paths = await pathsIn(directory);
  const read = new Map<string, Buffer>();
  for (const path of paths) read.set(path, await readFile(join(directory, path)));
  const differences = [
    ...Object.keys(files)
      .filter((path) => !read.has(path))
      .map((path) => `${path} is missing`),
    ...paths
      .filter((path) => !Object.hasOwn(files, path) || hashOf(read.get(path)!) !== files[path])
      .map((path) => `${path} ${Object.hasOwn(files, path) ? 'was changed' : 'is none of them'}`),
  ];
  if (differences.length > 0)
    throw new Error(
      `The frames in ${directory} are not the published ones: ${differences.join(', ')}. Install @lunasec/secure-frame ` +
        'again; or, where you changed its sources, build it and run "npm run frame:hashes".',
    );
  return read;
}

async function pathsIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => relative(directory, join(parentPath, name)).replaceAll(sep, '/'))
      .sort();
  } catch {
    throw new Error(`There are no frames in ${directory}: install @lunasec/secure-frame again, or build it.`);
  }
}
