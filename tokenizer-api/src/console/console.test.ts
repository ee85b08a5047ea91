import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import SQLite from 'better-sqlite3';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readPeriod } from '../services/audit/read.js';
import type { AuditEvent } from '../stores/token-store/port.js';
import { ask, browserOn, formTokenIn, signedInBrowser } from '../test-support/console.js';
import type { ConsoleAnswer, ConsoleBrowser } from '../test-support/console.js';
import { freePort } from '../test-support/free-port.js';
import { breakCalls, countCalls, holdCall } from '../test-support/spies.js';
import { describeOnEveryStore } from '../test-support/every-store.js';
import { actAs, encrypt, put, startTestTokenizer } from '../test-support/tokenizer.js';
import type { TestTokenizer } from '../test-support/tokenizer.js';
import { createLoginLink } from './login-links.js';

const config = { console: { port: 0 } };
const xss = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\u202E`;

async function eventsOf(tokenizer: TestTokenizer): Promise<AuditEvent[]> {
  const all: AuditEvent[] = [];
  for await (const page of readPeriod(tokenizer.stores.tokens, {})) all.push(...page);
  return all;
}
/** What the audit has of the console: whom it concerns, action, outcome, code, and who. */
const told = async (tokenizer: TestTokenizer) =>
  (await eventsOf(tokenizer))
    .filter(({ action }) => /^view|ConsoleSession$|^verifyAudit$/.test(action))
    .map(({ applicationId, token, action, code, details }) => [
      applicationId,
      token,
      action,
      code,
      details && (JSON.parse(details) as { operator?: string }).operator,
    ]);
const linkOf = (tokenizer: TestTokenizer) =>
  createLoginLink(tokenizer.directory, () => new Date(Date.now() + tokenizer.clock.offset));

/** The page about the verification that was begun, once it has ended. */
async function verified(browser: ConsoleBrowser): Promise<string> {
  for (;;) {
    const { text } = await browser.get('/audit/verify');
    if (!text.includes('See how far it is')) return text;
  }
}

/** Every path of the console that is a page, with what it needs. */
const pagesFor = (token: string, sid: string) => [
  '/',
  '/applications',
  '/tokens',
  '/tokens?application=shop',
  `/token?application=shop&token=${token}`,
  '/grants',
  `/grants?application=shop&session=${sid}&kind=read`,
  `/grants?application=shop&session=${sid}&kind=store`,
  '/audit',
  '/audit?application=shop',
  '/audit/verify',
];

describe('without the setting', () => {
  test('there is no console, and nothing of it on the port of the tokenizer', async () => {
    const tokenizer = await startTestTokenizer();
    try {
      expect(tokenizer.running.consoleURL).toBeUndefined();
      await expect(linkOf(tokenizer)).rejects.toThrow('No tokenizer with a console');
    } finally {
      await tokenizer.close();
    }
  });
});

describe('nobody gets in', () => {
  const log: string[] = [];
  let tokenizer: TestTokenizer;
  let url: string;
  let token: string;
  let paths: string[];

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({ config, logTo: { write: (line) => void log.push(line) } });
    url = tokenizer.running.consoleURL!;
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    token = await ada.keep('value');
    paths = [...pagesFor(token, ada.sessionId), '/nowhere', '/logout', '/TOKENS', '//tokens', '/./tokens'];
  });
  afterAll(() => tokenizer.close());

  const isRefused = ({ status, text, headers }: ConsoleAnswer) => {
    expect([303, 404]).toContain(status);
    if (status === 303) expect(headers.location).toBe('/login');
    expect(text).not.toMatch(/shop|lunasec-|Overview/);
  };

  test('without a session, whatever is asked for', async () => {
    for (const path of paths) isRefused(await ask(url + path));
  });

  test.each([
    'x',
    'A'.repeat(43),
    '',
    '../../keys.json',
    '__proto__',
    `${'A'.repeat(43)}; lunasec-console=${'B'.repeat(43)}`,
  ])('with the cookie %j', async (cookie) => {
    for (const path of paths)
      isRefused(await ask(url + path, { headers: { cookie: `lunasec-console=${cookie}` } }));
  });

  test('through the port of the tokenizer, with a session or without', async () => {
    const browser = await signedInBrowser(tokenizer);
    for (const path of [...paths.filter((it) => it !== '/nowhere'), '/console', '/login', '/console.css']) {
      const answer = await ask(tokenizer.url + path, { headers: { cookie: browser.cookies() } });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  test('with the credentials of applications and frames', async () => {
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    for (const bearer of [await ada.accessToken(), await tokenizer.shop.applicationJWT()])
      for (const path of paths)
        isRefused(
          await ask(url + path, {
            headers: { authorization: `Bearer ${bearer}`, cookie: `lunasec-console=${bearer}` },
          }),
        );
  });

  test('with a link that was used already, and the audit has both', async () => {
    const link = await linkOf(tokenizer);
    const [first, second] = [browserOn(url), browserOn(url)];
    expect((await first.post('/login', { token: link })).status).toBe(303);
    const again = await second.post('/login', { token: link });
    expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined]);
    expect(again.text).toContain('used already');
    const events = (await told(tokenizer)).slice(-2);
    expect(events).toEqual([
      [null, null, 'beginConsoleSession', null, 'one-time link'],
      [null, null, 'beginConsoleSession', 'UNAUTHENTICATED', null],
    ]);
  });

  test('with a link after its five minutes', async () => {
    const link = await linkOf(tokenizer);
    tokenizer.clock.offset += 300_000;
    expect((await browserOn(url).post('/login', { token: link })).status).toBe(403);
  });

  test('with what is no link', async () => {
    for (const fields of [{}, { token: '' }, { token: 'A'.repeat(43) }, { token: '../x' }, { tokens: 'x' }])
      expect((await browserOn(url).post('/login', fields as Record<string, string>)).status).toBe(403);
  });

  test('by opening a link: only the press of its button uses it up', async () => {
    const link = await linkOf(tokenizer);
    const browser = browserOn(url);
    for (let i = 0; i < 3; i++) {
      const page = await browser.get(`/login?token=${link}`);
      expect([page.status, browser.jar.size]).toEqual([200, 0]);
      expect(page.text).toContain('method="post" action="/login"');
    }
    expect((await browser.post('/login', { token: link })).status).toBe(303);
  });

  test('into whose browser a foreign page would sign in: a login without this origin is refused', async () => {
    const link = await linkOf(tokenizer);
    for (const origin of [
      'https://evil.example',
      'null',
      tokenizer.url,
      url.replace('127.0.0.1', 'localhost'),
    ])
      expect((await browserOn(url).post('/login', { token: link }, { origin })).status).toBe(403);
    const body = `token=${link}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask(`${url}/login`, { method: 'POST', headers, body })).status).toBe(403);
    expect((await browserOn(url).post('/login', { token: link })).status).toBe(303);
  });

  test('nothing of it is in the log: no link, no session', async () => {
    const browser = browserOn(url);
    const link = await linkOf(tokenizer);
    await browser.get(`/login?token=${link}`);
    await browser.post('/login', { token: link });
    const page = await browser.get('/audit/verify');
    const all = log.join('\n');
    expect(all).toContain('"path":"/login"');
    for (const secret of [link, ...browser.jar.values(), formTokenIn(page.text)])
      expect(all).not.toContain(secret);
  });
});

