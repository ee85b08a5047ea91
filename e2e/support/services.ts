import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  PutBucketCorsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { TokenizerConfig } from '@lunasec/tokenizer-api';
import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { encodingsOf } from './files.js';

const { MONGODB_URI, S3_ENDPOINT, S3_REGION = 'us-east-1' } = process.env;

/** Why there are no MongoDB and S3 for these tests; undefined when there are. */
export const missingServices: string | undefined =
  MONGODB_URI && S3_ENDPOINT
    ? undefined
    : 'needs MongoDB and S3: npm run services, or set MONGODB_URI and S3_ENDPOINT';

/** A database and a bucket of their own on the tests' MongoDB and S3. */
export interface SharedStores {
  config: Required<Pick<TokenizerConfig, 'tokenStore' | 'objectStore'>>;
  /** The same for a process. */
  environment: Record<string, string>;
  /** Names of documents and objects that contain a text, in any of the encodings a value could be kept in. */
  containing(text: string): Promise<string[]>;
  /** Keys of all objects. */
  objects(): Promise<string[]>;
  drop(): Promise<void>;
}

/** `frameOrigin`: whose pages may use the bucket, as in production. */
export async function createSharedStores(frameOrigin: string): Promise<SharedStores> {
  const name = `lunasec-e2e-${randomUUID()}`;
  const database = name.replaceAll('-', '_');
  const uri = MONGODB_URI!;
  const s3 = new S3Client({ region: S3_REGION, endpoint: S3_ENDPOINT!, forcePathStyle: true });
  const connection = await mongoose.createConnection(uri, { dbName: database }).asPromise();
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(
    new PutBucketCorsCommand({
      Bucket: name,
      CORSConfiguration: {
        CORSRules: [{ AllowedOrigins: [frameOrigin], AllowedMethods: ['GET', 'PUT'], AllowedHeaders: ['*'] }],
      },
    }),
  );

  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: name }))
      keys.push(...Contents.map(({ Key }) => Key!));
    return keys;
  }
  const read = async (key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key: key }));
    return Buffer.from(await Body!.transformToByteArray());
  };

  return {
    config: {
      tokenStore: { kind: 'mongodb', uri, database },
      objectStore: {
        kind: 's3',
        bucket: name,
        region: S3_REGION,
        endpoint: S3_ENDPOINT!,
        forcePathStyle: true,
        serverSideEncryption: 'AES256',
      },
    },
    environment: {
      LUNASEC_MONGODB_URI: uri,
      LUNASEC_MONGODB_DATABASE: database,
      LUNASEC_S3_BUCKET: name,
      LUNASEC_S3_REGION: S3_REGION,
      LUNASEC_S3_ENDPOINT: S3_ENDPOINT!,
      LUNASEC_S3_FORCE_PATH_STYLE: 'true',
      LUNASEC_S3_SERVER_SIDE_ENCRYPTION: 'AES256',
    },
    objects,
    async containing(text) {
      const needles = encodingsOf(text);
      const holds = (content: Buffer) => needles.some((needle) => content.includes(needle));
      const hits: string[] = [];
      for (const key of await objects())
        if (holds(await read(key)) || holds(Buffer.from(key))) hits.push(key);
      for (const { name: collection } of await connection.db!.listCollections().toArray())
        for await (const document of connection.db!.collection(collection).find())
          if (holds(Buffer.from(JSON.stringify(document))))
            hits.push(`${collection}/${String(document._id)}`);
      return hits;
    },
    async drop() {
      const keys = await objects();
      for (let start = 0; start < keys.length; start += 1000) {
        const Objects = keys.slice(start, start + 1000).map((Key) => ({ Key }));
        await s3.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects } }));
      }
      await s3.send(new DeleteBucketCommand({ Bucket: name }));
      s3.destroy();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
