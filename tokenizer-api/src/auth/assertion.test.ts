import { beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { KeyObject, sign } from 'node:crypto';
import { parseConfig } from '../config/settings.js';
import { createSigner, sidOf } from '../test-support/signer.js';
import type { Changes, Signer } from '../test-support/signer.js';
import { createApplicationJWTVerifier } from './application-jwt.js';
import { createApplications } from './applications.js';
import { createAssertionVerifier } from './assertion.js';

const audience = 'https://tokens.example.com';
const origin = 'https://app.example.com';
const at = new Date('2030-01-01T00:00:00Z');
const seconds = at.getTime() / 1000;

const setUp = (signers: Signer[], now = () => at) => {
  const { applications } = parseConfig({
    applications: signers.map((signer) => ({
      id: signer.applicationId,
      jwks: { keys: [signer.publicJWK] },
      origins: [signer.applicationId === 'shop' ? origin : 'https://other.example.com'],
    })),
  });
  const rules = { applications: createApplications(applications), audience, now };
  return {
    verifyAssertion: createAssertionVerifier(rules),
    verifyApplicationJWT: createApplicationJWTVerifier(rules),
  };
};

describe('assertions', () => {
  let shop: Signer;
  let other: Signer;
  let foreignKey: CryptoKey;
  let verifyAssertion: ReturnType<typeof setUp>['verifyAssertion'];

  beforeAll(async () => {
    const parts = { audience: () => audience, origin, now: () => at };
    shop = await createSigner({ ...parts, applicationId: 'shop' });
    other = await createSigner({ ...parts, applicationId: 'other' });
    foreignKey = (await generateKeyPair('EdDSA')).privateKey;
    ({ verifyAssertion } = setUp([shop, other]));
  });

  test('a good one names application, session and itself', async () => {
    const assertion = await verifyAssertion(await shop.assertion({ claims: { jti: 'once' } }));
    expect(assertion).toMatchObject({ sessionId: sidOf('shop', 'session-1'), id: 'once' });
    expect(assertion.application.id).toBe('shop');
  });

  test.each(['ES256', 'RS256'])('%s is accepted as well', async (alg) => {
    const signer = await createSigner({
      applicationId: 'shop',
      audience: () => audience,
      origin,
      now: () => at,
      alg,
    });
    await expect(setUp([signer]).verifyAssertion(await signer.assertion())).resolves.toMatchObject({
      sessionId: sidOf('shop', 'session-1'),
    });
  });

  test.each<[string, Changes]>([
    ['another audience', { claims: { aud: 'https://elsewhere.example.com' } }],
    ['the audience with a slash', { claims: { aud: `${audience}/` } }],
    ['several audiences', { claims: { aud: [audience, 'https://elsewhere.example.com'] } }],
    ['no audience', { claims: { aud: undefined } }],
    ['the type of an application JWT', { header: { typ: 'lunasec-application+jwt' } }],
    ['a plain type', { header: { typ: 'JWT' } }],
    ['no type', { header: { typ: undefined } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['a life of more than a minute', { claims: { exp: seconds + 61 } }],
    ['an expiry before its issue', { claims: { iat: seconds + 20, exp: seconds + 10 } }],
    ['no time of issue', { claims: { iat: undefined } }],
    ['an expiry further back than clocks may differ', { claims: { iat: seconds - 90, exp: seconds - 31 } }],
    ['an issue further ahead than clocks may differ', { claims: { iat: seconds + 31, exp: seconds + 60 } }],
    ['a start further ahead than clocks may differ', { claims: { nbf: seconds + 31 } }],
    ['no id', { claims: { jti: undefined } }],
    ['an empty id', { claims: { jti: '' } }],
    ['an endless id', { claims: { jti: 'x'.repeat(129) } }],
    ['an id that is no text', { claims: { jti: 7 } }],
    ['no session', { claims: { sub: undefined } }],
    ["the app's own session id", { claims: { sub: 'session-1' } }],
    ['no origin', { claims: { origin: undefined } }],
    ['a foreign origin', { claims: { origin: 'https://evil.example.com' } }],
    ["another application's origin", { claims: { origin: 'https://other.example.com' } }],
    ['an origin that only begins alike', { claims: { origin: `${origin}.evil.example.com` } }],
    ['several origins', { claims: { origin: [origin] } }],
    ['an unknown application', { claims: { iss: 'nobody' } }],
    ["another application's name", { claims: { iss: 'other' } }],
    ['no issuer', { claims: { iss: undefined } }],
    ['an unknown key id', { header: { kid: 'other-key' } }],
    ['no key id', { header: { kid: undefined } }],
    ['an empty key id', { header: { kid: '' } }],
  ])('one with %s is refused', async (_, changes) => {
    await expect(verifyAssertion(await shop.assertion(changes))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('clocks may be 30 seconds apart', async () => {
    const behind = await shop.assertion({ claims: { iat: seconds - 89, exp: seconds - 29 } });
    const ahead = await shop.assertion({ claims: { iat: seconds + 30, exp: seconds + 90 } });
    await expect(verifyAssertion(behind)).resolves.toBeDefined();
    await expect(verifyAssertion(ahead)).resolves.toBeDefined();
  });

  test('one signed with a foreign key is refused', async () => {
    await expect(verifyAssertion(await shop.assertion({ key: foreignKey }))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test.each(['jwk', 'jku', 'x5u', 'x5c'])(
    'a key that comes with it, as %s, is not looked at',
    async (name) => {
      const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
      const jwk = { ...(await exportJWK(publicKey)), kid: 'shop-key', alg: 'EdDSA' };
      const header = {
        jwk,
        jku: 'https://evil.example.com/jwks.json',
        x5u: 'https://evil.example.com/',
        x5c: [],
      };
      const changes = { header: { [name]: header[name as 'jwk'] }, key: privateKey };
      await expect(verifyAssertion(await shop.assertion(changes))).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    },
  );

  test('one whose header marks something as critical is refused, as nothing is known to it', async () => {
    const [header, payload] = (await shop.assertion()).split('.') as [string, string];
    const claims = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
    const resigned = (changes: object) => {
      const text = Buffer.from(JSON.stringify({ ...claims, ...changes })).toString('base64url');
      const data = Buffer.from(`${text}.${payload}`);
      const signature = sign(null, data, KeyObject.from(shop.privateKey));
      return verifyAssertion(`${data.toString()}.${signature.toString('base64url')}`);
    };
    await expect(resigned({})).resolves.toBeDefined();
    for (const changes of [
      { crit: ['x'], x: 1 },
      { crit: ['exp'], exp: 1 },
      { crit: [] },
      { crit: ['b64'], b64: false },
      { crit: ['b64'], b64: true },
    ])
      await expect(resigned(changes)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('one that was changed after signing is refused', async () => {
    const [header, payload, signature] = (await shop.assertion()).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: sidOf('shop', 'admin') })).toString(
      'base64url',
    );
    for (const jwt of [`${header}.${forged}.${signature}`, `${header}.${payload}.`, `${header}.${payload}`])
      await expect(verifyAssertion(jwt)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('"alg": "none" is refused', async () => {
    const jwt = new UnsecuredJWT({ origin, jti: 'x' })
      .setIssuer('shop')
      .setAudience(audience)
      .setSubject(sidOf('shop', 'session-1'))
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .encode();
    await expect(verifyAssertion(jwt)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const [, payload] = jwt.split('.');
    const header = Buffer.from('{"alg":"none","typ":"lunasec-assertion+jwt"}').toString('base64url');
    await expect(verifyAssertion(`${header}.${payload}.`)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('the public key, used as the secret of an HMAC, opens nothing', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', {
      extractable: true,
      modulusLength: 3072,
    });
    const rsa = await createSigner({
      applicationId: 'shop',
      audience: () => audience,
      origin,
      now: () => at,
      alg: 'RS256',
    });
    // The application publishes this key, without saying what it is for.
    rsa.publicJWK = { ...(await exportJWK(publicKey)), kid: 'shop-key' };
    const { verifyAssertion: verify } = setUp([rsa]);
    await expect(verify(await rsa.assertion({ key: privateKey }))).resolves.toBeDefined();
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(rsa.publicJWK)]) {
      const jwt = await rsa.assertion({ header: { alg: 'HS256' }, key: Buffer.from(secret) });
      await expect(verify(jwt)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
  });

  test.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', `${'a'.repeat(5000)}.${'b'.repeat(5000)}.c`])(
    'what is no JWT is refused: %#',
    async (text) => {
      await expect(verifyAssertion(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    },
  );

  test('messages tell nothing of the JWT itself', async () => {
    const jwt = await shop.assertion({ claims: { aud: 'https://elsewhere.example.com' } });
    const message = await verifyAssertion(jwt).catch((error: Error) => error.message);
    for (const part of jwt.split('.')) expect(message).not.toContain(part);
  });
});

describe('application JWTs', () => {
  let shop: Signer;
  let now: Date;
  let verifyApplicationJWT: ReturnType<typeof setUp>['verifyApplicationJWT'];

  beforeAll(async () => {
    shop = await createSigner({ applicationId: 'shop', audience: () => audience, origin, now: () => at });
    ({ verifyApplicationJWT } = setUp([shop], () => now));
  });

  test('a good one names the application, again and again until it expires', async () => {
    now = at;
    const jwt = await shop.applicationJWT();
    expect((await verifyApplicationJWT(jwt)).id).toBe('shop');
    now = new Date(at.getTime() + 89_000);
    expect((await verifyApplicationJWT(jwt)).id).toBe('shop');
    now = new Date(at.getTime() + 91_000);
    await expect(verifyApplicationJWT(jwt)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each<[string, Changes]>([
    ['the type of an assertion', { header: { typ: 'lunasec-assertion+jwt' } }],
    ['a session as its subject', { claims: { sub: sidOf('shop', 'session-1') } }],
    ['another audience', { claims: { aud: 'https://elsewhere.example.com' } }],
    ['a life of more than a minute', { claims: { exp: seconds + 61 } }],
    ['an unknown application', { claims: { iss: 'nobody', sub: 'nobody' } }],
  ])('one with %s is refused', async (_, changes) => {
    now = at;
    await expect(verifyApplicationJWT(await shop.applicationJWT(changes))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });

  test('one that was remembered does not let a changed one through', async () => {
    now = at;
    const jwt = await shop.applicationJWT();
    await verifyApplicationJWT(jwt);
    const [header, payload, signature] = jwt.split('.') as [string, string, string];
    const swapped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    await expect(verifyApplicationJWT(`${header}.${payload}.${swapped}`)).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});
