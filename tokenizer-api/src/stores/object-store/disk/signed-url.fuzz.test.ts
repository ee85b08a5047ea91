import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { checkObjectKey, checkPart, checkUpload, isObjectKey, prefixOf } from '../key.js';
import { readSignedPath, signedPath } from './signed-url.js';
import type { Permission } from './signed-url.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('signed URLs');
afterAll(fuzz.record);

const signingKey = randomBytes(32);
const key = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/), fc.uuid({ version: 4 }))
  .map(([id, uuid]) => `${id}/lunasec-${uuid}`);
const checksum = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const expires = fc.integer({ min: 0, max: 999_999_999_999 });
const plain = { noNullPrototype: true } as const;
const put = { method: fc.constant('PUT' as const), key, expires, size: fc.nat(2 ** 31 - 1), checksum };
const part = fc.record({ uploadId: fc.uuid(), number: fc.integer({ min: 1, max: 10_000 }) }, plain);
const permission: fc.Arbitrary<Permission> = fc.oneof(
  fc.record({ method: fc.constant('GET' as const), key, expires }, plain),
  fc.record(put, plain),
  fc.record({ ...put, part }, plain),
);

describe('a signed URL', () => {
  test('allows what it was signed for, and its other method nothing', () => {
    fuzz.check({ quick: 1500, whole: 60_000 }, permission, (it) => {
      const url = signedPath(it, signingKey);
      assert.deepEqual(
        readSignedPath(it.method, url, signingKey),
        it.method === 'GET' ? it : { part: undefined, ...it },
      );
      assert.equal(readSignedPath(it.method === 'GET' ? 'PUT' : 'GET', url, signingKey), undefined);
      assert.equal(readSignedPath(it.method, url, randomBytes(32)), undefined);
      return 3;
    });
  });

  test('that was changed allows nothing, in whatever way it is written', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    type Change = (url: string, at: number, what: number, other: string) => string;
    const changes: Change[] = [
      (url, at, what) => url.slice(0, at) + alphabet[what % 64]! + url.slice(at + 1),
      (url, at, what) => url.slice(0, at) + String.fromCharCode(what % 256) + url.slice(at),
      (url, at) => url.slice(0, at) + url.slice(at + 1),
      (url, at) => url.slice(0, at),
      (url) => url.replace(/=(\d)/, '=0$1'),
      (url) => url.replace(/size=(\d)/, 'size=0$1'),
      (url) => url.replace(/part=(\d)/, 'part=0$1'),
      // The last sign of 256 bits in base64url has two bits to spare.
      (url, _at, what) =>
        url.replace(
          /(checksum=[\w-]{42})([\w-])/,
          (_all, head: string, last: string) => head + alphabet[(alphabet.indexOf(last) & ~3) | (what & 3)]!,
        ),
      (url, _at, what) =>
        url.replace(
          /(signature=[\w-]{42})([\w-])/,
          (_all, head: string, last: string) => head + alphabet[(alphabet.indexOf(last) & ~3) | (what & 3)]!,
        ),
      (url) => url.replace('/objects/', '/objects//'),
      (url) => url.replace('/objects/', '/objects/../objects/'),
      (url) => `${url}&x=1`,
      (url) => `${url}#x`,
      (url) => `http://x${url}`,
      (url) => url.replace('?', '?x=1&'),
      (url) => url.replace('&', '&&'),
      (url) => url.replace(/-/g, '%2d'),
      (url) => url.replace('lunasec-', 'LUNASEC-'),
      (url) => `${url}\n`,
      (url, at) =>
        url
          .split('&')
          .sort(() => (at % 2 === 0 ? 1 : -1))
          .join('&'),
      (url) => url.replace(/&size=.*?(?=&signature)/, ''),
      (url) => url.replace(/&upload=.*?(?=&signature)/, ''),
      (url, _at, _what, other) => url.replace(/signature=.*/, /signature=.*/.exec(other)![0]),
      (url, _at, _what, other) => url.replace(/objects\/[^?]*/, /objects\/[^?]*/.exec(other)![0]),
      (url, _at, _what, other) => url.replace(/expires=\d+/, /expires=\d+/.exec(other)![0]),
    ];
    let tried = 0;
    fuzz.check(
      { quick: 4000, whole: 150_000 },
      fc.tuple(permission, permission, fc.nat(changes.length - 1), fc.nat(), fc.nat()),
      ([it, another, how, at, what]) => {
        const [url, other] = [signedPath(it, signingKey), signedPath(another, signingKey)];
        const changed = changes[how]!(url, at % url.length, what, other);
        if (changed === url || changed === other) return 0;
        tried++;
        for (const method of ['GET', 'PUT'] as const)
          assert.equal(readSignedPath(method, changed, signingKey), undefined, `${method} ${changed}`);
        return 2;
      },
    );
    expect(tried).toBeGreaterThan(1000);
  });

  test('is no other text, and takes as long as it is to find out', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.webPath().map((path) => `/objects${path}`),
      fc.constantFrom(
        '/objects/',
        `/objects/a/b?expires=1&signature=${'A'.repeat(43)}`,
        `/objects/${'a/'.repeat(100_000)}`,
        `/objects/a/b?expires=${'1'.repeat(100_000)}`,
      ),
    );
    fuzz.check({ quick: 1000, whole: 40_000 }, text, (url) => {
      assert.equal(readSignedPath('GET', url, signingKey), undefined);
      assert.equal(readSignedPath('PUT', url, signingKey), undefined);
      return 2;
    });
  });

  test('cannot be signed for by splitting its fields otherwise', () => {
    // What is signed is a list, not a text in which a field could end elsewhere.
    fuzz.check({ quick: 500, whole: 20_000 }, permission, (it) => {
      const { method, key: name, expires: until } = it;
      const naive = createHmac('sha256', signingKey).update(`${method}${name}${until}`).digest('base64url');
      assert.ok(!signedPath(it, signingKey).endsWith(naive));
    });
  });
});

