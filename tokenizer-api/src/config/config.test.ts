import { describe, expect, test } from '@jest/globals';
import { ConfigError, parseConfig } from './settings.js';

const application = {
  id: 'shop',
  jwksURL: 'https://shop.example.com/.lunasec/jwks.json',
  origins: ['https://shop.example.com'],
};
const key = { kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'a' };
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
    ['a key for encryption', withKeys({ ...key, use: 'enc' }), /keys\[0\]: is not for signatures/],
    [
      'a key of another algorithm',
      withKeys({ kty: 'RSA', kid: 'a', n: rsa(2048), e: 'AQAB', alg: 'RS1' }),
      /keys\[0\]: must be for RS256/,
    ],
    [
      'a weak RSA key',
      withKeys({ kty: 'RSA', kid: 'a', n: rsa(1024), e: 'AQAB' }),
      /keys\[0\]: is RSA of 1024 bits; it must have from 2048/,
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
