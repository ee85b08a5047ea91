import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHash, createPublicKey, KeyObject, randomUUID, sign, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import { parseConfig } from '../config/settings.js';
import type { Audit } from '../services/audit.js';
import { createSessions } from '../services/sessions.js';
import { openSqliteTokenStore } from '../stores/token-store/sqlite.js';
import type { TokenStore } from '../stores/token-store/port.js';
import { createSigner, sidOf } from '../test-support/signer.js';
import type { Signer } from '../test-support/signer.js';
import { createApplicationJWTVerifier } from './application-jwt.js';
import { createApplications } from './applications.js';
import { createAssertionVerifier } from './assertion.js';
import { createAuthentication } from './caller.js';
import { createKeySet, usableKeys } from './key-set.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('assertions and application JWTs');
afterAll(fuzz.record);

const audience = 'https://tokens.example.com';
const at = new Date('2030-01-01T00:00:00Z');
const seconds = at.getTime() / 1000;
const algorithms: Record<string, string> = { eddsa: 'EdDSA', ecdsa: 'ES256', rsa: 'RS256', other: 'EdDSA' };
const originOf = (id: string) => `https://${id}.example.com`;

let signers: Record<string, Signer>;
let verifiers: {
  assertion: (jwt: string) => Promise<unknown>;
  application: (jwt: string) => Promise<unknown>;
};
/** Good ones of every application and kind, in order. */
let good: string[];

beforeAll(async () => {
  const made = Object.entries(algorithms).map(async ([applicationId, alg]) => {
    const parts = {
      applicationId,
      alg,
      audience: () => audience,
      origin: originOf(applicationId),
      now: () => at,
    };
    return [applicationId, await createSigner(parts)] as const;
  });
  signers = Object.fromEntries(await Promise.all(made));
  const { applications } = parseConfig({
    applications: Object.values(signers).map(({ applicationId, publicJWK }) => ({
      id: applicationId,
      jwks: { keys: [publicJWK] },
      origins: [originOf(applicationId)],
    })),
  });
  const rules = { applications: createApplications(applications), audience, now: () => at };
  verifiers = {
    assertion: createAssertionVerifier(rules),
    application: createApplicationJWTVerifier(rules),
  };
  const all = Object.values(signers).map((it) => [it.assertion(), it.assertion(), it.applicationJWT()]);
  good = await Promise.all(all.flat());
});

type Claims = Record<string, unknown>;

