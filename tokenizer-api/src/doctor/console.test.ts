import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseConfig } from '../config/settings.js';
import type { TokenizerConfig } from '../config/settings.js';
import { startHostileProvider } from '../test-support/openid-provider.js';
import type { HostileProvider } from '../test-support/openid-provider.js';
import { checkConsole } from './console.js';

describe('the console', () => {
  let provider: HostileProvider;
  beforeEach(async () => {
    provider = await startHostileProvider();
  });
  afterEach(() => provider.close());

  const check = (changes: Partial<TokenizerConfig>) =>
    checkConsole(
      parseConfig({
        applications: [
          { id: 'shop', jwksURL: 'http://127.0.0.1:1/jwks.json', origins: ['http://localhost'] },
        ],
        ...changes,
      }),
    );
  const console = { port: 4011 };
  const oidc = () => ({
    console,
    consoleLogin: { kind: 'oidc' as const, issuer: provider.url, clientId: 'console', subjects: ['u-1'] },
  });

  test('is of no interest where there is none', async () => {
    expect(await check({})).toEqual([]);
  });

  test('is fine with links, and with a provider that answers', async () => {
    expect(await check({ console })).toEqual([expect.objectContaining({ check: 'console', status: 'ok' })]);
    expect(await check(oidc())).toEqual([
      expect.objectContaining({ status: 'ok', message: expect.stringContaining(provider.url) }),
    ]);
  });

  test('is in error with a provider that calls itself another, or does not answer', async () => {
    const error = [
      expect.objectContaining({ status: 'error', fix: expect.stringContaining('consoleLogin.issuer') }),
    ];
    provider.metadata.issuer = 'https://evil.example';
    expect(await check(oidc())).toEqual(error);
    await provider.close();
    expect(await check(oidc())).toEqual(error);
  });
});
