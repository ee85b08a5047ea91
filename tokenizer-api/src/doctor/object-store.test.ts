import { CreateBucketCommand, DeleteBucketCommand, PutBucketCorsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '../stores/object-store/port.js';
import { createS3ObjectStore } from '../stores/object-store/s3.js';
import { withDiskObjectStore } from './embedded-objects.js';
import type { Finding } from './finding.js';
import { checkObjectStore } from './object-store.js';

const origin = 'https://tokens.example.com';
const now = () => new Date();
const pick = (findings: Finding[], check: string) => findings.find((finding) => finding.check === check);
const faultsOf = (findings: Finding[]) => findings.filter(({ status }) => status === 'error');

/** What a bucket does wrong. */
interface Faults {
  takesAnything?: boolean;
  overwrites?: boolean;
  forgets?: boolean;
  garbles?: boolean;
  keeps?: boolean;
  denies?: 'PUT' | 'GET';
  isDown?: boolean;
  cannotDelete?: boolean;
  /** Seconds. */
  ahead?: number;
  cors?: Record<string, string> | null;
}

const goodCORS = {
  'access-control-allow-origin': origin,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'x-amz-checksum-sha256, if-none-match',
};

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An object store over a bucket of this process. */
async function openBucket(faults: Faults): Promise<ObjectStore & { left(): string[] }> {
  const objects = new Map<string, Buffer>();
  const server = createServer((request, response) => void answer(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', headers } = request;
    const key = request.url!.slice(1).split('?')[0]!;
    if (faults.ahead) response.setHeader('date', new Date(Date.now() + faults.ahead * 1000).toUTCString());
    if (method === 'OPTIONS') {
      const cors = faults.cors === undefined ? goodCORS : faults.cors;
      const allowed = cors?.['access-control-allow-origin'];
      return void (cors && (allowed === '*' || allowed === headers.origin)
        ? response.writeHead(200, cors).end()
        : response.writeHead(403).end());
    }
    if (faults.denies === method)
      return void response.writeHead(403).end('<Error><Code>AccessDenied</Code><x>secret</x></Error>');
    if (method === 'GET')
      return void response.end(faults.garbles ? Buffer.alloc(64) : (objects.get(key) ?? Buffer.alloc(0)));
    const checksum = createHash('sha256').update(body).digest('base64');
    if (!faults.takesAnything && headers['x-amz-checksum-sha256'] !== checksum)
      return void response.writeHead(400).end();
    if (!faults.overwrites && objects.has(key)) return void response.writeHead(412).end();
    if (!faults.forgets) objects.set(key, body);
    response.end();
  }

  const expiresAt = new Date(Date.now() + 60_000);
  return {
    left: () => [...objects.keys()],
    presignUpload: async ({ key, checksum }) => ({
      url: `${base}/${key}?X-Amz-Signature=secret`,
      method: 'PUT',
      headers: { 'x-amz-checksum-sha256': checksum, 'if-none-match': '*' },
      expiresAt,
    }),
    beginMultipart: notNeeded,
    presignPart: notNeeded,
    completeMultipart: notNeeded,
    abortMultipart: notNeeded,
    presignDownload: async (key) => ({
      url: `${base}/${key}?X-Amz-Signature=secret`,
      method: 'GET',
      headers: {},
      expiresAt,
    }),
    head: async (key) => (objects.has(key) ? { size: objects.get(key)!.length } : null),
    list: async () => ({ objects: [], next: null }),
    async delete(keys) {
      if (faults.cannotDelete) throw new Error('AccessDenied');
      if (!faults.keeps) for (const key of keys) objects.delete(key);
    },
    connectOrigins: [base],
    async ping() {
      if (faults.isDown) throw new Error('connect ECONNREFUSED');
    },
    close: async () => undefined,
  };
}

async function notNeeded(): Promise<never> {
  throw new Error('The doctor uploads nothing in parts.');
}

const examine = async (faults: Faults) =>
  checkObjectStore(await openBucket(faults), { applicationId: 'shop', origin, now });

describe('a bucket', () => {
  test('that does all it should is fine, and empty afterwards', async () => {
    const bucket = await openBucket({});
    const findings = await checkObjectStore(bucket, { applicationId: 'shop', origin, now });
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['checksum', 'ok'],
      ['objects', 'ok'],
      ['create-only', 'ok'],
      ['clock', 'ok'],
      ['cors', 'ok'],
      ['deletion', 'ok'],
    ]);
    expect(bucket.left()).toEqual([]);
  });

  test.each<[string, Faults, string, RegExp]>([
    [
      'does not look at checksums',
      { takesAnything: true },
      'checksum',
      /another content than its checksum was taken/,
    ],
    ['lets objects be replaced', { overwrites: true }, 'create-only', /second upload .* was taken/],
    ['forgets what it took', { forgets: true }, 'objects', /its object is not there/],
    ['gives back something else', { garbles: true }, 'objects', /another content than was stored/],
    ['refuses uploads', { denies: 'PUT' }, 'objects', /presigned upload was refused: 403 AccessDenied$/],
    ['refuses downloads', { denies: 'GET' }, 'objects', /presigned download was refused: 403 AccessDenied$/],
    ['does not answer', { isDown: true }, 'objects', /does not work \(connect ECONNREFUSED\)/],
    ['keeps what is deleted', { keeps: true }, 'deletion', /still there after its deletion: shop\/lunasec-/],
    ['refuses deletions', { cannotDelete: true }, 'deletion', /cannot be deleted \(AccessDenied\)/],
    ['has another time', { ahead: 40 }, 'clock', /is (39|40|41) s behind/],
    ['has no CORS rule', { cors: null }, 'cors', /https:\/\/tokens\.example\.com is not allowed/],
    [
      'has a CORS rule for another origin',
      { cors: { ...goodCORS, 'access-control-allow-origin': 'https://app.example.com' } },
      'cors',
      /is not allowed/,
    ],
    [
      'has a CORS rule without PUT',
      { cors: { ...goodCORS, 'access-control-allow-methods': 'GET' } },
      'cors',
      /send PUT: the method is not allowed/,
    ],
    [
      'has a CORS rule without a header',
      { cors: { ...goodCORS, 'access-control-allow-headers': 'if-none-match' } },
      'cors',
      /the headers x-amz-checksum-sha256 are not allowed/,
    ],
  ])('that %s is found out, with what to do', async (_, faults, check, message) => {
    const finding = pick(await examine(faults), check);
    expect(finding).toMatchObject({ status: 'error', message: expect.stringMatching(message) });
    expect(finding!.fix).toMatch(/\w+/);
    expect(JSON.stringify(finding)).not.toContain('secret');
  });

  test('that lets in every origin is a warning', async () => {
    const findings = await examine({ cors: { ...goodCORS, 'access-control-allow-origin': '*' } });
    expect(pick(findings, 'cors')).toMatchObject({ status: 'warning' });
  });
});

