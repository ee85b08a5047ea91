import { CreateBucketCommand, DeleteBucketCommand, PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore, newKey, send, uploadOf } from '../../../test-support/object-store/contract.js';
import {
  resolveLocalhostNames,
  S3_BUCKET,
  S3_ENDPOINT,
  S3_REGION,
  S3_VIRTUAL_HOST_ENDPOINT,
  serveS3,
} from '../../../test-support/object-store/served-s3.js';
import type { ServerSideEncryption } from '../s3.js';

if (S3_ENDPOINT) {
  const body = new Uint8Array(randomBytes(1000));

  describeObjectStore(`S3 at ${S3_ENDPOINT}`, async () => serveS3());

  if (S3_VIRTUAL_HOST_ENDPOINT)
    describe('with the bucket as a host', () => {
      let restore: () => void;
      beforeAll(() => {
        restore = resolveLocalhostNames();
      });
      afterAll(() => restore());
      const options = { endpoint: S3_VIRTUAL_HOST_ENDPOINT, forcePathStyle: false };

      test('URLs and the frames’ connections name it', async () => {
        const { store, close } = serveS3(options);
        const { host, pathname } = new URL(
          (await store.presignDownload('app-1/' + newKey().split('/')[1])).url,
        );
        expect(host).toBe(`${S3_BUCKET}.${new URL(S3_VIRTUAL_HOST_ENDPOINT!).host}`);
        expect(pathname).toMatch(/^\/app-1\/lunasec-/);
        expect(store.connectOrigins).toEqual([`http://${host}`]);
        await close();
      });

      describeObjectStore(`S3 at ${S3_VIRTUAL_HOST_ENDPOINT}`, async () => serveS3(options));
    });

  describe('server-side encryption at S3', () => {
    const keyId = 'arn:aws:kms:us-east-1:111122223333:key/6f1c0b3e-8f0a-4b53-9d7e-0123456789ab';
    const header = 'x-amz-server-side-encryption';
    const keyHeader = `${header}-aws-kms-key-id`;
    const others: [ServerSideEncryption, string, Record<string, string | undefined>][] = [
      [{ kind: 'AES256' }, 'none', { [header]: undefined }],
      [{ kind: 'AES256' }, 'another kind', { [header]: 'aws:kms' }],
      [{ kind: 'aws:kms', keyId }, 'none', { [header]: undefined, [keyHeader]: undefined }],
      [{ kind: 'aws:kms', keyId }, 'another kind', { [header]: 'AES256', [keyHeader]: undefined }],
      [{ kind: 'aws:kms', keyId }, 'the default key', { [keyHeader]: undefined }],
      [{ kind: 'aws:kms', keyId }, 'another key', { [keyHeader]: keyId.replace('6f1c', '7f1c') }],
    ];
    test.each(others)('of %j cannot be changed for %s', async (serverSideEncryption, _name, changes) => {
      const { store, close } = serveS3({ serverSideEncryption });
      const key = newKey();
      const upload = await store.presignUpload(uploadOf(key, body));
      const headers = Object.fromEntries(
        Object.entries({ ...upload.headers, ...changes }).filter((entry): entry is [string, string] =>
          Boolean(entry[1]),
        ),
      );
      expect((await send({ ...upload, headers }, body)).status).toBe(403);
      expect(await store.head(key)).toBeNull();
      expect((await send(upload, body)).status).toBe(200);
      expect(await store.head(key)).toEqual({ size: body.length });
      await store.delete([key]);
      await close();
    });
  });

  describe('credentials for S3', () => {
    let directory: string | undefined;
    const environment = { ...process.env };
    afterEach(async () => {
      process.env = { ...environment };
      if (directory) await rm(directory, { recursive: true });
      directory = undefined;
    });

    test('with another secret open nothing', async () => {
      const mine = serveS3();
      const { accessKeyId } = await credentialsOf();
      const key = newKey();
      expect((await send(await mine.store.presignUpload(uploadOf(key, body)), body)).status).toBe(200);
      const other = serveS3({ credentials: { accessKeyId, secretAccessKey: 'not-the-secret' } });
      const fresh = newKey();
      const upload = await other.store.presignUpload(uploadOf(fresh, body));
      expect((await send(upload, body)).status).toBe(403);
      expect((await send(await other.store.presignDownload(key))).status).toBe(403);
      await expect(other.store.head(key)).rejects.toThrow();
      await expect(other.store.delete([key])).rejects.toThrow();
      await expect(other.store.ping()).rejects.toThrow();
      expect(await mine.store.head(fresh)).toBeNull();
      await other.close();
      expect(await mine.store.head(key)).toEqual({ size: body.length });
      await mine.store.delete([key]);
      await mine.close();
    });

    test('are found by the SDK’s own search, in a profile as well', async () => {
      const { accessKeyId, secretAccessKey } = await credentialsOf();
      directory = await mkdtemp(join(tmpdir(), 'lunasec-aws-'));
      const file = join(directory, 'credentials');
      await writeFile(
        file,
        `[lunasec]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
      );
      const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...rest } = environment;
      process.env = { ...rest, AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'lunasec' };
      const { store, close } = serveS3();
      const key = newKey();
      expect((await send(await store.presignUpload(uploadOf(key, body)), body)).status).toBe(200);
      expect(await store.head(key)).toEqual({ size: body.length });
      await store.delete([key]);
      await close();
    });

    /** What the environment's own credentials are. */
    async function credentialsOf() {
      const client = new S3Client({ region: S3_REGION });
      const found = await client.config.credentials();
      client.destroy();
      return found;
    }
  });

  describe('CORS of a bucket', () => {
    const frames = 'https://tokens.example.com';
    const bucket = `lunasec-cors-${randomUUID().slice(0, 8)}`;
    const { store, close } = serveS3({ bucket, serverSideEncryption: { kind: 'AES256' } });
    const client = new S3Client({ region: S3_REGION, endpoint: S3_ENDPOINT, forcePathStyle: true });

    beforeAll(async () => {
      await client.send(new CreateBucketCommand({ Bucket: bucket }));
      await client.send(
        new PutBucketCorsCommand({
          Bucket: bucket,
          CORSConfiguration: {
            CORSRules: [
              {
                AllowedOrigins: [frames],
                AllowedMethods: ['GET', 'PUT'],
                AllowedHeaders: ['*'],
                MaxAgeSeconds: 300,
              },
            ],
          },
        }),
      );
    });
    afterAll(async () => {
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
      await close();
    });

    /** Asks as a browser does before it sends a request that is not simple. */
    const ask = (url: string, origin: string, method: string, headers: string[]) =>
      fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': method,
          ...(headers.length === 0 ? {} : { 'access-control-request-headers': headers.sort().join(',') }),
        },
      });
    const allowed = (response: Response, name: string) =>
      (response.headers.get(`access-control-allow-${name}`) ?? '').toLowerCase().split(/,\s*/);

    test('lets the frames upload with the headers that are pinned, and read what they got', async () => {
      const key = newKey();
      const upload = await store.presignUpload(uploadOf(key, body));
      const names = Object.keys(upload.headers);
      expect(names).toEqual(
        expect.arrayContaining(['if-none-match', 'x-amz-checksum-sha256', 'x-amz-server-side-encryption']),
      );
      const preflight = await ask(upload.url, frames, 'PUT', names);
      expect(preflight.ok).toBe(true);
      expect(allowed(preflight, 'origin')).toEqual([frames]);
      expect(allowed(preflight, 'methods')).toContain('put');
      expect(allowed(preflight, 'headers')).toEqual(expect.arrayContaining(names));

      const fromFrames = { ...upload, headers: { ...upload.headers, origin: frames } };
      const uploaded = await send(fromFrames, body);
      expect(uploaded.status).toBe(200);
      expect(allowed(uploaded, 'origin')).toEqual([frames]);
      const second = await send(fromFrames, body);
      expect([409, 412]).toContain(second.status);
      expect(allowed(second, 'origin')).toEqual([frames]);

      const download = await store.presignDownload(key);
      const downloaded = await send({ ...download, headers: { origin: frames } });
      expect(downloaded.status).toBe(200);
      expect(allowed(downloaded, 'origin')).toEqual([frames]);
      await store.delete([key]);
    });

    test.each([
      ['another origin', 'https://shop.example.com', 'PUT'],
      ['an origin that only looks like it', `${frames}.evil.example`, 'PUT'],
      ['the same host without TLS', frames.replace('https', 'http'), 'GET'],
      ['another method', frames, 'DELETE'],
    ])('lets nothing through for %s', async (_name, origin, method) => {
      const upload = await store.presignUpload(uploadOf(newKey(), body));
      const preflight = await ask(upload.url, origin, method, Object.keys(upload.headers));
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    });
  });
} else
  describe('S3 as an object store', () => {
    test.skip('needs a real one: npm run services, or set S3_ENDPOINT, S3_BUCKET (which must exist), S3_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', () =>
      undefined);
  });
