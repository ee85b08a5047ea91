import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  count,
  deleteResults,
  downloadResults,
  envelope,
  grantResults,
  tokenPage,
  tokenRecord,
  uploadResults,
} from '../client/answers.js';
import { createSessions } from '../lunasec/sessions.js';
import type { ValidOptions } from '../lunasec/options.js';
import { looksLike, defaultPatterns } from '../lint/patterns.js';
import { generateSigningKey, printSigningKeys } from './key-set.js';
import { sidOf } from './sid.js';
import { parseSigningKeys } from './signing-key.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('keys, sessions and answers of the SDK');
afterAll(fuzz.record);

const keys = (['EdDSA', 'ES256', 'RS256'] as const).map((algorithm) => ({
  algorithm,
  privateKey: generateSigningKey(algorithm),
}));
const written = [
  ...keys.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
  ...keys.map((key) => printSigningKeys([key])),
  ...keys.map(({ privateKey }) => JSON.stringify(privateKey.export({ format: 'jwk' }))),
  printSigningKeys(keys),
];

test('the secret of a signing key is strong keys, or an error that names its place and tells none of it', () => {
  const place = 'LUNASEC_SIGNING_KEY';
  const changed = fc
    .tuple(
      fc.nat(written.length - 1),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat(9),
          fc.oneof(
            fc.constantFrom('', 'A', '"', '{', '}', '\n', '\\n', '-', ',', '0'),
            fc.string({ maxLength: 3 }),
          ),
        ),
        { maxLength: 3 },
      ),
    )
    .map(([which, changes]) =>
      changes.reduce((text, [at, length, put]) => {
        const from = at % text.length;
        return text.slice(0, from) + put + text.slice(from + length);
      }, written[which]!),
    );
  const text = fc.oneof(
    { weight: 6, arbitrary: changed },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.json(),
        fc.constantFrom(
          '',
          '{}',
          '{"keys":[]}',
          '{"keys":[null]}',
          '{"kty":"oct","k":"AA"}',
          '{"__proto__":{"kty":"OKP"}}',
          '['.repeat(100_000),
          '-----BEGIN PRIVATE KEY-----',
        ),
      ),
    },
  );
  let good = 0;
  fuzz.check({ quick: 600, whole: 25_000 }, text, (it) => {
    let read;
    try {
      read = parseSigningKeys(it, place);
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.match(error.message, /^The signing keys? in LUNASEC_SIGNING_KEY /);
      assert.equal(error.cause, undefined);
      for (let from = 0; from + 12 <= it.length && from < 400; from += 6)
        assert.ok(!error.message.includes(it.slice(from, from + 12)), 'tells of the key');
      return;
    }
    good++;
    for (const { algorithm, privateKey } of read) {
      assert.equal(privateKey.type, 'private');
      assert.ok(['EdDSA', 'ES256', 'RS256'].includes(algorithm));
      if (algorithm === 'RS256') assert.ok(privateKey.asymmetricKeyDetails!.modulusLength! >= 2048);
    }
  });
  expect(good).toBeGreaterThan(5);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('a', 'a\ud800', 'a\ud801', 'a\ufffd', '\u0000', 'é', 'e\u0301'),
);

test('other sessions have other names, and what cannot be told apart is none', () => {
  const sessions = createSessions(
    { applicationId: 'shop', auth: { sessionIdProvider: () => null } } as unknown as ValidOptions,
    { warn: () => undefined },
  );
  const nameOf = (id: string) => {
    try {
      return sessions.fromId(id);
    } catch (error) {
      assert.ok(error instanceof TypeError);
      return undefined;
    }
  };
  fuzz.check({ quick: 2500, whole: 100_000 }, fc.tuple(anyText, anyText), ([one, other]) => {
    const [first, second] = [nameOf(one), nameOf(other)];
    for (const [id, name] of [
      [one, first],
      [other, second],
    ] as const) {
      if (name === undefined) continue;
      assert.match(name, /^[\w-]{43}$/);
      assert.equal(
        name,
        createHash('sha256')
          .update(Buffer.concat([Buffer.from('shop'), Buffer.alloc(1), Buffer.from(id)]))
          .digest('base64url'),
      );
    }
    if (first !== undefined && second !== undefined) assert.equal(first === second, one === other);
    // The name that tokens of servers have is no session's.
    assert.notEqual(first, createHash('sha256').update('shop\u0001server').digest('base64url'));
  });
});

