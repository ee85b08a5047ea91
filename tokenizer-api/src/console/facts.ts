import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Settings } from '../config/settings.js';
import type { PublishedHashes } from '../http/frame-files.js';
import type { Overview } from './reads.js';

const storeNames = { sqlite: 'SQLite', mongodb: 'MongoDB' };
const objectNames = { disk: 'this machine’s disk', s3: 'S3' };
const keyNames = { local: 'keys of your own keeping', 'aws-kms': 'AWS KMS' };

/** What an overview tells that stays as it is while the process lives. */
export async function readFacts(
  { tokenStore, objectStore, keyProvider }: Settings,
  frames: PublishedHashes,
  now: () => Date,
): Promise<Pick<Overview, 'version' | 'node' | 'instance' | 'startedAt' | 'stores' | 'frames'>> {
  const manifest: unknown = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return {
    version: z.object({ version: z.string() }).parse(manifest).version,
    node: process.versions.node,
    instance: hostname(),
    startedAt: now(),
    stores: {
      tokens: storeNames[tokenStore.kind],
      objects: objectNames[objectStore.kind],
      keys: keyNames[keyProvider.kind],
    },
    frames: { version: frames.version, files: frames.files },
  };
}