test('tries to sign in are limited, and the limit is in the audit', async () => {
  const tokenizer = await startTestTokenizer({ config });
  try {
    const url = tokenizer.running.consoleURL!;
    const statuses: number[] = [];
    let last!: ConsoleAnswer;
    for (let i = 0; i < 25; i++) {
      // Nobody gets past it with an address of their choice.
      last = await browserOn(url).post(
        '/login',
        { token: 'A'.repeat(43) },
        { 'x-forwarded-for': `203.0.113.${i}` },
      );
      statuses.push(last.status);
    }
    expect(statuses).toEqual([...Array<number>(20).fill(403), ...Array<number>(5).fill(429)]);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect((await told(tokenizer)).map(([, , , code]) => code)).toEqual(['UNAUTHENTICATED', 'RATE_LIMITED']);
  } finally {
    await tokenizer.close();
  }
});

describe('a session', () => {
  let tokenizer: TestTokenizer;
  let browser: ConsoleBrowser;
  beforeEach(async () => {
    tokenizer = await startTestTokenizer({
      config: { console: { port: 0, idleTimeout: '1m', sessionTimeout: '3m' } },
    });
    browser = await signedInBrowser(tokenizer);
  });
  afterEach(() => tokenizer.close());

  const isIn = async () => (await browser.get('/')).status === 200;

  test('ends when nobody uses it', async () => {
    expect(await isIn()).toBe(true);
    tokenizer.clock.offset += 60_000;
    expect(await isIn()).toBe(false);
  });

  test('ends after its time, though it is used', async () => {
    for (let i = 0; i < 4; i++) {
      tokenizer.clock.offset += 40_000;
      expect(await isIn()).toBe(true);
    }
    tokenizer.clock.offset += 40_000;
    expect(await isIn()).toBe(false);
  });

  test('ends with signing out, and its cookie is of no use any more', async () => {
    const cookie = browser.cookies();
    const formToken = formTokenIn((await browser.get('/')).text);
    const answer = await browser.post('/logout', { formToken });
    expect([answer.status, answer.headers.location, browser.jar.size]).toEqual([303, '/login', 0]);
    expect((await ask(tokenizer.running.consoleURL!, { headers: { cookie } })).status).toBe(303);
    expect((await told(tokenizer)).at(-1)).toEqual([null, null, 'endConsoleSession', null, 'one-time link']);
  });

  test('is another one after every login, and the former one ends', async () => {
    const before = browser.cookies();
    await browser.post('/login', { token: await linkOf(tokenizer) });
    expect(browser.cookies()).not.toBe(before);
    expect((await ask(tokenizer.running.consoleURL!, { headers: { cookie: before } })).status).toBe(303);
    expect(await isIn()).toBe(true);
  });

  test('is never one that somebody brought along', async () => {
    const fixed = 'F'.repeat(43);
    browser.jar.set('lunasec-console', fixed);
    await browser.post('/login', { token: await linkOf(tokenizer) });
    expect(browser.jar.get('lunasec-console')).not.toBe(fixed);
    expect(
      (await ask(tokenizer.running.consoleURL!, { headers: { cookie: `lunasec-console=${fixed}` } })).status,
    ).toBe(303);
  });

  test.each(['/logout', '/audit/verify'])(
    'is not used by forms of others: POST %s without its token, with a wrong one, or from elsewhere',
    async (path) => {
      const formToken = formTokenIn((await browser.get('/')).text);
      const other = formTokenIn((await (await signedInBrowser(tokenizer)).get('/')).text);
      for (const fields of [{}, { formToken: '' }, { formToken: 'A'.repeat(43) }, { formToken: other }])
        expect((await browser.post(path, fields as Record<string, string>)).status).toBe(403);
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: tokenizer.url },
        { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      ] as Record<string, string>[])
        expect((await browser.post(path, { formToken }, headers)).status).toBe(403);
      expect(await isIn()).toBe(true);
      expect((await browser.get('/audit/verify')).text).toContain('was not verified');
    },
  );

  test('changes nothing by links: what forms do is not done by GET', async () => {
    const formToken = formTokenIn((await browser.get('/')).text);
    expect((await browser.get(`/logout?formToken=${formToken}`)).status).toBe(404);
    expect((await browser.get(`/audit/verify?formToken=${formToken}`)).text).toContain('was not verified');
    expect(await isIn()).toBe(true);
  });

  test('is not loaded, fetched or framed by other origins, another port of this machine among them', async () => {
    for (const site of ['same-site', 'cross-site'])
      for (const [mode, dest] of [
        ['cors', 'empty'],
        ['no-cors', 'image'],
        ['no-cors', 'script'],
        ['navigate', 'iframe'],
        ['navigate', 'object'],
      ]) {
        const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': mode!, 'sec-fetch-dest': dest! };
        expect([headers, (await browser.get('/', headers)).status]).toEqual([headers, 403]);
      }
    const opened = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await browser.get('/login', opened)).status).toBe(200);
  });
});

