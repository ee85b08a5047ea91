import { recordFigures } from '@lunasec/proof';
import { afterAll, describe, expect, test } from '@jest/globals';
import { compactVerify, importJWK } from 'jose';
import { createHmac, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { parseConfig } from '../config/settings.js';
import { jws, rfc7515EC, rfc7515RSA, rfc7515Secret, rfc8037Ed25519 } from '../test-support/rfc-jose.js';
import { sidOf } from '../test-support/signer.js';
import { createApplicationJWTVerifier } from './application-jwt.js';
import { createApplications } from './applications.js';
import { createAssertionVerifier } from './assertion.js';

let vectors = 0;
afterAll(() => recordFigures('Vectors: JWS, JWT', { cases: vectors }));

const publicOf = ({ kty, ...key }: Record<string, string> & { kty: string }) => {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = key;
  return { kty: kty as 'RSA', ...rest };
};
const keys = { RS256: rfc7515RSA, ES256: rfc7515EC, EdDSA: rfc8037Ed25519 };
const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
/** Those whose example has a key that is strong enough for a JWT of ours. */
const published = ['ES256', 'EdDSA'] as const;
const encoding = 'ieee-p1363' as const;
const digestOf = (alg: string) => (alg === 'EdDSA' ? null : 'sha256');

const audience = 'https://tokens.example.com';
const origin = 'https://joe.example.com';
/** `joe` is an application that publishes the keys; the clock stands where its examples are fresh. */
const at = new Date(1_300_819_350_000);
const rules = {
  applications: createApplications(
    parseConfig({
      applications: [
        {
          id: 'joe',
          jwks: { keys: published.map((alg) => ({ ...publicOf(keys[alg]), kid: alg, alg })) },
          origins: [origin],
        },
      ],
    }).applications,
  ),
  audience,
  now: () => at,
};
const verifyAssertion = createAssertionVerifier(rules);
const verifyApplicationJWT = createApplicationJWTVerifier(rules);

describe.each(algorithms)('%s', (alg) => {
  const [header, payload, signature] = jws[alg].split('.') as [string, string, string];
  const data = Buffer.from(`${header}.${payload}`);

  test('the signature of the RFC verifies, by the library that JWTs are verified with and by Node.js', async () => {
    const key = createPublicKey({ key: publicOf(keys[alg]), format: 'jwk' });
    const raw = Buffer.from(signature, 'base64url');
    expect(verify(digestOf(alg), data, { key, dsaEncoding: encoding }, raw)).toBe(true);
    const { protectedHeader } = await compactVerify(jws[alg], await importJWK(publicOf(keys[alg]), alg));
    expect(protectedHeader.alg).toBe(alg);
    raw[7]! ^= 1;
    expect(verify(digestOf(alg), data, { key, dsaEncoding: encoding }, raw)).toBe(false);
    vectors++;
  });

  test('the example itself is no JWT of ours: it has no type, names no key and has no audience', async () => {
    for (const check of [verifyAssertion, verifyApplicationJWT])
      await expect(check(jws[alg])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    vectors++;
  });
});

describe.each(published)('%s', (alg) => {
  test('an assertion signed with the key of the RFC is accepted, and with one bit of it changed is not', async () => {
    const seconds = at.getTime() / 1000;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      iss: 'joe',
      aud: audience,
      sub: sidOf('joe', 'a'),
      jti: alg,
      origin,
      iat: seconds,
      exp: seconds + 30,
    };
    const text = `${encode({ alg, kid: alg, typ: 'lunasec-assertion+jwt' })}.${encode(claims)}`;
    const key = { key: createPrivateKey({ key: keys[alg], format: 'jwk' }), dsaEncoding: encoding };
    const made = sign(digestOf(alg), Buffer.from(text), key);
    await expect(verifyAssertion(`${text}.${made.toString('base64url')}`)).resolves.toMatchObject({
      id: alg,
    });
    made[7]! ^= 1;
    await expect(verifyAssertion(`${text}.${made.toString('base64url')}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    vectors++;
  });
});

test('the RSA key of RFC 7515, of 2048 bits, is too short for an application', () => {
  const jwks = { keys: [{ ...publicOf(rfc7515RSA), kid: 'RS256', alg: 'RS256' }] };
  expect(() => parseConfig({ applications: [{ id: 'joe', jwks, origins: [origin] }] })).toThrow(
    /RSA of 2048 bits/,
  );
  vectors++;
});

test('RS256 and EdDSA make the signatures of the RFCs', () => {
  for (const alg of ['RS256', 'EdDSA'] as const) {
    const [header, payload, signature] = jws[alg].split('.') as [string, string, string];
    const key = createPrivateKey({ key: keys[alg], format: 'jwk' });
    expect(sign(digestOf(alg), Buffer.from(`${header}.${payload}`), key).toString('base64url')).toBe(
      signature,
    );
    vectors++;
  }
});

test.each(['HS256', 'none'] as const)(
  'the example with %s is refused, though its issuer is known',
  async (alg) => {
    const [header, payload, signature] = jws[alg].split('.') as [string, string, string];
    const mac = createHmac('sha256', Buffer.from(rfc7515Secret, 'base64url')).update(`${header}.${payload}`);
    // As it is in the RFC, so that it is this that is refused, not a slip of the pen.
    expect(signature).toBe(alg === 'none' ? '' : mac.digest('base64url'));
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: 'joe',
      exp: 1_300_819_380,
    });
    for (const check of [verifyAssertion, verifyApplicationJWT])
      await expect(check(jws[alg])).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    vectors++;
  },
);