/** What a JWT is worth by the rules as they are documented, found out without the library that the product uses. */
function worth(jwt: string): 'assertion' | 'application' | undefined {
  try {
    const [head, body, signature, ...rest] = jwt.split('.') as [string, string, string];
    if (rest.length > 0 || jwt.length > 8192) return undefined;
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
    const [header, claims] = [read(head), read(body)];
    const { iss } = claims;
    const signer = typeof iss === 'string' && Object.hasOwn(signers, iss) ? signers[iss] : undefined;
    if (!signer) return undefined;
    const { applicationId: id, publicJWK } = signer;
    if (header.alg !== algorithms[id] || header.kid !== `${id}-key` || 'crit' in header) return undefined;
    const isAuthentic = verify(
      header.alg === 'EdDSA' ? null : 'sha256',
      Buffer.from(`${head}.${body}`),
      { key: createPublicKey({ key: publicJWK as JsonWebKey, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    if (!isAuthentic || claims.aud !== audience) return undefined;
    const { iat, exp, nbf, sub, jti, origin } = claims;
    if (typeof iat !== 'number' || typeof exp !== 'number') return undefined;
    if (exp <= iat || exp - iat > 60 || iat > seconds + 30 || exp <= seconds - 30) return undefined;
    if (nbf !== undefined && (typeof nbf !== 'number' || nbf > seconds + 30)) return undefined;
    if (header.typ === 'lunasec-application+jwt') return sub === id ? 'application' : undefined;
    const server = createHash('sha256').update(`${id}\u0001server`).digest('base64url');
    return header.typ === 'lunasec-assertion+jwt' &&
      typeof sub === 'string' &&
      /^[\w-]{43}$/.test(sub) &&
      sub !== server &&
      typeof jti === 'string' &&
      jti.length >= 1 &&
      jti.length <= 128 &&
      origin === originOf(id)
      ? 'assertion'
      : undefined;
  } catch {
    return undefined;
  }
}

/** Both verifiers say what the rules say, and refuse with the one code. Two cases. */
async function attack(jwt: string, isExact = false): Promise<2> {
  const expected = worth(jwt);
  for (const kind of ['assertion', 'application'] as const) {
    let isTaken = true;
    await verifiers[kind](jwt).catch((error: unknown) => {
      isTaken = false;
      assert.ok(error instanceof ProblemError, `${kind}: ${String(error)}`);
      assert.equal(error.code, 'UNAUTHENTICATED', `${kind}: ${error.code}`);
      // Nothing of a signature or of claims that were made up belongs in a message.
      for (const part of jwt.split('.')) assert.ok(part.length < 12 || !error.message.includes(part));
    });
    if (isTaken || isExact)
      assert.equal(isTaken, expected === kind, `${kind} of ${expected ?? 'nothing'}: ${jwt}`);
  }
  return 2;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;
const replaceAt = (text: string, where: number, by: string) =>
  text.slice(0, where) + by + text.slice(where + 1);

test('(the good ones are taken, each as what it is)', async () => {
  for (const [index, jwt] of good.entries()) {
    expect(worth(jwt)).toBe(index % 3 === 2 ? 'application' : 'assertion');
    await attack(jwt, true);
  }
});

describe('of what was not signed as it is, nothing is taken', () => {
  type Change = (parts: [string, string, string], pick: (below: number) => number, other: string[]) => string;
  const changes: Record<string, Change> = {
    'one sign is another': (parts, pick) => {
      const jwt = parts.join('.');
      return replaceAt(jwt, pick(jwt.length), alphabet[pick(64)]!);
    },
    'one sign is anything': (parts, pick) => {
      const jwt = parts.join('.');
      return replaceAt(
        jwt,
        pick(jwt.length),
        String.fromCodePoint(pick(4) === 0 ? pick(0x10ffff) : pick(256)),
      );
    },
    'one bit of a part': (parts, pick) => {
      const which = pick(3);
      const bytes = Buffer.from(parts[which]!, 'base64url');
      bytes[pick(bytes.length)]! ^= 1 << pick(8);
      return parts.map((part, at) => (at === which ? bytes.toString('base64url') : part)).join('.');
    },
    'cut or doubled somewhere': (parts, pick) => {
      const jwt = parts.join('.');
      const [from, to] = [pick(jwt.length), pick(jwt.length)];
      return jwt.slice(0, from) + jwt.slice(to);
    },
    'parts of two': (parts, pick, other) =>
      parts.map((part, at) => (pick(2) === 0 ? part : other[at])).join('.'),
    'parts in another order, or another number of them': (parts, pick) =>
      Array.from({ length: pick(6) }, () => ['', ...parts][pick(4)]).join('.'),
    'padding, line breaks and other alphabets': (parts, pick) => {
      const which = pick(3);
      const rewrite = [
        (part: string) => `${part}=`,
        (part: string) => `${part}==`,
        (part: string) => ` ${part}`,
        (part: string) => `${part}\n`,
        (part: string) => part.replaceAll('-', '+').replaceAll('_', '/'),
        (part: string) => part.toUpperCase(),
        (part: string) => `${part}\u0000`,
        (part: string) => `${part}A`,
      ][pick(8)]!;
      return parts.map((part, at) => (at === which ? rewrite(part) : part)).join('.');
    },
    'the same JSON, written otherwise': (parts, pick) => {
      const which = pick(2);
      const json = Buffer.from(parts[which]!, 'base64url').toString();
      const rewritten = [
        ` ${json}`,
        `${json}\n`,
        json.replace(':', ': '),
        JSON.stringify(JSON.parse(json), null, 1),
        `\ufeff${json}`,
      ][pick(5)]!;
      return parts.map((part, at) => (at === which ? encode(rewritten) : part)).join('.');
    },
    'another algorithm in its header': ([, body, signature], pick) => {
      const alg = [
        'none',
        'None',
        'HS256',
        'RS256',
        'ES256',
        'EdDSA',
        'PS256',
        'ES384',
        'Ed25519',
        '',
        null,
        0,
        ['EdDSA'],
      ][pick(13)];
      const kid = ['eddsa-key', 'ecdsa-key', 'rsa-key', '../../dev/null', '__proto__', '', null][pick(7)];
      const header = encode({ alg, kid, typ: 'lunasec-assertion+jwt' });
      return `${header}.${body}.${pick(2) === 0 ? '' : signature}`;
    },
    'another signature': ([head, body, signature], pick) => {
      const bytes = Buffer.from(signature, 'base64url');
      const made = [
        Buffer.alloc(0),
        Buffer.alloc(bytes.length),
        Buffer.alloc(bytes.length, 255),
        bytes.subarray(0, pick(bytes.length)),
        Buffer.concat([bytes, Buffer.alloc(1 + pick(9))]),
        Buffer.from(bytes).reverse(),
      ][pick(6)]!;
      return `${head}.${body}.${made.toString('base64url')}`;
    },
  };

  test.each(Object.entries(changes))('%s', async (_name, change) => {
    await fuzz.checkAsync(
      { quick: 60, whole: 2000 },
      fc.tuple(fc.nat(), fc.nat(), fc.infiniteStream(fc.nat())),
      async ([one, other, picks]) => {
        const jwt = good[one % good.length]!;
        const pick = (below: number) => (picks.next().value as number) % Math.max(1, below);
        const changed = change(
          jwt.split('.') as [string, string, string],
          pick,
          good[other % good.length]!.split('.'),
        );
        // Stray bits at the end of base64 are nobody's: such a one is the same JWT, and works as often as it.
        const [header, body] = changed.split('.');
        if (jwt.startsWith(`${header}.${body}.`)) return attack(changed);
        assert.ok(good.includes(changed) || worth(changed) === undefined, 'a forgery that the rules allow');
        return attack(changed, true);
      },
    );
  });

  test('text that is none', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(fc.oneof(fc.json().map(encode), fc.base64String(), fc.constant('')), { maxLength: 5 })
        .map((parts) => parts.join('.')),
      fc.constantFrom(
        '.',
        '..',
        '...',
        'a'.repeat(100_000),
        `${'.'.repeat(10_000)}`,
        'eyJhbGciOiJub25lIn0..',
        `${encode({ iss: 'eddsa' })}.${encode({ iss: 'eddsa' })}.`,
      ),
      fc
        .tuple(fc.anything(), fc.anything())
        .map(([header, body]) => `${encode({ value: String(typeof header) })}.${encode(typeof body)}.AA`),
    );
    await fuzz.checkAsync({ quick: 400, whole: 20_000 }, text, (jwt) => attack(jwt, true));
  });
});

/** Signs whatever it is as the application would. */
function signed(id: string, header: unknown, claims: unknown): string {
  const data = `${encode(header)}.${encode(claims)}`;
  const key = { key: KeyObject.from(signers[id]!.privateKey), dsaEncoding: 'ieee-p1363' as const };
  return `${data}.${sign(algorithms[id] === 'EdDSA' ? null : 'sha256', Buffer.from(data), key).toString('base64url')}`;
}

describe('of what an application signs', () => {
  const time = fc.oneof(
    fc.integer({ min: -95, max: 95 }).map((away) => seconds + away),
    fc.integer({ min: -95, max: 95 }).map((away) => seconds + away + 0.5),
    fc.constantFrom<unknown>(
      0,
      -1,
      1e308,
      2 ** 53,
      null,
      '1',
      String(seconds),
      [seconds],
      {},
      true,
      undefined,
    ),
  );
  const odd = fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    0,
    1,
    true,
    [],
    {},
    'x'.repeat(129),
    '\ud800',
    '__proto__',
    ['eddsa'],
  );
  const orOdd = (...usual: unknown[]) =>
    fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: odd });
  const claims = fc.record({
    iss: orOdd('eddsa'),
    aud: fc.oneof(
      { weight: 8, arbitrary: fc.constant<unknown>(audience) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<unknown>(
          `${audience}/`,
          [audience],
          [audience, 'a'],
          'HTTPS://TOKENS.EXAMPLE.COM',
          undefined,
          null,
        ),
      },
    ),
    sub: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom<unknown>(sidOf('eddsa', 'a'), 'eddsa') },
      {
        weight: 1,
        arbitrary: fc.oneof(
          odd,
          fc.constant(createHash('sha256').update('eddsa\u0001server').digest('base64url')),
          fc.string(),
        ),
      },
    ),
    jti: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom<unknown>('once', 'x'.repeat(128), ' ') },
      { weight: 1, arbitrary: odd },
    ),
    origin: fc.oneof(
      { weight: 6, arbitrary: fc.constant<unknown>(originOf('eddsa')) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<unknown>(
          originOf('other'),
          `${originOf('eddsa')}/`,
          'null',
          '*',
          undefined,
          [originOf('eddsa')],
        ),
      },
    ),
    iat: fc.oneof({ weight: 2, arbitrary: fc.constant<unknown>(seconds) }, { weight: 1, arbitrary: time }),
    exp: fc.oneof(
      { weight: 2, arbitrary: fc.constant<unknown>(seconds + 60) },
      { weight: 1, arbitrary: time },
    ),
    nbf: fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>(undefined) }, { weight: 1, arbitrary: time }),
    extra: fc.oneof(
      { weight: 4, arbitrary: fc.constant<unknown>(undefined) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
  });
  const header = fc.record({
    alg: orOdd('EdDSA'),
    kid: orOdd('eddsa-key', 'eddsa-key', 'eddsa-key', 'other-key'),
    typ: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<unknown>('lunasec-assertion+jwt', 'lunasec-application+jwt') },
      { weight: 1, arbitrary: odd },
    ),
    crit: fc.oneof(
      { weight: 9, arbitrary: fc.constant<unknown>(undefined) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>([], ['exp'], ['b64'], ['x'], 'x', {}) },
    ),
    b64: fc.oneof(
      { weight: 9, arbitrary: fc.constant<unknown>(undefined) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(true) },
    ),
    jwk: fc.oneof(
      { weight: 6, arbitrary: fc.constant<unknown>(undefined) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>({}, 'x', { kty: 'oct', k: 'AA' }) },
    ),
  });

  test('exactly what the rules allow is taken, whatever it claims', async () => {
    let taken = 0;
    let refused = 0;
    await fuzz.checkAsync({ quick: 1000, whole: 25_000 }, fc.tuple(header, claims), ([head, body]) => {
      const jwt = signed('eddsa', head, body);
      if (worth(jwt)) taken++;
      else refused++;
      return attack(jwt, true);
    });
    expect(Math.min(taken, refused)).toBeGreaterThan(50);
  });

  test('nothing is taken that is no object of claims, or names another application', async () => {
    const bodies = fc.oneof(
      fc.json(),
      fc.constantFrom('', '{', '[]', 'null', '"x"', '{"iss":"eddsa"', '\ud800', '[{"iss":"eddsa"}]'),
    );
    await fuzz.checkAsync(
      { quick: 300, whole: 15_000 },
      fc.tuple(bodies, fc.constantFrom('eddsa', 'other')),
      ([body, id]) =>
        attack(signed(id, { alg: 'EdDSA', kid: `${id}-key`, typ: 'lunasec-assertion+jwt' }, body), true),
    );
    for (const id of ['ecdsa', 'rsa', 'other'])
      await attack(signed(id, decode(good[0]!.split('.')[0]!), decode(good[0]!.split('.')[1]!)), true);
  });
});

