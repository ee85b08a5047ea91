import { recordFigures } from '@lunasec/proof';
import { afterAll, describe, expect, test } from '@jest/globals';
import { calculateJwkThumbprint } from 'jose';
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { createSigner, publicKeysOf } from './signer.js';
import { sidOf } from './sid.js';
import { parseSigningKeys } from './signing-key.js';

let vectors = 0;
afterAll(() => recordFigures('Vectors: keys and names of the SDK', { cases: vectors }));

/** RFC 8037, appendix A.1. Published, so it protects nothing. */
const ed25519 = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};
const [key] = parseSigningKeys(JSON.stringify(ed25519), 'a test');

test('RFC 8037, appendix A.4: the key signs what it signs there', () => {
  const text = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc';
  expect(key!.algorithm).toBe('EdDSA');
  expect(sign(null, Buffer.from(text), key!.privateKey).toString('base64url')).toBe(
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  );
  vectors++;
});

test('RFC 8037, appendix A.3: its thumbprint is the kid that it is published under', async () => {
  const thumbprint = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';
  const canonical = `{"crv":"Ed25519","kty":"OKP","x":"${ed25519.x}"}`;
  expect(createHash('sha256').update(canonical).digest('base64url')).toBe(thumbprint);
  const { keys } = await publicKeysOf([key!]);
  expect(keys).toEqual([
    { kty: 'OKP', crv: 'Ed25519', x: ed25519.x, kid: thumbprint, alg: 'EdDSA', use: 'sig' },
  ]);
  vectors++;
});

test('what is signed with it verifies under its public key of the RFC, and by Node.js alone', async () => {
  const signer = createSigner({ findKeys: async () => [key!], now: () => new Date(0) });
  const jwt = await signer.sign({ iss: 'shop' }, 'lunasec-application+jwt');
  const [header, payload, signature] = jwt.split('.') as [string, string, string];
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: ed25519.x }, format: 'jwk' });
  expect(
    verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url')),
  ).toBe(true);
  // Ed25519 has one signature of a text.
  expect(sign(null, Buffer.from(`${header}.${payload}`), key!.privateKey).toString('base64url')).toBe(
    signature,
  );
  vectors++;
});

test('RFC 7638 §3.1: the thumbprint of an RSA key', async () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
  const thumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
  expect(createHash('sha256').update(`{"e":"AQAB","kty":"RSA","n":"${n}"}`).digest('base64url')).toBe(
    thumbprint,
  );
  expect(await calculateJwkThumbprint({ kty: 'RSA', n, e: 'AQAB' })).toBe(thumbprint);
  vectors++;
});

describe('SHA-256, as sessions are named with it', () => {
  // FIPS 180-4, NIST's example values.
  test.each([
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('%s', (text, digest) => {
    expect(createHash('sha256').update(text).digest('hex')).toBe(digest);
    vectors++;
  });

  test('a name is that of its three parts, by WebCrypto as well', async () => {
    const bytes = new TextEncoder().encode('demo\u0000session-1');
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('base64url');
    expect(sidOf('demo', 'session-1')).toBe(digest);
    vectors++;
  });

  // RFC 4648 §10 and §5.
  test.each([
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foobar', 'Zm9vYmFy'],
    ['\u00fb\u00ff', '-_8'],
  ])('base64url: RFC 4648, %j', (text, encoded) => {
    expect(Buffer.from(text, 'latin1').toString('base64url')).toBe(encoded);
    vectors++;
  });
});