describe('what is answered', () => {
  let tokenizer: TestTokenizer;
  let url: string;
  let browser: ConsoleBrowser;
  beforeAll(async () => {
    tokenizer = await startTestTokenizer({ config });
    url = tokenizer.running.consoleURL!;
    browser = await signedInBrowser(tokenizer);
  });
  afterAll(() => tokenizer.close());

  test('can run nothing, is kept by nobody, and cannot be framed', async () => {
    for (const path of ['/', '/login', '/nowhere', '/console.css', '/tokens?application=none', '/token']) {
      const { headers } = await browser.get(path);
      expect([path, headers]).toEqual([
        path,
        expect.objectContaining({
          'content-security-policy':
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'same-origin',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'permissions-policy': expect.stringContaining('camera=()'),
        }),
      ]);
      expect(headers['x-powered-by']).toBeUndefined();
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('has no script, no style inside, and nothing from elsewhere', async () => {
    for (const path of pagesFor(createToken(), 'A'.repeat(43))) {
      const { text } = await browser.get(path);
      expect(text).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:|<img|<iframe|@import|url\(/i);
      expect(
        [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].filter(([, to]) => !/^[/#](?!\/)/.test(to!)),
      ).toEqual([]);
    }
  });

  test.each([
    'evil.example',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost:PORT',
    '127.0.0.1.nip.io:PORT',
    '127.0.0.1:PORT.evil.example',
    '[::1]:PORT',
  ])('is refused under the host %s (DNS rebinding)', async (host) => {
    const headers = { host: host.replace('PORT', new URL(url).port), cookie: browser.cookies() };
    const answer = await ask(url, { headers });
    expect([answer.status, answer.text]).toEqual([421, `The console is at ${url} only.\n`]);
  });

  test('has no header that a request could write', async () => {
    for (const path of [
      '/login?token=x%0d%0aSet-Cookie:%20a=b',
      '/tokens?application=shop%0d%0aX-Evil:%201',
      '/%0d%0aX-Evil:%201',
    ]) {
      const answer = await browser.get(path, { 'x-request-id': 'a\tX-Evil: 1' });
      expect(answer.headers).not.toHaveProperty('x-evil');
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers['x-request-id']).toMatch(/^[\w-]{36}$/);
    }
  });

  test('to a form that is too large, broken, or of another kind, is a refusal', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: url };
    const post = (headers: Record<string, string>, body: string) =>
      ask(`${url}/login`, { method: 'POST', headers: { ...form, ...headers }, body });
    expect((await post({}, `token=${'x'.repeat(5000)}`)).status).toBe(413);
    expect((await post({}, 'a&'.repeat(20))).status).toBe(413);
    expect((await post({ 'content-type': 'application/json' }, '{"token":{"a":1}}')).status).toBe(403);
    expect((await post({}, 'token[$ne]=x&token=__proto__')).status).toBe(403);
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS'])('to %s is nothing', async (method) => {
    const { status, text } = await ask(`${url}/tokens`, { method, headers: { cookie: browser.cookies() } });
    expect([200, 404]).toContain(status);
    expect(text).not.toContain('After (UTC)');
  });
});

test('under https the cookie is for this host alone, out of reach for scripts and for other sites', async () => {
  const port = await freePort();
  const tokenizer = await startTestTokenizer({
    config: { console: { port, publicURL: 'https://console.example.com' } },
  });
  try {
    expect(tokenizer.running.consoleURL).toBe('https://console.example.com');
    // As the proxy in front sends it on.
    const headers = {
      host: 'console.example.com',
      origin: 'https://console.example.com',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const body = `token=${await linkOf(tokenizer)}`;
    const answer = await ask(`http://127.0.0.1:${port}/login`, { method: 'POST', headers, body });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-lunasec-console=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    ]);
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d{8}/);
    // Under the name that another host, or plain HTTP, could set, it counts for nothing.
    const [, id] = /=([\w-]{43});/.exec(answer.headers['set-cookie']![0]!)!;
    const look = (cookie: string) =>
      ask(`http://127.0.0.1:${port}/`, { headers: { host: headers.host, cookie } }).then((it) => it.status);
    expect(await look(`lunasec-console=${id}`)).toBe(303);
    expect(await look(`__Host-lunasec-console=${id}`)).toBe(200);
  } finally {
    await tokenizer.close();
  }
});