describe('an assertion creates one session', () => {
  let directory: string;
  let store: TokenStore;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tokenizer-fuzz-'));
    store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
  });
  afterAll(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('in whatever way it is written the second time', async () => {
    const sessions = createSessions({
      store,
      verifyAssertion: verifiers.assertion as Parameters<typeof createSessions>[0]['verifyAssertion'],
      audit: { record: async () => undefined } as unknown as Audit,
      now: () => at,
    });
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    /** All the ways of writing the same signature that a lenient decoder, or ECDSA itself, allows. */
    const again = (jwt: string, pick: number) => {
      const [header, body, signature] = jwt.split('.') as [string, string, string];
      const bytes = Buffer.from(signature, 'base64url');
      const last = alphabet.indexOf(signature.at(-1)!);
      const spare = signature.length % 4 === 2 ? 16 : signature.length % 4 === 3 ? 4 : 1;
      const s = BigInt(`0x${bytes.subarray(32, 64).toString('hex') || '0'}`);
      const other = Buffer.concat([
        bytes.subarray(0, 32),
        Buffer.from((order - s < 0n ? 0n : order - s).toString(16).padStart(64, '0'), 'hex'),
      ]);
      return [
        jwt,
        `${header}.${body}.${signature.slice(0, -1)}${alphabet[last - (last % spare) + (pick % spare)]!}`,
        `${header}.${body}.${other.toString('base64url')}`,
        `${header}.${body}.${signature}${'='.repeat(1 + (pick % 2))}`,
        `${header}.${body}.${bytes.toString('base64')}`,
      ][pick % 5]!;
    };
    await fuzz.checkAsync(
      { quick: 100, whole: 2000 },
      fc.tuple(fc.constantFrom('eddsa', 'ecdsa'), fc.array(fc.nat(), { minLength: 2, maxLength: 4 })),
      async ([id, picks]) => {
        const claims = {
          iss: id,
          aud: audience,
          sub: sidOf(id, 'a'),
          jti: randomUUID(),
          origin: originOf(id),
          iat: seconds,
          exp: seconds + 60,
        };
        const jwt = signed(
          id,
          { alg: algorithms[id], kid: `${id}-key`, typ: 'lunasec-assertion+jwt' },
          claims,
        );
        let created = 0;
        for (const one of [...picks.map((pick) => again(jwt, pick)), jwt, jwt])
          await sessions.create(one, 'request').then(
            () => created++,
            (error: unknown) => {
              assert.ok(error instanceof ProblemError, String(error));
              assert.ok(['ASSERTION_REPLAYED', 'UNAUTHENTICATED'].includes(error.code), error.code);
            },
          );
        assert.equal(created, 1);
        return picks.length + 2;
      },
    );
  });
});

