import { describe, expect, test } from '@jest/globals';
import { ConfigError, parseConfig } from './settings.js';

const application = {
  id: 'shop',
  jwksURL: 'https://shop.example.com/.lunasec/jwks.json',
  origins: ['https://shop.example.com'],
};
/** RFC 8037, appendix A.2. */
const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: 'a' };
const withKeys = (...keys: object[]) => ({
  applications: [{ ...application, jwksURL: undefined, jwks: { keys } }],
});
const rsa = (bits: number) => Buffer.alloc(bits / 8, 0xff).toString('base64url');
const messageOf = (task: () => unknown): string => {
  try {
    task();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no error';
};

describe('settings', () => {
  test('applications are all that must be given', () => {
    const settings = parseConfig({ applications: [application] }, { environment: {} });
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 4010,
      tokenStore: { kind: 'sqlite' },
      objectStore: { kind: 'disk' },
      introspection: true,
      trustProxy: 0,
    });
    expect(settings.applications[0]!.limits).toEqual({
      maxBatch: 1000,
      maxSize: 64 * 1024 * 1024,
      storeGrant: 900,
      readGrant: 900,
      maxReadGrant: 3600,
      frameSession: 900,
    });
  });

  test('of very many mistakes the first ones are told', () => {
    const many = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`a${index}`, 1]));
    const lines = messageOf(() => parseConfig({ ...many, applications: [application] })).split('\n');
    expect(lines).toHaveLength(52);
    expect(lines[1]).toBe('- a0: is not a setting here');
    expect(lines[51]).toBe('- and 59950 more: correct these first');
  });

  test('there is no console, unless a port for it is named; it is for this machine then, by links', () => {
    const { console: none, consoleLogin } = parseConfig({ applications: [application] });
    expect([none, consoleLogin]).toEqual([undefined, { kind: 'link' }]);
    expect(parseConfig({ applications: [application], console: { port: 4011 } }).console).toEqual({
      host: '127.0.0.1',
      port: 4011,
      idleTimeout: 900,
      sessionTimeout: 28_800,
    });
  });

  test('a console that others can reach needs a public URL, which is not the tokenizer’s', () => {
    const parse = (console: object, publicURL?: string) =>
      parseConfig({ applications: [application], publicURL, console: { port: 4011, ...console } }).console!;
    for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', '::1'])
      expect(parse({ host }).host).toBe(host);
    for (const host of ['0.0.0.0', '::', '10.0.0.5', 'console.internal', '127.evil.example'])
      expect(messageOf(() => parse({ host }))).toMatch(/- console\.publicURL: is needed/);
    const publicURL = 'https://console.example.com';
    expect(parse({ host: '0.0.0.0', publicURL }).publicURL).toBe(publicURL);
    expect(messageOf(() => parse({ publicURL }, publicURL))).toMatch(/needs an origin of its own/);
    expect(messageOf(() => parse({ publicURL: 'http://console.example.com' }))).toMatch(
      /must begin with https:/,
    );
  });

  test('who signs in to the console at a provider must be named', () => {
    const login = (more: object) =>
      parseConfig({
        applications: [application],
        consoleLogin: { kind: 'oidc', issuer: 'https://id.example.com', clientId: 'console', ...more },
      }).consoleLogin;
    const nobody = /- consoleLogin: must say who may look/;
    expect(messageOf(() => login({}))).toMatch(nobody);
    expect(messageOf(() => login({ subjects: [], emails: [], groups: [] }))).toMatch(nobody);
    expect(messageOf(() => login({ groupsClaim: 'roles' }))).toMatch(nobody);
    expect(messageOf(() => login({ emails: [''] }))).toMatch(/emails\[0\]: must not be empty/);
    expect(messageOf(() => login({ subjects: ['u'], scope: 'email' }))).toMatch(/scope: must include openid/);
    expect(messageOf(() => login({ subjects: ['u'], issuer: 'http://id.example.com' }))).toMatch(
      /issuer: must begin with https:/,
    );
    expect(login({ groups: ['ops'] })).toMatchObject({
      groups: ['ops'],
      subjects: [],
      groupsClaim: 'groups',
    });
  });

  test('orphaned objects are removed only where somebody said so, and never soon', () => {
    const removal = (removeOrphansAfter?: string) =>
      parseConfig({ applications: [application], removeOrphansAfter }).removeOrphansAfter;
    expect(removal()).toBeUndefined();
    expect(removal('168h')).toBe(604_800);
    expect(messageOf(() => removal('23h'))).toMatch(/removeOrphansAfter: must be from 86400 s/);
  });

  test('rates of tokens let a full batch pass', () => {
    const settings = (rates: object, maxBatch: number) =>
      parseConfig({ applications: [{ ...application, limits: { maxBatch } }], rates });
    expect(settings({ sessionTokens: 50 }, 50).rates.sessionTokens).toBe(50);
    expect(messageOf(() => settings({ sessionTokens: 50 }, 51))).toMatch(
      /rates\.sessionTokens: must be at least 51, the largest maxBatch/,
    );
    expect(messageOf(() => settings({ applicationTokens: 50 }, 51))).toMatch(/rates\.applicationTokens/);
  });

  test("an application's limits go before the common ones", () => {
    const settings = parseConfig({
      limits: { maxReadGrant: '2h', storeGrant: '5m' },
      applications: [
        { ...application, limits: { maxReadGrant: '10m' } },
        { ...application, id: 'other' },
      ],
    });
    expect(settings.applications.map(({ limits }) => [limits.maxReadGrant, limits.storeGrant])).toEqual([
      [600, 300],
      [7200, 300],
    ]);
    // Never longer than the longest.
    expect(settings.applications[0]!.limits.readGrant).toBe(600);
  });

  test('introspection is off in production, unless asked for', () => {
    const environment = { NODE_ENV: 'production' };
    const config = { applications: [application] };
    expect(parseConfig(config, { environment }).introspection).toBe(false);
    expect(parseConfig({ ...config, introspection: true }, { environment }).introspection).toBe(true);
  });

  test.each<[string, object, RegExp]>([
    ['no application', { applications: [] }, /applications: must name at least one application/],
    ['applications missing', { applications: undefined }, /applications: must be a list of applications/],
    [
      'a repeated application',
      { applications: [application, application] },
      /applications: must not repeat an id/,
    ],
    [
      'a name that is no part of a path',
      { applications: [{ ...application, id: '../other' }] },
      /applications\[0\]\.id: must be 1 to 64 letters/,
    ],
    [
      'no keys',
      { applications: [{ id: 'shop', origins: application.origins }] },
      /applications\[0\]: needs either jwksURL .* or jwks/,
    ],
    [
      'two sources of keys',
      { applications: [{ ...application, jwks: { keys: [key] } }] },
      /needs either jwksURL .* or jwks/,
    ],
    [
      'a private key',
      { applications: [{ ...application, jwksURL: undefined, jwks: { keys: [{ kty: 'OKP', d: 'x' }] } }] },
      /holds a private key; publish the public one/,
    ],
    [
      'a shared secret',
      { applications: [{ ...application, jwksURL: undefined, jwks: { keys: [{ kty: 'oct', k: 'x' }] } }] },
      /shared secrets are not accepted/,
    ],
    ['a key without a kid', withKeys({ ...key, kid: undefined }), /jwks\.keys\[0\]: needs a kid/],
    ['two keys with one kid', withKeys(key, key), /jwks\.keys: must not repeat a kid/],
    ['a key of another curve', withKeys({ ...key, crv: 'X25519' }), /keys\[0\]: must be an Ed25519 .*P-256/],
    [
      'a key that is none',
      withKeys({ ...key, x: 'AAAA' }),
      /jwks\.keys\[0\]: is no key: its numbers do not make one/,
    ],
    ['a key without its number', withKeys({ ...key, x: undefined }), /jwks\.keys\[0\]: is no key/],
    ['a key for encryption', withKeys({ ...key, use: 'enc' }), /keys\[0\]: is not for signatures/],
    [
      'a key of another algorithm',
      withKeys({ kty: 'RSA', kid: 'a', n: rsa(3072), e: 'AQAB', alg: 'RS1' }),
      /keys\[0\]: must be for RS256/,
    ],
    [
      'a weak RSA key',
      withKeys({ kty: 'RSA', kid: 'a', n: rsa(2048), e: 'AQAB' }),
      /keys\[0\]: is RSA of 2048 bits; it must have from 3072/,
    ],
    [
      'a weak RSA key in long clothes',
      withKeys({ kty: 'RSA', kid: 'a', n: `${'A'.repeat(172)}${rsa(1024)}`, e: 'AQAB' }),
      /is RSA of 10\d\d bits/,
    ],
    [
      'an RSA key that only costs time',
      withKeys({ kty: 'RSA', kid: 'a', n: rsa(16_384), e: 'AQAB' }),
      /is RSA of 16384 bits/,
    ],
    [
      'an origin with a path',
      { applications: [{ ...application, origins: ['https://shop.example.com/cart'] }] },
      /origins\[0\]: must be an origin, without a path; did you mean https:\/\/shop\.example\.com\?/,
    ],
    [
      'any origin',
      { applications: [{ ...application, origins: ['*'] }] },
      /origins\[0\]: must be a URL such as https/,
    ],
    [
      'an insecure origin',
      { applications: [{ ...application, origins: ['http://shop.example.com'] }] },
      /origins\[0\]: must begin with https:/,
    ],
    [
      'keys over an insecure way',
      { applications: [{ ...application, jwksURL: 'http://shop.example.com/jwks.json' }] },
      /jwksURL: must begin with https:/,
    ],
    [
      'an insecure public URL',
      { publicURL: 'http://tokens.example.com' },
      /publicURL: must begin with https:/,
    ],
    ['every address and no public URL', { host: '0.0.0.0' }, /publicURL: is needed/],
    ['a port that is none', { port: 70_000 }, /port: must be at most 65535/],
    [
      'a duration that is none',
      { limits: { storeGrant: '15 min' } },
      /limits\.storeGrant: is not a duration; write one like/,
    ],
    [
      'sessions of an hour',
      { limits: { frameSession: '1h' } },
      /limits\.frameSession: must be from 180 s to 900 s/,
    ],
    [
      'a read grant longer than the longest',
      { limits: { readGrant: '2h' } },
      /readGrant: must not be longer than maxReadGrant/,
    ],
    [
      'an unknown setting',
      { aplications: [] },
      /aplications: is not a setting; did you mean "applications"\?/,
    ],
    [
      'an unknown limit',
      { applications: [{ ...application, limits: { maxbatch: 5 } }] },
      /applications\[0\]\.limits\.maxbatch: is not a setting; did you mean "maxBatch"\?/,
    ],
    ['a setting of another kind of store', { tokenStore: { kind: 'sqlite', uri: 'x' } }, /tokenStore\.uri: /],
    [
      'a kind that is none',
      { objectStore: { kind: 'ftp' } },
      /objectStore\.kind: must have a kind: disk or s3/,
    ],
    ['what is nothing like a setting', { zzzzzzzz: 1 }, /zzzzzzzz: is not a setting here/],
    [
      'a database that is none',
      { tokenStore: { kind: 'mongodb', uri: 'postgres://x' } },
      /tokenStore\.uri: must begin with mongodb:/,
    ],
  ])('%s is named, with what to do', (_, changes, message) => {
    expect(messageOf(() => parseConfig({ applications: [application], ...changes }))).toMatch(message);
  });

  test('all that is wrong is told at once', () => {
    const message = messageOf(() => parseConfig({ port: -1, logLevel: 'loud', applications: [] }));
    expect(message.split('\n- ')).toHaveLength(4);
  });

  test.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000', 'http://app.localhost'])(
    'plain HTTP is fine on this machine: %s',
    (origin) => {
      expect(
        parseConfig({ applications: [{ ...application, origins: [origin] }] }).applications[0]!.origins,
      ).toEqual([origin]);
    },
  );
});
