import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../config/settings.js';
import type { TokenizerConfig } from '../config/settings.js';
import { checkEncryption } from './encryption.js';

const check = (changes: Partial<TokenizerConfig>, isProduction = true) =>
  checkEncryption(
    parseConfig({
      applications: [{ id: 'shop', jwksURL: 'https://shop.example.com/jwks', origins: ['http://localhost'] }],
      ...changes,
    }),
    { isProduction },
  );
const mongodb = (uri: string) => check({ tokenStore: { kind: 'mongodb', uri } });
const s3 = (more: object) => ({ kind: 's3' as const, bucket: 'objects', region: 'eu-central-1', ...more });

describe('the ways to the stores', () => {
  test('are not looked at where nothing leaves this machine', async () => {
    expect(await check({})).toEqual([]);
    expect(await mongodb('mongodb://127.0.0.1:27017,localhost,[::1]/tokens')).toEqual([]);
  });

  test('are left to the check of the database when they cannot be told', async () => {
    expect(await mongodb('mongodb://a.example.com/?tls=true&ssl=false')).toEqual([]);
  });

  test.each([
    'mongodb://u:secret@a.example.com,b.example.com/tokens?tls=true',
    'mongodb://u:secret@a.example.com/tokens?ssl=true',
    'mongodb+srv://u:secret@db.example.com/tokens',
  ])('are fine with TLS: %s', async (uri) => {
    expect(await mongodb(uri)).toMatchObject([{ check: 'encryption', status: 'ok', fix: null }]);
  });

  test.each([
    'mongodb://u:secret@a.example.com/tokens',
    'mongodb://localhost,u.example.com/tokens',
    'mongodb+srv://u:secret@db.example.com/tokens?tls=false',
  ])('without TLS are an error in production: %s', async (uri) => {
    const findings = await mongodb(uri);
    expect(findings).toMatchObject([{ status: 'error', message: expect.stringContaining('MongoDB') }]);
    expect(JSON.stringify(findings)).not.toContain('secret');
    expect(await check({ tokenStore: { kind: 'mongodb', uri } }, false)).toMatchObject([
      { status: 'warning' },
    ]);
  });

  test.each(['tlsInsecure=true', 'tlsAllowInvalidCertificates=true', 'tlsAllowInvalidHostnames=true'])(
    'whose other end nobody makes sure of are an error: %s',
    async (option) => {
      expect(await mongodb(`mongodb://a.example.com/tokens?tls=true&${option}`)).toMatchObject([
        { status: 'error', message: expect.stringContaining('certificate') },
      ]);
    },
  );

  test.each<[string, Partial<TokenizerConfig>]>([
    ['the object store', { objectStore: s3({ endpoint: 'http://s3.example.com' }) }],
    [
      'the object store, for browsers',
      {
        objectStore: s3({ endpoint: 'https://s3.example.com', publicEndpoint: 'http://files.example.com' }),
      },
    ],
    [
      'AWS KMS',
      {
        keyProvider: {
          kind: 'aws-kms',
          keyIds: ['a'],
          region: 'eu-central-1',
          endpoint: 'http://kms.example.com',
        },
      },
    ],
    ['traces', { tracesEndpoint: 'http://collector:4318/v1/traces' }],
  ])('by plain HTTP are an error in production: %s', async (name, changes) => {
    expect(await check(changes)).toMatchObject([{ status: 'error', message: expect.stringContaining(name) }]);
  });

  test('are those of AWS unless others are named', async () => {
    expect(await check({ objectStore: s3({}) })).toMatchObject([{ status: 'ok' }]);
  });
});
