import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createS3ObjectStore } from './s3.js';
import type { S3ObjectStoreOptions } from './s3.js';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const at = new Date('2026-03-04T05:06:07.890Z');
const key = 'app-1/lunasec-6f1c0b3e-8f0a-4b53-9d7e-0123456789ab';
const checksum = createHash('sha256').update('body').digest('base64');

const open = (options: Partial<S3ObjectStoreOptions> = {}) =>
  createS3ObjectStore({
    bucket: 'my-bucket',
    region: 'eu-central-1',
    credentials,
    now: () => at,
    ...options,
  });

/** The same download, signed by the SDK's own presigner. */
const signedBySDK = (config: Partial<S3ClientConfig> = {}, signingDate = at) =>
  getSignedUrl(
    sdk(config),
    new GetObjectCommand({
      Bucket: 'my-bucket',
      Key: key,
      ResponseCacheControl: 'no-store',
      ResponseContentType: 'application/octet-stream',
    }),
    { signingDate, expiresIn: 60 },
  );
const sdk = (config: Partial<S3ClientConfig>) =>
  new S3Client({
    region: 'eu-central-1',
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...config,
  });
const parametersOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

describe('presigning for S3', () => {
  const places = [
    ['AWS', {}],
    ['a path-style endpoint', { endpoint: 'http://127.0.0.1:7070', forcePathStyle: true }],
    ['a virtual-host endpoint', { endpoint: 'https://s3.example.com' }],
    ['an endpoint with a path', { endpoint: 'https://example.com/s3', forcePathStyle: true }],
  ] as const;

  test.each(places)('a download is signed exactly as by the SDK: %s', async (_name, place) => {
    const { url, method, headers, expiresAt } = await open(place).presignDownload(key);
    const expected = await signedBySDK(place);
    expect(new URL(url).origin + new URL(url).pathname).toBe(
      new URL(expected).origin + new URL(expected).pathname,
    );
    expect(parametersOf(url)).toEqual(parametersOf(expected));
    expect({ method, headers }).toEqual({ method: 'GET', headers: {} });
    expect(expiresAt).toEqual(new Date('2026-03-04T05:07:07.000Z'));
  });

  test.each(places)('an upload is signed exactly as by the SDK: %s', async (_name, place) => {
    const encryption = { kind: 'aws:kms', keyId: 'alias/my-key' } as const;
    const { url } = await open({ ...place, serverSideEncryption: encryption }).presignUpload({
      key,
      size: 4,
      checksum,
    });
    const pinned = ['x-amz-checksum-sha256', 'content-length', 'if-none-match'];
    const expected = await getSignedUrl(
      sdk(place),
      new PutObjectCommand({
        Bucket: 'my-bucket',
        Key: key,
        ContentLength: 4,
        ChecksumSHA256: checksum,
        IfNoneMatch: '*',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'alias/my-key',
      }),
      { signingDate: at, expiresIn: 60, unhoistableHeaders: new Set(pinned) },
    );
    expect(parametersOf(url)).toEqual(parametersOf(expected));
  });

  test('with temporary credentials their token is part of it', async () => {
    const sessionToken = 'IQoJb3JpZ2luX2VjE/+=example';
    const store = open({ credentials: { ...credentials, sessionToken } });
    const expected = await signedBySDK({ credentials: { ...credentials, sessionToken } });
    expect(parametersOf((await store.presignDownload(key)).url)).toEqual(parametersOf(expected));
  });

  test('credentials that are renewed are used, on the next day too', async () => {
    let secretAccessKey = 'first';
    let now = at;
    const store = open({
      now: () => now,
      credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey, expiration: new Date(0) }),
    });
    const signatures = [];
    for (const [secret, time] of [
      ['first', at],
      ['second', at],
      ['second', new Date(at.getTime() + 86_400_000)],
    ] as const) {
      [secretAccessKey, now] = [secret, time];
      const mine = (await store.presignDownload(key)).url;
      const expected = await signedBySDK(
        { credentials: { accessKeyId: 'AKID', secretAccessKey: secret } },
        time,
      );
      expect(parametersOf(mine)).toEqual(parametersOf(expected));
      signatures.push(parametersOf(mine)['X-Amz-Signature']);
    }
    expect(new Set(signatures).size).toBe(3);
  });

  test('an upload pins length, checksum, and that it creates', async () => {
    const upload = await open().presignUpload({ key, size: 4, checksum });
    expect(upload.method).toBe('PUT');
    expect(upload.headers).toEqual({ 'x-amz-checksum-sha256': checksum, 'if-none-match': '*' });
    expect(parametersOf(upload.url)).toMatchObject({
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'content-length;host;if-none-match;x-amz-checksum-sha256',
    });
    expect(upload.expiresAt).toEqual(new Date('2026-03-04T05:07:07.000Z'));
    const signature = async (change: object) =>
      parametersOf((await open().presignUpload({ key, size: 4, checksum, ...change })).url)[
        'X-Amz-Signature'
      ];
    const other = createHash('sha256').update('other').digest('base64');
    const all = [await signature({}), await signature({ size: 5 }), await signature({ checksum: other })];
    expect(new Set(all).size).toBe(3);
  });

  test.each([
    [{ kind: 'AES256' }, { 'x-amz-server-side-encryption': 'AES256' }],
    [{ kind: 'aws:kms' }, { 'x-amz-server-side-encryption': 'aws:kms' }],
    [
      { kind: 'aws:kms', keyId: 'arn:aws:kms:eu-central-1:1:key/1' },
      {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:eu-central-1:1:key/1',
      },
    ],
  ] as const)('an upload pins server-side encryption: %j', async (serverSideEncryption, expected) => {
    const { url, headers } = await open({ serverSideEncryption }).presignUpload({ key, size: 4, checksum });
    expect(headers).toMatchObject(expected);
    const signed = parametersOf(url)['X-Amz-SignedHeaders']!.split(';');
    expect(signed).toEqual(expect.arrayContaining(Object.keys(expected)));
    for (const name of Object.keys(headers)) expect(parametersOf(url)).not.toHaveProperty(name);
  });

  test.each([
    [{}, 'https://my-bucket.s3.eu-central-1.amazonaws.com'],
    [{ bucket: 'my.bucket' }, 'https://s3.eu-central-1.amazonaws.com'],
    [{ endpoint: 'http://127.0.0.1:7070', forcePathStyle: true }, 'http://127.0.0.1:7070'],
    [
      { endpoint: 'http://s3.internal:9000', publicEndpoint: 'https://s3.example.com', forcePathStyle: true },
      'https://s3.example.com',
    ],
  ])('frames connect to where browsers reach the bucket: %j', async (options, origin) => {
    const store = open(options);
    expect(store.connectOrigins).toEqual([origin]);
    expect(new URL((await store.presignDownload(key)).url).origin).toBe(origin);
    expect(new URL((await store.presignUpload({ key, size: 4, checksum })).url).origin).toBe(origin);
  });
});

