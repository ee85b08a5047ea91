import { describe, expect, test } from '@jest/globals';
import { DCLinter } from 'dclint';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { environment as imageEnvironment, last } from './image.mjs';
import { applications, onlyPath, presigned, read, readYAML, settingsOf } from './support.mjs';

const compose = readYAML('deploy/compose/compose.yaml');
const { services } = compose;
const ours = Object.entries(services).filter(([, { image }]) => image === 'lunasec/tokenizer');
const tokenizers = ours.filter(([name]) => name.startsWith('tokenizer-'));

describe('the Compose file', () => {
  test('follows the specification', () => {
    expect(complaints(read('deploy/compose/compose.yaml'))).toEqual([]);
    expect(complaints('services: { a: { imag: misspelt } }')).toEqual([expect.stringContaining('schema')]);
    expect(complaints('services: { a: { image: x, ports: ["80:80"] } }').join()).toContain('unbound-port');
  });

  test('runs two tokenizers over the same stores, key and settings', () => {
    expect(tokenizers.map(([name]) => name)).toEqual(['tokenizer-1', 'tokenizer-2']);
    const [[, first], [, second]] = tokenizers;
    expect(first).toEqual(second);
    expect(first.volumes).toEqual([`tokenizer:${last('VOLUME').words[0]}`]);
  });

  test('gives settings that the tokenizer takes', async () => {
    const environment = { ...tokenizers[0][1].environment };
    expect(environment.LUNASEC_APPLICATIONS).toMatch(/^\$\{LUNASEC_APPLICATIONS:\?.+\}$/);
    expect(
      await settingsOf({ ...imageEnvironment, ...environment, LUNASEC_APPLICATIONS: applications }),
    ).toMatchObject({
      publicURL: 'http://localhost:4010',
      trustProxy: 1,
      tokenStore: { kind: 'mongodb' },
      objectStore: { kind: 's3', bucket: services.bucket.environment.S3_BUCKET, forcePathStyle: true },
    });
    expect(services.bucket.environment.CORS_ORIGIN).toBe(environment.LUNASEC_PUBLIC_URL);
  });

  test('hardens what runs our image', () => {
    for (const [, service] of ours)
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        init: true,
      });
  });

  test('is open to this machine only, and its database to tokenizers only', () => {
    for (const { ports = [] } of Object.values(services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(services.mongodb).toMatchObject({ networks: ['stores'] });
    expect(services.mongodb.ports).toBeUndefined();
    expect(compose.networks.stores).toEqual({ internal: true });
  });

  test('names a version of every image that is not built here', () => {
    for (const { image, build } of Object.values(services)) if (!build) expect(image).toMatch(/:v?\d+\.\d+/);
  });

  test.each([404, 200])('makes its bucket usable by frames, where HEAD answers %d', async (status) => {
    const { code, requests } = await runCreateBucket(status);
    const [upload, download] = await presigned(undefined);
    expect(code).toBe(0);
    expect(requests.filter(({ method, cors }) => method === 'PUT' && !cors)).toHaveLength(
      status === 404 ? 1 : 0,
    );
    const rules = requests.find(({ cors }) => cors)?.body;
    const all = (name) =>
      [...rules.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((it) => it[1]);
    expect(all('AllowedOrigin')).toEqual(['http://localhost:4010']);
    expect(all('AllowedMethod').sort()).toEqual([download.method, upload.method].sort());
    expect(all('AllowedHeader')).toEqual(Object.keys({ ...upload.headers, ...download.headers }).sort());
  });
});

/** What the linter has against a Compose file, but how it sorts and quotes: that is a matter of taste. */
function complaints(text) {
  const directory = mkdtempSync(join(tmpdir(), 'lunasec-compose-'));
  try {
    const file = join(directory, 'compose.yaml');
    writeFileSync(file, text);
    const linter = new DCLinter({ rules: {}, exclude: [], quiet: false, debug: false });
    const [{ messages }] = linter.lintFiles([file], false);
    return messages
      .filter(({ type, category }) => type === 'error' || category !== 'style')
      .map(({ rule, message }) => `${rule}: ${message}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs the script of the service `bucket` against a server that takes everything. */
async function runCreateBucket(headStatus) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ method: request.method, cors: /[?&]cors/.test(request.url), body });
    response.writeHead(request.method === 'HEAD' ? headStatus : 200).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const environment = {
      ...services.bucket.environment,
      S3_ENDPOINT: `http://127.0.0.1:${server.address().port}`,
    };
    const child = spawn(process.execPath, [join(root, 'deploy/compose/create-bucket.mjs')], {
      env: onlyPath(environment),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return { code: await new Promise((resolve) => child.on('exit', resolve)), requests };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