test('the disk is fine, and empty afterwards', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  try {
    const findings = await withDiskObjectStore(directory, now, (store) =>
      checkObjectStore(store, { applicationId: 'shop', origin: undefined, now }),
    );
    expect(faultsOf(findings)).toEqual([]);
    expect(pick(findings, 'create-only')).toMatchObject({ status: 'ok' });
    const files = await readdir(directory, { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isFile())).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

const {
  S3_ENDPOINT: endpoint,
  S3_BUCKET: bucket = 'lunasec-test',
  S3_REGION: region = 'us-east-1',
} = process.env;
const open = (options: { bucket?: string; region?: string } = {}) =>
  createS3ObjectStore({ bucket, region, endpoint, forcePathStyle: true, now, ...options });
if (endpoint)
  describe('a real bucket', () => {
    test('does what values need', async () => {
      const store = open();
      const findings = await checkObjectStore(store, { applicationId: 'shop', origin: undefined, now });
      expect(faultsOf(findings)).toEqual([]);
      await store.close();
    });

    test('lets frames in once it has a CORS rule for their origin', async () => {
      const name = `lunasec-doctor-${randomUUID()}`;
      const client = new S3Client({ region, endpoint, forcePathStyle: true });
      await client.send(new CreateBucketCommand({ Bucket: name }));
      const store = open({ bucket: name });
      const corsOf = async () =>
        pick(await checkObjectStore(store, { applicationId: 'shop', origin, now }), 'cors');
      try {
        expect(await corsOf()).toMatchObject({
          status: 'error',
          message: expect.stringContaining('not allowed'),
        });
        await client.send(
          new PutBucketCorsCommand({
            Bucket: name,
            CORSConfiguration: {
              CORSRules: [
                { AllowedOrigins: [origin], AllowedMethods: ['GET', 'PUT'], AllowedHeaders: ['*'] },
              ],
            },
          }),
        );
        expect(await corsOf()).toMatchObject({ status: 'ok' });
      } finally {
        await store.close();
        await client.send(new DeleteBucketCommand({ Bucket: name }));
        client.destroy();
      }
    });

    test('that is not there is found out', async () => {
      const store = open({ bucket: 'no-such-bucket-of-lunasec' });
      const findings = await checkObjectStore(store, { applicationId: 'shop', origin, now });
      expect(pick(findings, 'objects')).toMatchObject({ status: 'error' });
      await store.close();
    });
  });
else test.skip('the doctor looks at a real bucket: set S3_ENDPOINT', () => undefined);
