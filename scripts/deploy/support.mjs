import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { root } from '../lib/workspace.mjs';

const built = (path) => import(pathToFileURL(join(root, 'tokenizer-api', 'dist', path)).href);
const { readEnvironment } = await built('config/environment.js');
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
 * The settings that an environment gives. Throws when one is wrong, or when one of its LUNASEC_ variables is none that
 * the tokenizer knows.
 */
export function settingsOf(environment) {
  const settings = readEnvironment(environment);
  for (const name of Object.keys(environment).filter((it) => it.startsWith('LUNASEC_')))
    if (!isKnown(name, environment, settings)) throw new Error(`The tokenizer has no setting ${name}.`);
  return settings;
}

/** What is known makes a difference: other settings, or an error. */
function isKnown(name, environment, settings) {
  try {
    return !isDeepStrictEqual(readEnvironment({ ...environment, [name]: 'something else' }), settings);
  } catch {
    return true;
  }
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
