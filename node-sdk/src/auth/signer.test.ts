import { describe, expect, test } from '@jest/globals';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { generateSigningKey, printSigningKeys, rotateKeys } from './key-set.js';
import { createSigner } from './signer.js';
import { parseSigningKeys, signingKeyAt } from './signing-key.js';
import type { SigningKey } from './signing-key.js';

const now = () => new Date();

describe('a signer', () => {
  const keys = {
    EdDSA: generateKeyPairSync('ed25519').privateKey,
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    RS256: generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey,
  };

  test.each(['EdDSA', 'ES256', 'RS256'] as const)(
    'signs with %s what its public keys verify',
    async (algorithm) => {
      const signer = createSigner({ findKeys: () => [{ privateKey: keys[algorithm], algorithm }], now });
      const jwt = await signer.sign({ iss: 'app' }, 'test+jwt');
      const jwks = await signer.publicKeys();
      const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(jwks), { typ: 'test+jwt' });
      expect(payload).toEqual({ iss: 'app' });
      expect(protectedHeader).toEqual({ alg: algorithm, typ: 'test+jwt', kid: jwks.keys[0]!.kid });
    },
  );

  test('publishes nothing private, under the thumbprint of the key', async () => {
    const { keys: published } = await createSigner({
      findKeys: () => [{ privateKey: keys.EdDSA, algorithm: 'EdDSA', notBefore: 7 }],
      now,
    }).publicKeys();
    const { x } = keys.EdDSA.export({ format: 'jwk' });
    // RFC 7638 §3, RFC 8037 §2: the required members in the order of their names.
    const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
    expect(published).toEqual([{ kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' }]);
  });
});

describe('rotation', () => {
  const start = 1_900_000_000;
  const hour = 3600;
  const key = (notBefore?: number): SigningKey => ({
    privateKey: generateSigningKey('EdDSA'),
    algorithm: 'EdDSA',
    notBefore,
  });
  const at = (keys: readonly SigningKey[], seconds: number) =>
    createSigner({ findKeys: () => keys, now: () => new Date(seconds * 1000) });
  const next = (notBefore: number) => ({ ...key(), notBefore });

  test('the next key is published at once and signs from its time on', async () => {
    const first = key();
    const keys = rotateKeys([first], next(start + hour), start - hour);
    const signer = (seconds: number) => at(keys, seconds);
    const published = (await signer(start).publicKeys()).keys.map(({ kid }) => kid);
    expect(published).toHaveLength(2);
    const signedBy = async (seconds: number) =>
      published.indexOf(decodeProtectedHeader(await signer(seconds).sign({}, 'test+jwt')).kid!);
    expect(await Promise.all([0, hour - 1, hour, 9 * hour].map((later) => signedBy(start + later)))).toEqual([
      0, 0, 1, 1,
    ]);
  });

  test('a verifier accepts every JWT, though it fetches the keys only now and then', async () => {
    let keys = [key()];
    // Seconds for which a verifier uses what it fetched: five minutes of HTTP caches, ten of the tokenizer's.
    const maxAge = 15 * 60;
    let known = await at(keys, start).publicKeys();
    let fetched = start;
    for (let minute = 0; minute < 5 * 60; minute++) {
      const time = start + minute * 60;
      if (minute % 100 === 99) keys = rotateKeys(keys, next(time + hour), time - hour);
      // The worst of all: it fetched just before anything changed, and fetches as late as it may.
      const before = known;
      if (time - fetched >= maxAge) [known, fetched] = [await at(keys, time).publicKeys(), time];
      const jwt = await at(keys, time).sign({ minute }, 'test+jwt');
      const { payload } = await jwtVerify(jwt, createLocalJWKSet(before));
      expect(payload).toEqual({ minute });
    }
    // Of four keys, the first is gone: it has not signed for long enough.
    expect(keys).toHaveLength(3);
  });

  test('a key that signs before it was published is refused by such a verifier', async () => {
    const first = key();
    const known = await at([first], start).publicKeys();
    const keys = rotateKeys([first], next(start), start - hour);
    const jwt = await at(keys, start).sign({}, 'test+jwt');
    await expect(jwtVerify(jwt, createLocalJWKSet(known))).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await jwtVerify(await at([first], start).sign({}, 'test+jwt'), createLocalJWKSet(known));
  });

  test('keys go once another has signed for long enough', () => {
    const [old, current] = [key(), next(start)];
    const keep = rotateKeys([old, current], next(start + 9 * hour), start - 1);
    expect(keep).toHaveLength(3);
    expect(rotateKeys([old, current], next(start + 9 * hour), start)).toHaveLength(3);
    expect(rotateKeys([old, current], next(start + 9 * hour), start + 1)[0]).toBe(current);
  });

  test('what is written is what is read', () => {
    const keys = [key(), next(start)];
    const read = parseSigningKeys(printSigningKeys(keys), 'a test');
    expect(read.map(({ notBefore }) => notBefore)).toEqual([undefined, start]);
    expect(read.every(({ privateKey }, i) => privateKey.equals(keys[i]!.privateKey))).toBe(true);
  });

  test('before the first may sign, none does', () => {
    expect(() => signingKeyAt([next(start)], new Date((start - 1) * 1000))).toThrow(
      'the first may from 2030-03-17T17:46:40.000Z',
    );
  });
});