describeOnEveryStore('an operator sees', (newStore) => {
  const { calls, wrapStores } = countCalls();
  const store = newStore();
  let tokenizer: TestTokenizer;
  let browser: ConsoleBrowser;
  let ada: ReturnType<typeof actAs>;
  let kept: string;
  let hostile: string;
  const secrets: string[] = [];

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({
      config: { ...config, ...store.config, limits: { maxTokens: 1000, maxBytes: 10_000_000 } },
      wrapStores,
    });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
    kept = await ada.keep('a value that nobody sees', 'User.ssn:42');
    await ada.grant([{ token: kept, binding: 'User.ssn:42' }]);
    const [read] = await ada.detokenize([kept]);
    const value = await encrypt('another value');
    hostile = value.input.token;
    const [made] = await ada.tokenize([{ ...value.input, metadata: { kind: 'ssn', note: xss } }]);
    await put(made!.upload!, value.ciphertext);
    await ada.verify([{ token: hostile, binding: xss }]);
    secrets.push(
      'a value that nobody sees',
      'another value',
      read!.download!.dataKey,
      read!.download!.url,
      new URL(read!.download!.url).search.slice(1),
      made!.upload!.url,
      await ada.accessToken(),
      await tokenizer.shop.applicationJWT(),
      Buffer.from(value.ciphertext).toString('base64').slice(0, 40),
    );
    const records = await tokenizer.stores.tokens.findTokens('shop', [kept, hostile]);
    for (const { wrappedKey, checksum } of records) secrets.push(wrappedKey!.ciphertext, checksum);
    for (const { wrappedKey } of await tokenizer.stores.tokens.listSecrets())
      secrets.push(wrappedKey.ciphertext);
    const keyFile = JSON.parse(await readFile(join(tokenizer.directory, 'keys.json'), 'utf8')) as {
      keys: { key: string }[];
    };
    secrets.push(...keyFile.keys.map(({ key }) => key));
    browser = await signedInBrowser(tokenizer);
  });
  afterAll(async () => {
    await tokenizer.close();
    await store.drop();
  });

  const page = async (path: string): Promise<string> => {
    const answer = await browser.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.text;
  };
  const list = (query: Record<string, string>) =>
    page(`/tokens?${new URLSearchParams({ application: 'shop', ...query }).toString()}`);
  const tokensIn = (text: string) => [...new Set(text.match(/lunasec-[0-9a-f-]{36}/g))];

  test('health, keys by their ids, frames and quotas', async () => {
    const text = await page('/');
    expect(text.match(/answers/g)).toHaveLength(3);
    const { active } = await tokenizer.stores.keys.keyIds();
    expect(text).toContain(active);
    expect(text).toMatch(/sha384-[A-Za-z0-9+/]{64}/);
    expect(text).toContain('not overloaded');
    expect(text).toMatch(/>2<\/td>\s*<td class="number">1,000</);
  });

  test('applications, with their origins, keys and limits', async () => {
    const text = await page('/applications');
    for (const expected of ['shop', 'other', 'https://shop.example.com', 'in the settings: 1 key'])
      expect(text).toContain(expected);
  });

  test('tokens of an application, by status, session, time and metadata', async () => {
    expect(tokensIn(await list({})).sort()).toEqual([kept, hostile].sort());
    expect(tokensIn(await list({ key: 'kind', value: 'ssn' }))).toEqual([hostile]);
    expect(tokensIn(await list({ key: 'kind', value: 'SSN' }))).toEqual([]);
    expect(tokensIn(await list({ key: 'note', value: xss }))).toEqual([hostile]);
    expect(tokensIn(await list({ status: 'pending' }))).toEqual([]);
    expect(tokensIn(await list({ status: 'accepted', session: ada.sessionId }))).toHaveLength(2);
    expect(tokensIn(await list({ from: '2999-01-01T00:00' }))).toEqual([]);
    expect(tokensIn(await list({ to: '2999-01-01T00:00:00' }))).toHaveLength(2);
    expect(tokensIn(await list({ application: 'other' }))).toEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['another application', { application: 'nobody' }, 'Application: is no application'],
    ['a status', { status: 'gone' }, 'Status: must be one of the list'],
    ['a session', { session: "' OR 1=1 --" }, 'Session (sid): must be a sid'],
    ['a key of metadata', { key: '$where', value: '1' }, 'Metadata key: is no key of metadata'],
    ['a number', { key: 'kind', value: 'x', type: 'number' }, 'Metadata value: must be a number'],
    ['a value without a key', { value: 'x' }, 'Metadata key: is needed'],
    ['a time', { from: 'yesterday' }, 'After (UTC): must be a time'],
    ['a page', { after: '../../x' }, 'Page: is no page'],
  ])('what is wrong with a filter: %s', async (_, query, problem) => {
    const path = `/tokens?${new URLSearchParams({ application: 'shop', ...query }).toString()}`;
    const answer = await browser.get(path);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(`<li>${problem}`);
    expect(tokensIn(answer.text)).toEqual([]);
    expect((await browser.get(`${path}&application=shop`)).status).toBe(400);
  });

  test('pages of a list, one after the other', async () => {
    const values = await Promise.all(Array.from({ length: 60 }, () => encrypt('many')));
    const grace = actAs(tokenizer, tokenizer.shop, 'grace');
    await grace.tokenize(values.map(({ input }) => ({ ...input, metadata: { batch: 7 } })));
    const query = { key: 'batch', value: '7', type: 'number' };
    const first = await list(query);
    const next = /href="([^"]*)" rel="next"/.exec(first)![1]!.replaceAll('&amp;', '&');
    const second = await page(next);
    expect([tokensIn(first).length, tokensIn(second).length]).toEqual([50, 10]);
    expect(new Set([...tokensIn(first), ...tokensIn(second)]).size).toBe(60);
    expect(second).not.toContain('rel="next"');
    expect(second).toContain('First page');
  });

  test('a token with its grants', async () => {
    const text = await page(`/token?application=shop&token=${kept}`);
    expect(text).toContain('User.ssn:42');
    expect(text.match(/<span class="badge plain">(read|store)<\/span>/g)).toHaveLength(2);
    expect(text).toContain(ada.sessionId);
    expect((await browser.get(`/token?application=other&token=${kept}`)).status).toBe(404);
    expect((await browser.get(`/token?application=shop&token=${createToken()}`)).status).toBe(404);
    expect((await browser.get('/token?application=shop&token=x')).status).toBe(400);
  });

  test('grants of a session', async () => {
    const path = `/grants?application=shop&session=${ada.sessionId}`;
    expect(tokensIn(await page(`${path}&kind=read`))).toEqual([kept]);
    expect(tokensIn(await page(`${path}&kind=store`))).toContain(hostile);
  });

  test('the audit of an application and of the tokenizer, by action, outcome and token', async () => {
    expect(await page(`/audit?application=shop&action=detokenize&token=${kept}`)).toContain('detokenize');
    expect(tokensIn(await page('/audit?application=shop&outcome=denied'))).toEqual([]);
    expect(await page('/audit')).toContain('beginConsoleSession');
    expect(await page('/audit')).toContain('one-time link');
  });

  test('attack strings as text', async () => {
    for (const path of [
      '/tokens?application=shop&key=kind&value=ssn',
      `/token?application=shop&token=${hostile}`,
      `/tokens?application=shop&key=note&value=${encodeURIComponent(xss)}`,
      `/audit?application=shop&action=x`,
    ]) {
      const text = await page(path);
      expect(text).not.toMatch(/<script|<img|onerror='/);
    }
    const shown = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
    const about = await page(`/token?application=shop&token=${hostile}`);
    expect(about.split(shown).length - 1).toBe(2);
    // What turns the direction of a text is shown instead of obeyed.
    expect([about.includes('\u202E'), about.split('\\u202E').length - 1]).toEqual([false, 2]);
    for (const path of ['/audit?action=', '/tokens?application=', '/grants?session=', '/login?token=', '/']) {
      const { text } = await browser.get(path + encodeURIComponent(xss));
      expect(text).not.toMatch(/<script|<img|onerror='/);
    }
  });

  test('in no page data, ciphertext, keys, secrets, JWTs, or addresses of values', async () => {
    const found: string[] = [];
    const paths = pagesFor(kept, ada.sessionId);
    for (const path of [
      ...paths,
      `/token?application=shop&token=${hostile}`,
      '/login',
      '/nowhere',
      '/console.css',
    ]) {
      const { text, headers } = await browser.get(path);
      const answer = text + JSON.stringify(headers);
      for (const secret of [...secrets, ...browser.jar.values()]) {
        expect(secret.length).toBeGreaterThan(10);
        for (const written of [secret, secret.replaceAll('&', '&amp;'), encodeURIComponent(secret)])
          if (answer.includes(written)) found.push(`${path}: ${secret}`);
      }
      expect(answer).not.toMatch(/eyJ[\w-]+\.eyJ|[?&;](signature|X-Amz-Signature)=/);
    }
    expect(found).toEqual([]);
  });

  test('nothing that is not in the audit, with who looked at whose tokens', async () => {
    await list({ status: 'accepted' });
    await page(`/token?application=shop&token=${kept}`);
    await page(`/grants?application=other&session=${ada.sessionId}`);
    await page('/audit');
    expect((await told(tokenizer)).slice(-4)).toEqual([
      ['shop', null, 'viewTokens', null, 'one-time link'],
      ['shop', kept, 'viewToken', null, 'one-time link'],
      ['other', null, 'viewGrants', null, 'one-time link'],
      [null, null, 'viewAudit', null, 'one-time link'],
    ]);
  });

  test('and changes nothing: but for the audit, only reads reach the database', async () => {
    calls.take();
    for (const path of pagesFor(kept, ada.sessionId)) await page(path);
    const reads = /^(find|list|read|ping)/;
    expect([...new Set(calls.take().filter((name) => !reads.test(name)))]).toEqual(['appendAudit']);
  });
});

