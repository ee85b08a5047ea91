import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { readPeriod } from '../services/audit/read.js';
import { browserOn } from '../test-support/console.js';
import type { ConsoleAnswer, ConsoleBrowser } from '../test-support/console.js';
import { startHostileProvider } from '../test-support/openid-provider.js';
import type { HostileProvider } from '../test-support/openid-provider.js';
import { startTestTokenizer } from '../test-support/tokenizer.js';
import type { TestTokenizer } from '../test-support/tokenizer.js';
import { createLoginLink } from './login-links.js';

/** As a browser that the provider sends back. */
const fromProvider = {
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

const unsigned = (claims: JWTPayload) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
};

describe('signing in at an OpenID provider', () => {
  const log: string[] = [];
  let provider: HostileProvider;
  let tokenizer: TestTokenizer;
  let url: string;
  let browser: ConsoleBrowser;
  beforeEach(async () => {
    log.length = 0;
    provider = await startHostileProvider();
    tokenizer = await startTestTokenizer({
      config: {
        console: { port: 0 },
        consoleLogin: {
          kind: 'oidc',
          issuer: provider.url,
          clientId: provider.clientId,
          clientSecret: provider.clientSecret,
          subjects: ['u-1'],
          emails: ['ada@example.com'],
        },
      },
      logTo: { write: (line) => void log.push(line) },
    });
    url = tokenizer.running.consoleURL!;
    browser = browserOn(url);
  });
  afterEach(async () => {
    await tokenizer.close();
    await provider.close();
  });

  async function leave(by = browser): Promise<string> {
    const answer = await by.get('/login/oidc');
    expect(answer.status).toBe(303);
    return answer.headers.location!;
  }
  const comeBack = (address: URL, by = browser) => by.get(address.pathname + address.search, fromProvider);
  async function signIn(): Promise<ConsoleAnswer> {
    return comeBack(provider.authorize(await leave()));
  }
  const isIn = async (by = browser) => (await by.get('/')).status === 200;
  async function codes(): Promise<(string | null)[]> {
    const found: (string | null)[] = [];
    for await (const page of readPeriod(tokenizer.stores.tokens, {}))
      found.push(...page.filter(({ action }) => action === 'beginConsoleSession').map(({ code }) => code));
    return found;
  }

  test('asks for a code with PKCE, state and nonce, and lets in who is named', async () => {
    const location = new URL(await leave());
    expect(location.origin + location.pathname).toBe(`${provider.url}/authorize`);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      client_id: provider.clientId,
      redirect_uri: `${url}/login/callback`,
      response_type: 'code',
      scope: 'openid email',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const answer = await comeBack(provider.authorize(location.href));
    expect(answer.status).toBe(200);
    // Goes on from a page of the console, so that the browser sends the cookie of the session.
    expect(answer.text).toContain('<meta http-equiv="refresh" content="0; url=/" />');
    const [cleared, session] = answer.headers['set-cookie']!;
    expect(cleared).toMatch(/^lunasec-console-login=; Max-Age=0; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(session).toMatch(/^lunasec-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await browser.get('/')).text).toContain('<bdi>u-1</bdi>');
    expect(await codes()).toEqual([null]);
    expect(provider.exchanges).toHaveLength(1);
  });

  test('tells who is not named what to write into the settings, and nobody else', async () => {
    provider.makeToken = ({ claims }) => provider.sign({ ...claims, sub: '<b>u-2' });
    const answer = await signIn();
    expect(answer.text).toContain('knows you as &lt;b&gt;u-2');
    expect(log.join('')).not.toContain('u-2');
  });

  describe('where addresses are told only when asked for', () => {
    beforeEach(() => {
      provider.metadata.userinfo_endpoint = `${provider.url}/userinfo`;
      provider.makeToken = ({ claims }) => provider.sign({ ...claims, sub: 'u-3' });
    });
    const ada = { sub: 'u-3', email: 'ada@example.com', email_verified: true };

    test('lets in whose address is named', async () => {
      provider.userInfo = ada;
      expect((await signIn()).status).toBe(200);
      expect((await browser.get('/')).text).toContain('<bdi>ada@example.com</bdi>');
    });

    test.each<[string, Record<string, unknown>]>([
      ['an address that is not verified', { ...ada, email_verified: false }],
      ['an answer about somebody else', { ...ada, sub: 'u-4' }],
      ['an answer about nobody', { email: ada.email, email_verified: true }],
      ['an answer that lets the token say who it is', { sub: 'u-3', email_verified: true }],
    ])('refuses %s', async (_, userInfo) => {
      provider.makeToken = ({ claims }) => provider.sign({ ...claims, sub: 'u-3', email: ada.email });
      provider.userInfo = userInfo;
      expect([(await signIn()).status, await isIn()]).toEqual([403, false]);
    });
  });

  test('is the only way in then', async () => {
    await expect(createLoginLink(tokenizer.directory, () => new Date())).rejects.toThrow();
    expect((await browser.get('/login')).text).not.toContain('console login');
    expect((await browser.post('/login', { token: 'A'.repeat(43) })).headers.location).toBe('/login');
    expect(await isIn()).toBe(false);
  });

  test.each<[string, (claims: JWTPayload, provider: HostileProvider) => string | Promise<string>]>([
    ['that is not signed ("alg": "none")', (claims) => unsigned(claims)],
    [
      'that another key signed',
      async (claims) => {
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(privateKey);
      },
    ],
    [
      'that was signed with the secret of the console',
      (claims, { clientSecret }) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(clientSecret)),
    ],
    [
      'that was changed after signing',
      async (claims, { sign }) => {
        const [head, , signature] = (await sign({ ...claims, sub: 'u-2' })).split('.');
        return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
      },
    ],
    ['with the nonce of another login', (claims, { sign }) => sign({ ...claims, nonce: 'n'.repeat(43) })],
    ['without a nonce', ({ nonce: _, ...claims }, { sign }) => sign(claims)],
    ['for another client', (claims, { sign }) => sign({ ...claims, aud: 'another' })],
    ['of another issuer', (claims, { sign }) => sign({ ...claims, iss: 'https://evil.example' })],
    [
      'that has run out',
      (claims, { sign }) => sign({ ...claims, exp: claims.iat! - 3600, iat: claims.iat! - 7200 }),
    ],
    ['without a subject', ({ sub: _, ...claims }, { sign }) => sign(claims)],
    ['of somebody who is not named', (claims, { sign }) => sign({ ...claims, sub: 'u-2' })],
    ['that is none', () => 'x.y.z'],
  ])('refuses an ID token %s', async (_, makeToken) => {
    provider.makeToken = async ({ claims }) => makeToken(claims, provider);
    const answer = await signIn();
    expect([answer.status, await isIn(), browser.jar.size]).toEqual([403, false, 0]);
    expect(await codes()).toEqual(['UNAUTHENTICATED']);
  });

  test.each(['none', 'HS256'])('refuses %s, though the provider says that it signs by that', async (alg) => {
    provider.metadata.id_token_signing_alg_values_supported = [alg, 'RS256'];
    provider.makeToken = async ({ claims }) =>
      alg === 'none'
        ? unsigned(claims)
        : new SignJWT(claims)
            .setProtectedHeader({ alg })
            .sign(new TextEncoder().encode(provider.clientSecret));
    expect([(await signIn()).status, await isIn()]).toEqual([403, false]);
  });

  test.each<[string, (address: URL) => void]>([
    ['another state', (address) => address.searchParams.set('state', 's'.repeat(43))],
    ['no state', (address) => address.searchParams.delete('state')],
    ['two states', (address) => address.searchParams.append('state', 's'.repeat(43))],
    ['another code', (address) => address.searchParams.set('code', 'code-of-somebody-else')],
    ['no code', (address) => address.searchParams.delete('code')],
    ['nothing', (address) => (address.search = '')],
    ['another issuer', (address) => address.searchParams.set('iss', 'https://evil.example')],
    [
      'an error',
      (address) => (address.search = `?error=access_denied&state=${address.searchParams.get('state')}`),
    ],
  ])('refuses to come back with %s', async (_, change) => {
    const address = provider.authorize(await leave());
    change(address);
    expect([(await comeBack(address)).status, await isIn()]).toEqual([403, false]);
  });

  test('lets nobody come back who did not leave: not in another browser, not twice, not after ten minutes', async () => {
    const address = provider.authorize(await leave());
    const other = browserOn(url);
    expect((await comeBack(address, other)).status).toBe(403);
    await leave(other);
    expect((await comeBack(address, other)).status).toBe(403);
    expect((await comeBack(address)).status).toBe(200);
    browser.jar.clear();
    expect((await comeBack(address)).status).toBe(403);

    const late = provider.authorize(await leave());
    tokenizer.clock.offset = 600_000;
    expect([(await comeBack(late)).status, await isIn()]).toEqual([403, false]);
  });

  test('with a code that was taken on its way is of no use: the verifier of PKCE is missing', async () => {
    const stolen = provider.authorize(await leave()).searchParams.get('code')!;
    const thief = browserOn(url);
    const own = provider.authorize(await leave(thief));
    own.searchParams.set('code', stolen);
    expect([(await comeBack(own, thief)).status, await isIn(thief)]).toEqual([403, false]);
  });

  test('of a provider that does not answer is refused, and works when it answers again', async () => {
    provider.tokenStatus = 500;
    expect((await signIn()).status).toBe(403);
    provider.tokenStatus = 200;
    expect((await signIn()).status).toBe(200);
  });

  test('of a provider that calls itself another is not begun', async () => {
    provider.metadata.issuer = 'https://evil.example';
    expect((await browser.get('/login/oidc')).status).toBe(503);
  });

  test('while the provider is away, says so', async () => {
    await provider.close();
    const answer = await browser.get('/login/oidc');
    expect([answer.status, answer.headers.location]).toEqual([503, undefined]);
    expect(answer.text).toContain('does not answer');
  });

  test('leaves no code, token, nonce or secret in log and audit', async () => {
    const location = await leave();
    const address = provider.authorize(location);
    await comeBack(address);
    provider.makeToken = async ({ claims }) => unsigned(claims);
    await signIn();
    let written = log.join('\n');
    for await (const page of readPeriod(tokenizer.stores.tokens, {})) written += JSON.stringify(page);
    const verifiers = provider.exchanges.map((it) => it.get('code_verifier')!);
    const { searchParams } = new URL(location);
    for (const secret of [
      address.searchParams.get('code')!,
      searchParams.get('nonce')!,
      searchParams.get('state')!,
      provider.clientSecret,
      'at-secret',
      'eyJ',
      ...verifiers,
    ])
      expect([secret, written.includes(secret)]).toEqual([secret, false]);
  });
});
