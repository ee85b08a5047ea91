import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../config/settings.js';
import type { Settings, TokenizerConfig } from '../config/settings.js';
import { openLocalKeyProvider } from '../stores/key-provider/local.js';
import { checkApplications } from './applications.js';
import { checkFiles } from './files.js';
import type { Finding } from './finding.js';
import { checkKeys, checkProvider } from './keys.js';
import { checkPublicURL } from './public-url.js';

let directory: string;
let settings: (changes?: Partial<TokenizerConfig>) => Settings;
const servers: Server[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'doctor-'));
  settings = (changes = {}) =>
    parseConfig({
      dataDirectory: directory,
      applications: [{ id: 'shop', jwksURL: 'http://127.0.0.1:1/jwks.json', origins: ['http://localhost'] }],
      ...changes,
    });
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});
const serve = (status: number, body = '') =>
  listen((_request, response) => response.writeHead(status, { connection: 'close' }).end(body));
async function listen(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const only = (findings: Finding[]) => {
  expect(findings).toHaveLength(1);
  return findings[0]!;
};

describe('files', () => {
  test('are fine while they are this user’s only, or not there yet', async () => {
    await writeFile(join(directory, 'keys.json'), '{}', { mode: 0o600 });
    expect(only(await checkFiles(settings(), undefined))).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['keys.json', 0o640, 'chmod 600'],
    ['tokenizer.sqlite', 0o604, 'chmod 600'],
  ])('%s with mode %o is an error', async (name, mode, fix) => {
    const path = join(directory, name);
    await writeFile(path, '');
    await chmod(path, mode);
    expect(only(await checkFiles(settings(), undefined))).toMatchObject({
      status: 'error',
      fix: `Run: ${fix} ${path}`,
    });
  });

  test('the data directory must be closed', async () => {
    const dataDirectory = join(directory, 'data');
    await mkdir(dataDirectory);
    await chmod(dataDirectory, 0o755);
    expect(only(await checkFiles(settings({ dataDirectory }), undefined))).toMatchObject({
      status: 'error',
      fix: expect.stringContaining('chmod 700'),
    });
  });

  test('the configuration file must be written by nobody else, and not be read when it has a password', async () => {
    const path = join(directory, 'c.yaml');
    await writeFile(path, '');
    await chmod(path, 0o664);
    expect(only(await checkFiles(settings(), path))).toMatchObject({ status: 'error' });
    await chmod(path, 0o644);
    expect(only(await checkFiles(settings(), path))).toMatchObject({ status: 'ok' });
    const tokenStore = { kind: 'mongodb', uri: 'mongodb://user:pa55word@db/tokens' } as const;
    const finding = only(await checkFiles(settings({ tokenStore }), path));
    expect(finding).toMatchObject({ status: 'warning' });
    expect(JSON.stringify(finding)).not.toContain('pa55word');
  });
});

describe('keys', () => {
  test('wrap and unwrap', async () => {
    await openLocalKeyProvider(settings().keyFile);
    expect(only(await checkKeys(settings()))).toMatchObject({ status: 'ok' });
  });

  test('that are not there are a warning, and are not made', async () => {
    for (let look = 0; look < 2; look++)
      expect(only(await checkKeys(settings()))).toMatchObject({ status: 'warning' });
  });

  test('that are malformed, or open to others, are an error', async () => {
    const { keyFile } = settings();
    await writeFile(keyFile, '{}', { mode: 0o600 });
    expect(only(await checkKeys(settings()))).toMatchObject({ status: 'error' });
    await chmod(keyFile, 0o644);
    expect(only(await checkKeys(settings()))).toMatchObject({
      message: expect.stringContaining('chmod 600'),
    });
  });

  test('that do not answer, or change what they keep, are an error', async () => {
    const wrap = async () => ({ keyId: 'k', ciphertext: '' });
    const denied = () => Promise.reject(new Error('AccessDeniedException'));
    expect(await checkProvider({ wrap: denied, unwrap: denied })).toMatchObject({
      status: 'error',
      message: expect.stringContaining('AccessDeniedException'),
    });
    expect(await checkProvider({ wrap, unwrap: async () => new Uint8Array(32) })).toMatchObject({
      status: 'error',
      message: 'a data key came back changed',
    });
  });
});

describe('applications', () => {
  const withKeysAt = (url: string, more: object = {}) =>
    settings({
      applications: [{ id: 'shop', jwksURL: `${url}/jwks.json`, origins: ['http://localhost'], ...more }],
    });

  test('publish a key that can be used', async () => {
    const key = { ...(await exportJWK((await generateKeyPair('EdDSA')).publicKey)), kid: 'a' };
    const url = await serve(200, JSON.stringify({ keys: [key] }));
    expect(only(await checkApplications(withKeysAt(url)))).toMatchObject({
      status: 'ok',
      message: 'shop publishes 1 key',
    });
  });

  test.each<[string, number, string, RegExp]>([
    ['an error', 500, '', /answers 500/],
    ['no key that can be used', 200, '{"keys":[]}', /no key that can be used/],
    ['a page', 200, '<html>', /not JSON/],
  ])('that publish %s are an error', async (_, status, body, message) => {
    expect(only(await checkApplications(withKeysAt(await serve(status, body))))).toMatchObject({
      status: 'error',
      message: expect.stringMatching(message),
    });
  });

  test('that cannot be reached are an error', async () => {
    expect(only(await checkApplications(settings()))).toMatchObject({
      status: 'error',
      message: expect.stringContaining('the keys of shop cannot be had'),
    });
  });

  test('whose servers may read everything are worth a look', async () => {
    const findings = await checkApplications(
      withKeysAt('http://127.0.0.1:1', { serverSide: { detokenize: true } }),
    );
    expect(findings.map(({ status }) => status)).toEqual(['error', 'warning']);
  });
});

describe('the public URL', () => {
  const check = (publicURL: string | undefined, isProduction = false) =>
    checkPublicURL({ ...settings(), publicURL }, { isProduction }).then(only);

  /** A proxy that passes on only what browsers need, as the guides have it; TLS is left out. */
  const behindProxy = async (status: number, body: string) => {
    const url = await listen(({ method, url: path }, response) =>
      method === 'POST' && path === '/graphql'
        ? response.writeHead(status, { connection: 'close' }).end(body)
        : response.writeHead(404, { connection: 'close' }).end(),
    );
    const fetchPlain: typeof fetch = (input, init) => fetch(String(input).replace('https:', 'http:'), init);
    return checkPublicURL(
      { ...settings(), publicURL: url.replace('http:', 'https:') },
      { isProduction: true, fetch: fetchPlain },
    ).then(only);
  };

  test('is fine where GraphQL answers, though health is not for everybody', async () => {
    expect(await behindProxy(200, '{"data":{"__typename":"Query"}}')).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['an error', 502, 'Bad Gateway'],
    ['something else', 200, '<!doctype html>'],
    ['another GraphQL API', 200, '{"data":{"__typename":"Root"}}'],
  ])('is an error where %s answers', async (_name, status, body) => {
    expect(await behindProxy(status, body)).toMatchObject({
      status: 'error',
      message: expect.stringContaining('/graphql'),
    });
  });

  test('of this machine is a warning, in production an error', async () => {
    expect(await check(undefined)).toMatchObject({ status: 'warning' });
    expect(await check('http://localhost:4010')).toMatchObject({ status: 'warning' });
    expect(await check('http://localhost:4010', true)).toMatchObject({ status: 'error' });
  });

  test('where nothing answers is a warning, where something else than TLS does an error', async () => {
    expect(await check('https://127.0.0.1:1')).toMatchObject({ status: 'warning' });
    const url = (await serve(200)).replace('http:', 'https:');
    expect(await check(url)).toMatchObject({
      status: 'error',
      message: expect.stringContaining('no safe connection'),
    });
  });
});
