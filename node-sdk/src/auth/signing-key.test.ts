import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createSigner } from './signer.js';
import { loadSigningKey } from './signing-key.js';
import type { Secrets } from './signing-key.js';

let directory: string;
const warnings: string[] = [];
const log = { warn: (message: string) => void warnings.push(message) };
const load = (secrets: Secrets) => loadSigningKey(secrets, log);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-keys-'));
  warnings.length = 0;
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  delete process.env.LUNASEC_SIGNING_KEY;
  delete process.env.OTHER_KEY;
});

const pem = (key: ReturnType<typeof generateKeyPairSync>['privateKey']) =>
  key.export({ format: 'pem', type: 'pkcs8' }).toString();

describe('a signing key in a file', () => {
  test('is created when missing: Ed25519, for its owner alone, and kept from then on', async () => {
    const path = join(directory, 'deep', 'key.json');
    const { privateKey, algorithm } = load({ source: 'file', path, createIfMissing: true });
    expect(algorithm).toBe('EdDSA');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      kty: 'OKP',
      crv: 'Ed25519',
      d: expect.any(String),
    });
    expect(load({ source: 'file', path, createIfMissing: true }).privateKey.equals(privateKey)).toBe(true);
    // No draft is left behind.
    expect(readdirSync(join(directory, 'deep'))).toEqual(['key.json']);
  });

  test('is not created unless asked for', () => {
    const path = join(directory, 'key.json');
    expect(() => load({ source: 'file', path })).toThrow('createIfMissing');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('that others can read is reported', () => {
    const path = join(directory, 'key.json');
    load({ source: 'file', path, createIfMissing: true });
    expect(warnings).toEqual([]);
    chmodSync(path, 0o644);
    load({ source: 'file', path });
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  test('may be PEM', () => {
    const path = join(directory, 'key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(path, pem(privateKey), { mode: 0o600 });
    expect(load({ source: 'file', path }).algorithm).toBe('ES256');
  });
});

describe('a signing key in the environment', () => {
  test('is a JWK in LUNASEC_SIGNING_KEY', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    process.env.LUNASEC_SIGNING_KEY = JSON.stringify(privateKey.export({ format: 'jwk' }));
    expect(load({ source: 'environment' }).privateKey.equals(privateKey)).toBe(true);
  });

  test('may be PEM in a variable of another name, its line breaks written as \\n', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    process.env.OTHER_KEY = pem(privateKey).replaceAll('\n', '\\n');
    expect(load({ source: 'environment', variable: 'OTHER_KEY' })).toMatchObject({ algorithm: 'RS256' });
  });

  test.each([
    ['missing', undefined, 'LUNASEC_SIGNING_KEY must hold'],
    ['empty', '', 'LUNASEC_SIGNING_KEY must hold'],
    ['no key', 'hunter2', 'neither a private JWK nor PKCS#8'],
    ['broken JSON', '{"kty":"OKP","d":"hunter2"', 'neither a private JWK nor PKCS#8'],
    ['a shared secret', '{"kty":"oct","k":"hunter2"}', 'neither a private JWK nor PKCS#8'],
    [
      'a public key',
      JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })),
      'neither a private JWK nor PKCS#8',
    ],
    ['a curve for other things', pem(generateKeyPairSync('x25519').privateKey), 'must be Ed25519'],
    [
      'a curve that no tokenizer takes',
      pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
      'P-256',
    ],
    ['too short', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), '2048'],
  ])('that is %s is refused, and not repeated', (_name, text, message) => {
    if (text !== undefined) process.env.LUNASEC_SIGNING_KEY = text;
    const attempt = () => load({ source: 'environment' });
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow('hunter2');
  });
});

describe('a signer', () => {
  const keys = {
    EdDSA: generateKeyPairSync('ed25519').privateKey,
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  };

  test.each(['EdDSA', 'ES256', 'RS256'] as const)(
    'signs with %s what its public keys verify',
    async (algorithm) => {
      const signer = createSigner({ privateKey: keys[algorithm], algorithm });
      const jwt = await signer.sign({ iss: 'app' }, 'test+jwt');
      const jwks = await signer.publicKeys();
      const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(jwks), { typ: 'test+jwt' });
      expect(payload).toEqual({ iss: 'app' });
      expect(protectedHeader).toEqual({ alg: algorithm, typ: 'test+jwt', kid: jwks.keys[0]!.kid });
    },
  );

  test('publishes nothing private, under the thumbprint of the key', async () => {
    const { keys: published } = await createSigner({
      privateKey: keys.EdDSA,
      algorithm: 'EdDSA',
    }).publicKeys();
    const { x } = keys.EdDSA.export({ format: 'jwk' });
    // RFC 7638 §3, RFC 8037 §2: the required members in the order of their names.
    const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
    expect(published).toEqual([{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }]);
  });
});