describe('verifying the audit', () => {
  let tokenizer: TestTokenizer;
  let browser: ConsoleBrowser;
  beforeEach(async () => {
    tokenizer = await startTestTokenizer({ config });
    await actAs(tokenizer, tokenizer.shop, 'ada').keep('value');
    browser = await signedInBrowser(tokenizer);
  });
  afterEach(() => tokenizer.close());

  async function verify(): Promise<string> {
    const formToken = formTokenIn((await browser.get('/audit/verify')).text);
    expect((await browser.post('/audit/verify', { formToken })).headers.location).toBe('/audit/verify');
    return verified(browser);
  }

  test('says that it is sound, who asked, and that asking is in the audit', async () => {
    const text = await verify();
    expect(text).toContain('as it was written');
    expect(text).toContain('one-time link');
    expect((await told(tokenizer)).at(-1)).toEqual([null, null, 'verifyAudit', null, 'one-time link']);
  });

  test('is done one time at a time, and says how far it is', async () => {
    const held = holdCall('readAuditChains');
    const other = await startTestTokenizer({ config, wrapStores: held.wrapStores });
    try {
      const operator = await signedInBrowser(other);
      const formToken = formTokenIn((await operator.get('/audit/verify')).text);
      for (let i = 0; i < 3; i++) await operator.post('/audit/verify', { formToken });
      await held.reached;
      const { text } = await operator.get('/audit/verify');
      expect(text).toContain('running');
      expect(text).not.toContain('Verify now');
      expect(held.held()).toBe(1);
      expect((await told(other)).filter(([, , action]) => action === 'verifyAudit')).toHaveLength(1);
      held.letGo();
      expect(await verified(operator)).toContain('as it was written');
    } finally {
      held.letGo();
      await other.close();
    }
  });

  test('names the event that somebody changed', async () => {
    const database = new SQLite(join(tokenizer.directory, 'tokenizer.sqlite'));
    const [trigger] = database
      .prepare<[], { name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%UPDATE%auditEvents%'",
      )
      .all();
    database.exec(
      `DROP TRIGGER ${trigger!.name}; UPDATE auditEvents SET outcome = 'denied' WHERE action = 'tokenize'`,
    );
    const { chain, number } = database
      .prepare<[], { chain: string; number: number }>("SELECT * FROM auditEvents WHERE action = 'tokenize'")
      .get()!;
    database.close();
    const text = await verify();
    expect(text).toContain('tampered with');
    expect(text).toContain(chain);
    expect(text).toContain(`Event ${number} is not as it was written`);
  });
});