test('the key of an object is two plain names', () => {
  const near = fc.oneof(
    key,
    fc
      .tuple(
        key,
        fc.nat(60),
        fc.constantFrom('/', '.', '..', '\\', '%', '\u0000', '\n', ' ', 'A', '~', '\ud800'),
      )
      .map(([it, at, sign]) => it.slice(0, at) + sign + it.slice(at)),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '',
      '/',
      '../lunasec-00000000-0000-4000-8000-000000000000',
      '__proto__/x',
      'a/lunasec-00000000-0000-4000-8000-000000000000/',
    ),
  );
  fuzz.check({ quick: 1500, whole: 60_000 }, near, (text) => {
    const isOne =
      /^[A-Za-z0-9][\w-]{0,63}\/lunasec-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(
        text,
      ) && !text.endsWith('\n');
    assert.equal(isObjectKey(text), isOne, JSON.stringify(text));
    for (const task of [() => checkObjectKey(text), () => prefixOf(text)])
      try {
        task();
      } catch (error) {
        assert.ok(error instanceof TypeError);
      }
  });
});

test('an upload is whole bytes and a digest, a part has a number', () => {
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom<unknown>('1', null, undefined, 1n, [], {}),
  );
  const digest = fc.oneof(checksum, fc.string(), fc.base64String());
  fuzz.check({ quick: 1000, whole: 40_000 }, fc.tuple(number, number, digest), ([size, part, sum]) => {
    const upload = { size: size as number, checksum: sum };
    for (const task of [() => checkUpload(upload), () => checkPart({ ...upload, number: part as number })])
      try {
        task();
        assert.ok(
          Number.isSafeInteger(size) && (size as number) >= 0 && Buffer.from(sum, 'base64').length === 32,
        );
      } catch (error) {
        assert.ok(error instanceof TypeError, String(error));
      }
    return 2;
  });
});