test('any Authorization header but a good one is refused, and none is nobody', async () => {
  const authenticate = createAuthentication({
    applications: new Map(),
    verifyApplicationJWT: async () => {
      throw new ProblemError('UNAUTHENTICATED', 'No.');
    },
    store: { findSession: async () => null as never },
    now: () => at,
  });
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.stringMatching(/^(Bearer|bearer|Basic|BEARER)[ \t]{0,3}[A-Za-z0-9._-]{0,60}[ ,=]?$/),
    fc.constantFrom('', 'Bearer', 'Bearer ', `Bearer ${'a'.repeat(100_000)}`),
  );
  await fuzz.checkAsync({ quick: 600, whole: 30_000 }, text, async (header) => {
    const error: unknown = await authenticate(header, 'r').catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ProblemError && error.code === 'UNAUTHENTICATED', String(error));
  });
  expect(await authenticate(undefined, 'r')).toEqual({ kind: 'anonymous', requestId: 'r' });
});

test('of a published set of keys, whatever it is, only public keys that can verify are used', async () => {
  const mostly = (usual: unknown, ...odd: unknown[]) =>
    fc.oneof(
      { weight: 9, arbitrary: fc.constant(usual) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(...odd) },
    );
  const modulus = (bytes: number) => Buffer.alloc(bytes, 255).toString('base64url');
  const key = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'x', 1, [], {}) },
    {
      weight: 8,
      arbitrary: fc.record({
        kty: mostly('OKP', 'EC', 'RSA', 'oct', '', 1, undefined),
        crv: mostly('Ed25519', 'P-256', 'P-384', 'X25519', undefined, {}),
        kid: mostly('a', 'b', '', 'x'.repeat(257), 1, undefined, '__proto__'),
        use: mostly('sig', 'enc', undefined, null),
        alg: mostly('EdDSA', 'ES256', 'RS256', 'HS256', 'none', undefined),
        x: mostly('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', '', 'AA', 1, undefined),
        n: mostly(modulus(256), modulus(128), modulus(2000), '', undefined),
        e: mostly('AQAB', '', undefined),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<unknown>({ kty: 'OKP', d: 'AA' }, { kty: 'oct', k: 'AA' }) },
  );
  const set = fc.oneof(
    fc.anything(),
    fc.record({ keys: fc.oneof(fc.array(key, { maxLength: 4 }), fc.anything()) }),
  );
  let used = 0;
  await fuzz.checkAsync({ quick: 600, whole: 30_000 }, set, async (jwks) => {
    let keys;
    try {
      keys = usableKeys(jwks);
    } catch (error) {
      assert.match(String(error), /^Error: (What it publishes|It publishes)/);
      return;
    }
    used++;
    for (const it of keys) {
      assert.ok(!('d' in it) && !('k' in it));
      assert.ok(['OKP', 'EC', 'RSA'].includes(it.kty!));
    }
    // Whatever is wrong with the numbers in a key shows when it is looked up, as a refusal.
    const find = createKeySet(keys);
    await Promise.resolve(find({ alg: 'EdDSA', kid: 'a' }, { payload: '', signature: '' })).catch(
      (error: unknown) => assert.ok(error instanceof Error),
    );
  });
  expect(used).toBeGreaterThan(5);
});