describe('calls to S3', () => {
  /** A store whose S3 answers as the test says. */
  async function withAnswers(
    answer: (request: IncomingMessage, body: string) => { status: number; body?: string; headers?: object },
    use: (store: ReturnType<typeof open>) => Promise<void>,
  ): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, body, headers } = answer(request, Buffer.concat(chunks).toString());
        response.writeHead(status, { ...headers }).end(request.method === 'HEAD' ? undefined : body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = open({ endpoint, forcePathStyle: true, now: () => new Date() });
    try {
      await use(store);
    } finally {
      await store.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  const deleted = { status: 200, body: '<DeleteResult/>' };

  test('objects are deleted a thousand per request', async () => {
    const counts: number[] = [];
    await withAnswers(
      (_request, body) => {
        counts.push(body.match(/<Key>/g)!.length);
        return deleted;
      },
      async (store) => {
        await store.delete(Array.from({ length: 2001 }, () => key));
        await store.delete([]);
      },
    );
    expect(counts).toEqual([1000, 1000, 1]);
  });

  test('one that S3 does not delete makes the call fail; one that was not there does not', async () => {
    const failure = (code: string) => ({
      status: 200,
      body: `<DeleteResult><Error><Key>${key}</Key><Code>${code}</Code></Error></DeleteResult>`,
    });
    await withAnswers(
      () => failure('AccessDenied'),
      (store) => expect(store.delete([key])).rejects.toThrow(/did not delete 1 of 1 objects: AccessDenied/),
    );
    await withAnswers(
      () => failure('NoSuchKey'),
      (store) => expect(store.delete([key])).resolves.toBeUndefined(),
    );
  });

  test('only 404 means that there is no object', async () => {
    await withAnswers(
      () => ({ status: 404 }),
      (store) => expect(store.head(key)).resolves.toBeNull(),
    );
    await withAnswers(
      () => ({ status: 403 }),
      (store) => expect(store.head(key)).rejects.toThrow(),
    );
    await withAnswers(
      () => ({ status: 200, headers: { 'content-length': '4097' } }),
      (store) => expect(store.head(key)).resolves.toEqual({ size: 4097 }),
    );
  });

  test('a list leaves out what is no object of a token, and goes on behind it', async () => {
    const content = (name: string) =>
      `<Contents><Key>${name}</Key><Size>4</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`;
    const asked: string[] = [];
    await withAnswers(
      ({ url = '' }) => {
        asked.push(url);
        const names = ['app-1/a.txt', key, 'app-1/z.txt'].map(content).join('');
        return {
          status: 200,
          body: `<ListBucketResult><IsTruncated>true</IsTruncated>${names}</ListBucketResult>`,
        };
      },
      async (store) => {
        const page = await store.list('app-1', { limit: 3, after: null });
        expect(page).toEqual({
          objects: [{ key, size: 4, storedAt: new Date('2026-01-02T03:04:05.000Z') }],
          next: 'app-1/z.txt',
        });
        await store.list('app-1', { limit: 3, after: page.next });
      },
    );
    const queries = asked.map((url) => Object.fromEntries(new URL(url, 'http://s3').searchParams));
    expect(queries[0]).toMatchObject({ 'list-type': '2', prefix: 'app-1/', 'max-keys': '3' });
    expect(queries[1]).toMatchObject({ prefix: 'app-1/', 'start-after': 'app-1/z.txt' });
  });

  test('a ping fails when the bucket is missing or S3 does not answer', async () => {
    await withAnswers(
      (request) => ({ status: request.url?.startsWith('/my-bucket') ? 200 : 500 }),
      (store) => expect(store.ping()).resolves.toBeUndefined(),
    );
    await withAnswers(
      () => ({ status: 404 }),
      (store) => expect(store.ping()).rejects.toThrow(),
    );
    const nobody = open({ endpoint: 'http://127.0.0.1:1', forcePathStyle: true });
    await expect(nobody.ping()).rejects.toThrow(/ECONNREFUSED/);
    await expect(nobody.head(key)).rejects.toThrow(/ECONNREFUSED/);
  });
});
