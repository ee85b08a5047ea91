import type { TokenizerConfig } from '@lunasec/tokenizer-api';
import { ListMultipartUploadsCommand, ListPartsCommand, S3Client } from '@aws-sdk/client-s3';
import Database from 'better-sqlite3';
import mongoose from 'mongoose';
import { basename, join, relative, sep } from 'node:path';
import { listFiles } from '../../support/files.js';
import { startProxy } from '../../support/proxy.js';
import type { Proxy } from '../../support/proxy.js';
import { createSharedStores, missingServices } from '../../support/services.js';

/** What the database holds of a token. */
export interface TokenRow {
  status: string;
  hasKey: boolean;
}

/** What is there, seen past the tokenizer. */
export interface Content {
  tokens: Map<string, TokenRow>;
  /** Tokens that have an object. */
  objects: Set<string>;
  /** Parts and halves of objects. */
  fragments: string[];
  readGrants: number;
  sessions: number;
  /** Wrapping keys that data keys are under. */
  keyIds: Set<string>;
}

export interface Stores {
  name: string;
  /** Settings of a replica; null: of a command that meets no fault. */
  config(replica: number | null): Pick<TokenizerConfig, 'tokenStore' | 'objectStore'>;
  /** Settings of the wrapping key. */
  keys?: Pick<TokenizerConfig, 'keyProvider'>;
  /** Each replica's own way. None where the stores are part of it. */
  databases: Proxy[];
  objectStores: Proxy[];
  /** Browsers' way to the object store. */
  uploads: Proxy | undefined;
  look(): Promise<Content>;
  close(): Promise<void>;
}

/** SQLite and files, in the data directory of the world's one tokenizer. */
export const embeddedStores = async ({ directory }: { directory: string }): Promise<Stores> => {
  const data = join(directory, 'tokenizer');
  const objects = join(data, 'objects');
  const file = join(data, 'tokenizer.sqlite');
  return {
    name: 'SQLite and disk',
    config: () => ({}),
    databases: [],
    objectStores: [],
    uploads: undefined,
    async look() {
      const database = new Database(file, { readonly: true });
      try {
        const count = (table: string) => database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
        const rows = database.prepare('SELECT token, status, keyId, keyCiphertext FROM tokens').all() as {
          token: string;
          status: string;
          keyId: string | null;
          keyCiphertext: string | null;
        }[];
        const files = (await listFiles(objects)).map((path) => relative(objects, path));
        return {
          tokens: new Map(
            rows.map(({ token, status, keyCiphertext }) => [
              token,
              { status, hasKey: keyCiphertext !== null },
            ]),
          ),
          // `<application>/<group>/<token>`, and below it the parts of what was uploaded in parts.
          objects: new Set(files.filter((path) => !path.startsWith('.')).map((path) => path.split(sep)[2]!)),
          fragments: files.filter((path) => path.startsWith('.')),
          readGrants: Number(count('readGrants')),
          sessions: Number(count('sessions')),
          keyIds: new Set(rows.flatMap(({ keyId }) => keyId ?? [])),
        };
      } finally {
        database.close();
      }
    },
    close: async () => undefined,
  };
};

const { MONGODB_URI = '', S3_ENDPOINT = '' } = process.env;
const plainMongoDB = /^mongodb:\/\/([^/@,:?]+):(\d+)(?:[/?]|$)/.exec(
  /[?&](tls|ssl)=true/.test(MONGODB_URI) ? '' : MONGODB_URI,
);
const plainS3 = /^http:\/\/([^/:]+):(\d+)\/?$/.exec(S3_ENDPOINT);

/** Why faults cannot be put in the way to MongoDB and S3; undefined when they can. */
export const cannotBreak: string | undefined =
  missingServices ??
  (plainMongoDB && plainS3
    ? undefined
    : 'needs a MongoDB of one host and an S3 by HTTP, both without TLS: npm run services');

const hostOf = ([, host, port]: RegExpExecArray) => ({ host: host!, port: Number(port) });
const proxies = (count: number, target: RegExpExecArray) =>
  Promise.all(Array.from({ length: count }, () => startProxy(hostOf(target))));

/** A database and a bucket of their own on MongoDB and S3, which each replica reaches through proxies of its own. */
export const sharedStores = async ({ replicas }: { replicas: number }): Promise<Stores> => {
  const stores = await createSharedStores('http://tokenizer.localhost');
  const { tokenStore, objectStore } = stores.config;
  if (tokenStore.kind !== 'mongodb' || objectStore.kind !== 's3') throw new Error('These are other stores.');
  const { bucket: Bucket } = objectStore;
  const [databases, objectStores, [uploads]] = await Promise.all([
    proxies(replicas, plainMongoDB!),
    proxies(replicas, plainS3!),
    proxies(1, plainS3!),
  ]);
  const connection = await mongoose
    .createConnection(tokenStore.uri, { dbName: tokenStore.database! })
    .asPromise();
  const s3 = new S3Client({
    region: objectStore.region,
    endpoint: objectStore.endpoint!,
    forcePathStyle: true,
  });
  /**
   * Keys of open uploads that hold a part. One without is left by a tokenizer that is killed after it began it and before
   * it wrote the token down: nothing tells of that one, but a rule of the bucket forgets it.
   */
  async function fragments(): Promise<string[]> {
    const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    const parts = await Promise.all(
      Uploads.map(({ Key, UploadId }) => s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))),
    );
    return Uploads.filter((_, index) => (parts[index]!.Parts ?? []).length > 0).map(({ Key }) => Key!);
  }
  const all = (collection: string) => connection.db!.collection(collection).find().toArray();
  return {
    name: 'MongoDB and S3',
    config: (replica) =>
      replica === null
        ? stores.config
        : {
            tokenStore: {
              ...tokenStore,
              // Without it the driver would find the server itself, past the proxy.
              uri: `mongodb://${databases[replica]!.host}/?directConnection=true`,
            },
            objectStore: {
              ...objectStore,
              endpoint: `http://${objectStores[replica]!.host}`,
              publicEndpoint: `http://${uploads!.host}`,
            },
          },
    databases,
    objectStores,
    uploads,
    async look() {
      const [tokens, readGrants, sessions, objects, parts] = await Promise.all([
        all('tokens'),
        all('readGrants'),
        all('sessions'),
        stores.objects(),
        fragments(),
      ]);
      const rows = tokens as unknown as {
        _id: string;
        status: string;
        wrappedKey: { keyId: string } | null;
      }[];
      return {
        tokens: new Map(
          rows.map(({ _id, status, wrappedKey }) => [_id, { status, hasKey: wrappedKey != null }]),
        ),
        objects: new Set(objects.map((key) => basename(key))),
        fragments: parts,
        readGrants: readGrants.length,
        sessions: sessions.length,
        keyIds: new Set(rows.flatMap(({ wrappedKey }) => wrappedKey?.keyId ?? [])),
      };
    },
    async close() {
      await Promise.all([...databases, ...objectStores, uploads!].map((proxy) => proxy.close()));
      await connection.close();
      s3.destroy();
      await stores.drop();
    },
  };
};
