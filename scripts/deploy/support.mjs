import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { root } from '../lib/workspace.mjs';

const built = (path) => import(pathToFileURL(join(root, 'tokenizer-api', 'dist', path)).href);
const { loadSettings } = await built('config/load.js');
export const { startTokenizer } = await built('index.js');
const { createS3ObjectStore } = await built('stores/object-store/s3.js');

export const read = (path) => readFileSync(join(root, path), 'utf8');
export const readYAML = (path) => parse(read(path), { merge: true });

/** An application, as text of LUNASEC_APPLICATIONS. */
export const applications = JSON.stringify([
  {
    id: 'shop',
    jwksURL: 'https://shop.example.com/.lunasec/jwks.json',
    origins: ['https://shop.example.com'],
  },
]);

/**
 * The settings that an environment gives. Rejects when one is wrong, or when one of its LUNASEC_ variables is none that
 * the tokenizer knows.
 */
export async function settingsOf(environment) {
  const { settings, warnings } = await loadSettings({ environment, directory: join(root, 'deploy') });
  if (warnings.length > 0) throw new Error(warnings.join('\n'));
  return settings;
}

/** What a browser is told to send for an upload and a download. */
export async function presigned(serverSideEncryption) {
  const store = createS3ObjectStore({
    bucket: 'objects',
    region: 'eu-central-1',
    serverSideEncryption,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    now: () => new Date(),
  });
  try {
    const key = 'shop/lunasec-00000000-0000-4000-8000-000000000000';
    const checksum = Buffer.alloc(32).toString('base64');
    return [await store.presignUpload({ key, size: 1, checksum }), await store.presignDownload(key)];
  } finally {
    await store.close();
  }
}

/** Runs the command lines of images, with nothing of this process's environment but PATH. */
export const onlyPath = (environment) => ({ PATH: process.env.PATH, ...environment });