describe('when something does not answer', () => {
  const log: string[] = [];
  const { broken, wrapStores } = breakCalls();
  let tokenizer: TestTokenizer;
  let browser: ConsoleBrowser;
  beforeAll(async () => {
    tokenizer = await startTestTokenizer({
      config,
      wrapStores,
      logTo: { write: (line) => void log.push(line) },
    });
    browser = await signedInBrowser(tokenizer);
  });
  beforeEach(() => broken.clear());
  afterAll(async () => {
    broken.clear();
    await tokenizer.close();
  });

  test('the overview says what, and a page says no more than that', async () => {
    for (const name of ['ping', 'keyIds', 'listTokens']) broken.add(name);
    expect((await browser.get('/')).text).toContain('does not answer');
    const answer = await browser.get('/tokens?application=shop');
    expect(answer.status).toBe(503);
    expect(answer.text).not.toMatch(/ECONNREFUSED|secret-host/);
    expect(log.join('\n')).toContain('a page of the console failed');
  });

  test('a look that cannot be written to the audit is not answered', async () => {
    broken.add('appendAudit');
    for (const path of [
      '/tokens?application=shop',
      '/audit',
      `/token?application=shop&token=${createToken()}`,
    ])
      expect((await browser.get(path)).status).toBe(503);
  });

  test('nor does anybody get in', async () => {
    const other = browserOn(tokenizer.running.consoleURL!);
    const token = await linkOf(tokenizer);
    broken.add('appendAudit');
    expect([(await other.post('/login', { token })).status, other.jar.size]).toEqual([503, 0]);
  });

  test('an audit that cannot be read is not called sound', async () => {
    const formToken = formTokenIn((await browser.get('/audit/verify')).text);
    broken.add('readAuditChains');
    await browser.post('/audit/verify', { formToken });
    const text = await verified(browser);
    expect(text).toContain('not verified');
    expect(text).not.toContain('as it was written');
  });
});
