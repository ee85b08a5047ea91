import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { note } from '../../scripts/lib/progress.mjs';

/**
 * Where tokenizers keep what they store: MongoDB and S3, those of the environment or of `npm run services`; or, where these
 * cannot be had or are not wanted, the embedded ones. `create()` gives the settings of new, empty ones.
 */
export async function openStores({ embedded }) {
  const directory = mkdtempSync(join(tmpdir(), 'lunasec-soak-'));
  const services = embedded ? undefined : await startServices();
  let created = 0;
  return {
    what: services?.what ?? 'embedded: SQLite and disk',
    async create() {
      const own = { LUNASEC_DATA_DIRECTORY: join(directory, String(++created)) };
      return services ? { ...own, ...(await services.create()) } : own;
    },
    async close() {
      await services?.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startServices() {
  const { startServices: start } = await import('../../scripts/services/index.mjs');
  const services = await start({ note });
  Object.assign(process.env, services.environment);
  const missing = services.missing.filter(({ name }) => name !== 'KMS');
  if (missing.length > 0) {
    for (const { name, why } of missing) note(`There is no ${name}: ${why}. Embedded stores are used.`);
    await services.stop();
    return undefined;
  }
  const { MONGODB_URI, S3_ENDPOINT, S3_REGION = 'us-east-1' } = process.env;
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const { default: mongoose } = await import('mongoose');
  const s3 = new S3Client({ region: S3_REGION, endpoint: S3_ENDPOINT, forcePathStyle: true });
  const databases = [];
  return {
    what: services.started
      .filter(({ name }) => name !== 'KMS')
      .map(({ name, what }) => `${name}: ${what}`)
      .join('; '),
    async create() {
      const name = `lunasec-soak-${randomUUID()}`;
      const database = name.replaceAll('-', '_');
      databases.push(database);
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      return {
        LUNASEC_MONGODB_URI: MONGODB_URI,
        LUNASEC_MONGODB_DATABASE: database,
        LUNASEC_S3_BUCKET: name,
        LUNASEC_S3_REGION: S3_REGION,
        LUNASEC_S3_ENDPOINT: S3_ENDPOINT,
        LUNASEC_S3_FORCE_PATH_STYLE: 'true',
      };
    },
    async stop() {
      s3.destroy();
      for (const database of databases) {
        const connection = await mongoose.createConnection(MONGODB_URI, { dbName: database }).asPromise();
        await connection.dropDatabase();
        await connection.close();
      }
      await services.stop();
    },
  };
}
