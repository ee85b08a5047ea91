import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from '../lib/workspace.mjs';

const version = '8.0.14';
const binaries = join(root, '.cache', 'services', 'mongodb');
const downloads = 'https://fastdl.mongodb.org';

/** MongoDB itself as a replica set of one: the `mongod` on the PATH, or else one that is downloaded once. */
export async function startMongod({ note }) {
  const installed = findOnPath(process.platform === 'win32' ? 'mongod.exe' : 'mongod');
  if (!installed && !existsSync(binaries)) {
    await fetch(downloads, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch((error) => {
      throw new Error(
        `there is no mongod on the PATH, and ${downloads} cannot be reached (${error.cause?.code ?? error.name})`,
      );
    });
    note(`Downloading MongoDB ${version}, once …`);
  }
  const { MongoMemoryReplSet } = await import('mongodb-memory-server-core');
  const replicaSet = await MongoMemoryReplSet.create({
    binary: installed
      ? { systemBinary: installed, checkMD5: false }
      : { version, downloadDir: binaries, checkMD5: true },
    replSet: { count: 1, ip: '127.0.0.1', storageEngine: 'wiredTiger' },
  });
  return {
    what: installed ? `${installed}, a replica set of one` : `MongoDB ${version}, a replica set of one`,
    environment: { MONGODB_URI: replicaSet.getUri() },
    stop: () => replicaSet.stop(),
  };
}

const findOnPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