test('two applications never share the name of a session', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,5}$/);
  fuzz.check(
    { quick: 1000, whole: 40_000 },
    fc.tuple(id, id, fc.string(), fc.string()),
    ([one, other, first, second]) => {
      assert.equal(sidOf(one, first) === sidOf(other, second), one === other && first === second);
    },
  );
});

test('any answer of a tokenizer is read, or refused: a grant has an end or a problem, never both, never neither', () => {
  const mostly = (usual: unknown, ...odd: unknown[]) =>
    fc.oneof(
      { weight: 8, arbitrary: fc.constant(usual) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(...odd, undefined, null, 1, {}, []) },
    );
  const problem = fc.oneof(
    { weight: 2, arbitrary: fc.constant<unknown>(null) },
    {
      weight: 1,
      arbitrary: fc.record({
        code: mostly('TOKEN_NOT_FOUND', 'NEW_CODE', '__proto__'),
        message: mostly('x'),
      }),
    },
  );
  const request = (method: string) => ({
    url: mostly('https://o.example/a', 'javascript:alert(1)', 'file:///etc/passwd', '//x', ''),
    method: mostly(method, 'DELETE', 'get'),
    headers: mostly({}, { a: 'b' }, { a: 1 }, JSON.parse('{"__proto__":"x"}')),
  });
  const item = fc.record({
    token: mostly('lunasec-1'),
    expiresAt: fc.oneof(fc.constant<unknown>(null), mostly('2030-01-01T00:00:00.000Z', '2030', 'now', '')),
    problem,
    deleted: mostly(true, 'true'),
    upload: fc.oneof(fc.constant<unknown>(null), fc.record(request('PUT'))),
    download: fc.oneof(
      fc.constant<unknown>(null),
      fc.record({
        ...request('GET'),
        size: mostly(5, -1, 0.5, Infinity),
        dataKey: mostly(Buffer.alloc(32).toString('base64'), 'AA', '!'),
      }),
    ),
  });
  const anything = fc.anything({ withNullPrototype: true, withSparseArray: true });
  const results = [grantResults, uploadResults, downloadResults, deleteResults] as const;
  let read = 0;
  fuzz.check(
    { quick: 1200, whole: 50_000 },
    fc.oneof({ weight: 4, arbitrary: fc.array(item, { maxLength: 3 }) }, { weight: 1, arbitrary: anything }),
    (answer) => {
      for (const parser of results) {
        const { data } = parser.safeParse(answer);
        for (const it of data ?? []) {
          read++;
          const outcome =
            'expiresAt' in it
              ? it.expiresAt
              : 'upload' in it
                ? it.upload
                : 'download' in it
                  ? it.download
                  : it.deleted;
          if (!('deleted' in it)) assert.equal(outcome === null, it.problem !== null);
          if (outcome instanceof Date) assert.ok(!Number.isNaN(outcome.getTime()));
          if (typeof outcome === 'object' && outcome !== null && 'url' in outcome)
            assert.match(outcome.url, /^https?:/i);
        }
      }
      for (const parser of [tokenRecord, tokenPage, count, envelope]) parser.safeParse(answer);
      return results.length + 4;
    },
  );
  expect(read).toBeGreaterThan(100);
});

test('a name of any length looks like something sensitive, or not', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom('ssn', 'bloodType', 'dateOfBirth').map((it) => it.repeat(300)),
    fc
      .tuple(fc.constantFrom('A', 'aB', '_', 'a1', 'therapyNotes', 'healthX'), fc.nat(3000))
      .map(([unit, times]) => unit.repeat(times)),
  );
  fuzz.check({ quick: 300, whole: 8000 }, fc.tuple(name, name), ([type, field]) => {
    const subject = looksLike(type, field, defaultPatterns);
    assert.ok(subject === undefined || typeof subject === 'string');
  });
});
