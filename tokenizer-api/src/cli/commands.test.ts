import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../config/load.js';
import type { Finding } from '../doctor/finding.js';
import { runCLI } from '../test-support/cli.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokenizer-cli-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const run = (args: string[], environment: Record<string, string> = {}) =>
  runCLI(args, { directory, environment });
const load = (file?: string) => loadSettings({ directory, environment: {}, file });
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe('tokenizer init', () => {
  test('writes an explained configuration and the keys, for this user only', async () => {
    const { code, stdout } = await run(['init']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('tokenizer doctor')]);
    const path = join(directory, 'tokenizer.config.yaml');
    const text = await readFile(path, 'utf8');
    expect(text).toContain('# The applications that this tokenizer serves, at least one.');
    expect(text).toContain('# port: 4010');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, '.lunasec/tokenizer/keys.json'))).mode & 0o777).toBe(0o600);
    const { settings } = await load();
    expect(settings.applications).toMatchObject([{ id: 'my-app', origins: ['http://localhost:3000'] }]);
  });

  test('writes what it is told', async () => {
    const uri = "mongodb://user:it's#a:password@db/tokens";
    const { code } = await run([
      'init',
      '--config=prod.yaml',
      '--application=shop',
      '--origin',
      'https://shop.example.com',
      'https://www.shop.example.com',
      '--jwks-url=https://shop.example.com/keys.json',
      '--public-url=https://tokens.example.com',
      `--mongodb=${uri}`,
      '--s3-bucket=shop-values',
      '--s3-region=eu-central-1',
      '--s3-endpoint=https://s3.example.com',
      '--s3-path-style',
      '--data-directory=data',
    ]);
    expect(code).toBe(0);
    const { settings } = await load('prod.yaml');
    expect(settings).toMatchObject({
      publicURL: 'https://tokens.example.com',
      tokenStore: { kind: 'mongodb', uri },
      objectStore: {
        kind: 's3',
        bucket: 'shop-values',
        region: 'eu-central-1',
        endpoint: 'https://s3.example.com',
        forcePathStyle: true,
      },
      applications: [
        {
          id: 'shop',
          keys: { url: new URL('https://shop.example.com/keys.json') },
          origins: ['https://shop.example.com', 'https://www.shop.example.com'],
          serverSide: { tokenize: false, detokenize: false },
        },
      ],
    });
    expect(await exists(join(directory, 'data/keys.json'))).toBe(true);
  });

  test('overwrites neither configuration nor keys', async () => {
    await run(['init']);
    const keys = await readFile(join(directory, '.lunasec/tokenizer/keys.json'), 'utf8');
    const config = await readFile(join(directory, 'tokenizer.config.yaml'), 'utf8');
    const again = await run(['init', '--application=other']);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    expect(await readFile(join(directory, 'tokenizer.config.yaml'), 'utf8')).toBe(config);
    expect((await run(['init', '--config=other.yaml'])).code).toBe(0);
    expect(await readFile(join(directory, '.lunasec/tokenizer/keys.json'), 'utf8')).toBe(keys);
  });

  test('names options that are wrong, and writes nothing then', async () => {
    const { code, stderr } = await run(['init', '--origin=https://a.example.com/x', '--s3-bucket=values']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/- --origin: must be an origin/);
    expect(stderr).toMatch(/- --s3-region: must be a region/);
    expect(await exists(join(directory, 'tokenizer.config.yaml'))).toBe(false);
    expect(await exists(join(directory, '.lunasec'))).toBe(false);
  });
});

describe('tokenizer doctor', () => {
  const key = async () => ({ ...(await exportJWK((await generateKeyPair('EdDSA')).publicKey)), kid: 'a' });
  const configure = async (changes: object = {}) =>
    writeFile(
      join(directory, 'tokenizer.config.json'),
      JSON.stringify({
        dataDirectory: 'data',
        applications: [{ id: 'shop', jwks: { keys: [await key()] }, origins: ['https://shop.example.com'] }],
        ...changes,
      }),
      { mode: 0o600 },
    );

  test('ends with 0 when nothing is wrong, and has a mark for every line', async () => {
    await configure();
    const { code, stdout } = await run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ objects {6}an object is stored/m);
    expect(stdout).toMatch(/^! keys .*\n {15}→ If values were stored before/m);
    expect(stdout).toMatch(/It works; 2 to look at\./);
    expect(await exists(join(directory, 'data/tokenizer.sqlite'))).toBe(false);
  });

  test('ends with 1 when something is, and says what to do', async () => {
    const applications = [
      { id: 'shop', jwksURL: 'http://127.0.0.1:1/', origins: ['https://shop.example.com'] },
    ];
    await configure({ applications });
    const { code, stdout } = await run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ applications the keys of shop cannot be had: .*\n {15}→ Check that/m);
  });

  test('speaks JSON to programs', async () => {
    await configure();
    const { code, stdout } = await run(['doctor', '--json']);
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
    expect([code, ok]).toEqual([0, true]);
    expect(new Set(findings.map(({ check }) => check))).toEqual(
      new Set([
        'files',
        'frames',
        'public URL',
        'keys',
        'database',
        'checksum',
        'objects',
        'create-only',
        'deletion',
        'applications',
      ]),
    );
  });

  test('finds what is wrong with settings before anything else', async () => {
    await configure({ prot: 1 });
    const { code, stdout, stderr } = await run(['doctor']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/prot: is not a setting; did you mean "port"\?/);
  });
});

test('tokenizer config schema prints what editors need', async () => {
  const { code, stdout } = await run(['config', 'schema']);
  const { properties } = JSON.parse(stdout) as { properties: object };
  expect([code, Object.keys(properties)]).toEqual([
    0,
    expect.arrayContaining(['applications', 'tokenStore']),
  ]);
});
