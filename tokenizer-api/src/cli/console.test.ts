import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCLI } from '../test-support/cli.js';
import { browserOn } from '../test-support/console.js';
import { freePort } from '../test-support/free-port.js';
import { startTestTokenizer } from '../test-support/tokenizer.js';
import type { TestTokenizer } from '../test-support/tokenizer.js';

const LUNASEC_APPLICATIONS = JSON.stringify([
  { id: 'shop', jwksURL: 'https://shop.example.com/jwks.json', origins: ['https://shop.example.com'] },
]);

describe('tokenizer console login', () => {
  let tokenizer: TestTokenizer;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    tokenizer = await startTestTokenizer({ config: { console: { port } } });
  });
  afterAll(() => tokenizer.close());

  const run = (environment: Record<string, string>, directory = tokenizer.directory) =>
    runCLI(['console', 'login'], {
      directory,
      environment: { LUNASEC_APPLICATIONS, LUNASEC_DATA_DIRECTORY: directory, ...environment },
    });

  test('prints a link that signs in once, and nothing else to where programs read', async () => {
    const { code, stdout, stderr } = await run({ LUNASEC_CONSOLE_PORT: String(port) });
    expect([code, stderr]).toEqual([0, expect.stringContaining('within five minutes')]);
    const [, url, token] = /^(http:\/\/127\.0\.0\.1:\d+)\/login\?token=([\w-]{43})\n$/.exec(stdout)!;
    expect(url).toBe(tokenizer.running.consoleURL);
    const browser = browserOn(url!);
    expect((await browser.post('/login', { token: token! })).status).toBe(303);
    expect((await browser.get('/')).status).toBe(200);
    expect((await browserOn(url!).post('/login', { token: token! })).status).toBe(403);
  });

  test('names the public URL where there is one', async () => {
    const { stdout } = await run({
      LUNASEC_CONSOLE_PORT: String(port),
      LUNASEC_CONSOLE_PUBLIC_URL: 'https://console.example.com',
    });
    expect(stdout).toMatch(/^https:\/\/console\.example\.com\/login\?token=/);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['there is no console', {}, /LUNASEC_CONSOLE_PORT: is needed/],
    ['the port is any free one', { LUNASEC_CONSOLE_PORT: '0' }, /LUNASEC_CONSOLE_PORT: is 0/],
    [
      'operators sign in at a provider',
      {
        LUNASEC_CONSOLE_PORT: '4011',
        LUNASEC_CONSOLE_OIDC_ISSUER: 'https://id.example.com',
        LUNASEC_CONSOLE_OIDC_CLIENT_ID: 'console',
        LUNASEC_CONSOLE_OIDC_SUBJECTS: '["u-1"]',
      },
      /LUNASEC_CONSOLE_LOGIN: is oidc/,
    ],
  ])('says so when %s', async (_, environment, message) => {
    const { code, stdout, stderr } = await run(environment);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('says so when no tokenizer with a console has run here', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'tokenizer-console-'));
    const { code, stdout, stderr } = await run({ LUNASEC_CONSOLE_PORT: '4011' }, empty);
    await rm(empty, { recursive: true });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('No tokenizer with a console has run');
  });
});
