import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import { metadataFault, maxMetadataBytes } from '../services/metadata.js';
import { pageKey, parsePageKey } from '../stores/token-store/page-key.js';
import type { Page, TokenStore } from '../stores/token-store/port.js';
import { openSqliteTokenStore } from '../stores/token-store/sqlite.js';
import {
  accept,
  alice,
  app,
  at,
  auditEvent,
  newTokens,
  otherApp,
  readGrant,
} from '../test-support/token-store/fixtures.js';
import { maxPage, toCursor, toPageRequest } from './cursor.js';
import { JSONObject } from './scalars.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('cursors and metadata');
afterAll(fuzz.record);

/** The request, or undefined if it was refused with the one code. */
function requestOf(first: number, after: string | null | undefined) {
  try {
    return toPageRequest(first, after);
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error));
    assert.equal(error.code, 'BAD_USER_INPUT');
    return undefined;
  }
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.base64String({ maxLength: 60 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '',
    '=',
    'AA',
    'AB',
    '_w',
    '7aCA',
    'a'.repeat(1024),
    'a'.repeat(1025),
    'a'.repeat(1_000_000),
    '__proto__',
  ),
);

test('a cursor is read back as it was made, and no other text is one', () => {
  const keys = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
    fc.tuple(fc.nat(2 ** 31 - 1), fc.uuid()).map(([time, name]) => `${time}:lunasec-${name}`),
  );
  fuzz.check(
    { quick: 2000, whole: 80_000 },
    fc.tuple(keys, anyText, fc.nat(100), fc.constantFrom('A', '-', '=', ' ', '\n', 'ä')),
    ([key, text, place, sign]) => {
      const cursor = toCursor(key);
      if (cursor.length <= 1024) assert.deepEqual(requestOf(1, cursor), { first: 1, after: key });
      const where = place % (cursor.length + 1);
      for (const other of [
        text,
        cursor.slice(0, where) + sign + cursor.slice(where),
        cursor.slice(0, where) + sign + cursor.slice(where + 1),
        cursor.slice(0, where),
      ]) {
        const request = requestOf(1, other);
        // Whatever is one is written in one way only.
        if (request) assert.equal(toCursor(request.after!), other);
      }
      return 5;
    },
  );
});

test('a page has from one to the most items', () => {
  const odd = fc.constantFrom(0, -1, maxPage, maxPage + 1, 2 ** 31 - 1, -(2 ** 31));
  fuzz.check(
    { quick: 500, whole: 20_000 },
    fc.oneof(fc.integer(), odd, fc.integer({ min: 1, max: maxPage })),
    (first) => {
      assert.equal(requestOf(first, null) !== undefined, first >= 1 && first <= maxPage);
    },
  );
});

test('the key of a page is read back as it was made', () => {
  fuzz.check(
    { quick: 1000, whole: 40_000 },
    fc.tuple(
      fc.date({ min: new Date(0), max: new Date(9e14), noInvalidDate: true }),
      fc.string({ minLength: 1 }),
      anyText,
    ),
    ([time, name, text]) => {
      assert.deepEqual(parsePageKey(pageKey(time, name)), { at: time, name });
      const parsed = parsePageKey(text);
      if (parsed) assert.ok(!Number.isNaN(parsed.at.getTime()));
      return 2;
    },
  );
});

describe('with any cursor', () => {
  let directory: string;
  let store: TokenStore;
  const own = new Set<string>();
  const foreign = new Set<string>();
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tokenizer-fuzz-'));
    store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
    for (const [applicationId, names] of [
      [app, own],
      [otherApp, foreign],
    ] as const) {
      const tokens = newTokens(6, { applicationId }).map((it, index) => ({ ...it, createdAt: at(index) }));
      await store.insertTokens(tokens);
      for (const it of tokens) {
        names.add(it.token);
        await accept(store, it);
      }
      await store.putReadGrants(
        tokens.map(({ token }, index) => readGrant(token, { applicationId, createdAt: at(index) })),
      );
      await store.appendAudit(
        tokens.map(({ token }, index) =>
          auditEvent(index + 1, {
            applicationId,
            token,
            chain:
              applicationId === app
                ? '00000000-0000-4000-8000-00000000000a'
                : '00000000-0000-4000-8000-00000000000b',
            id: `${applicationId === app ? 'a' : 'b'}${index}`.padStart(36, '0'),
          }),
        ),
      );
    }
  });
  afterAll(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('a list gives the application’s own only, or refuses it', async () => {
    const key = fc.oneof(
      fc
        .tuple(fc.integer({ min: -2, max: 9 }), fc.nat(11))
        .map(([second, index]) => pageKey(at(second), [...own, ...foreign][index]!)),
      fc
        .tuple(fc.nat(9), fc.constantFrom("' OR 1=1 --", '%', '\u0000', '~', 'zzz', '\ud800', '$gt'))
        .map(([second, name]) => `${at(second).getTime()}:${name}`),
      fc.constantFrom(
        '999999999999999:z',
        '0:a',
        `${'9'.repeat(15)}:${'z'.repeat(500)}`,
        'b0'.padStart(36, '0'),
        'zzz',
        "' OR ''='",
      ),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    );
    const after = fc.oneof(
      { weight: 6, arbitrary: key.map(toCursor) },
      { weight: 1, arbitrary: anyText },
      { weight: 1, arbitrary: fc.constant(null) },
    );
    let seen = 0;
    await fuzz.checkAsync(
      { quick: 400, whole: 20_000 },
      fc.tuple(after, fc.integer({ min: 1, max: 8 })),
      async ([cursor, first]) => {
        const page = requestOf(first, cursor);
        if (!page) return 1;
        const tokens = await store.listTokens(app, {}, page);
        const grants = await store.listGrants(app, alice, 'read', at(10), page);
        const made = await store.listGrants(app, alice, 'store', at(10), page);
        const events = await store.listAudit(app, {}, page);
        for (const { items } of [tokens, grants, made, events] as Page<{ token: string | null }>[]) {
          assert.ok(items.length <= first);
          for (const { item, key: next } of items) {
            assert.ok(own.has(item.token!), 'a list has what is not the application’s');
            assert.ok(requestOf(1, toCursor(next)), 'a cursor of a page is none');
            seen++;
          }
        }
        return 4;
      },
    );
    expect(seen).toBeGreaterThan(100);
  });
});

describe('metadata', () => {
  /** Said again, without recursion: what a value may be at which depth. */
  function isAllowed(metadata: unknown): boolean {
    const isPlain = (value: unknown) =>
      [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
    const open: [value: unknown, depth: number][] = [[metadata, 1]];
    if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata) || !isPlain(metadata))
      return false;
    while (open.length > 0) {
      const [value, depth] = open.pop()!;
      if (typeof value === 'object' && value !== null) {
        if (depth > 5) return false;
        if (
          !Array.isArray(value) &&
          (!isPlain(value) || Object.keys(value).some((key) => !/^[a-z][\w-]{0,63}$/i.test(key)))
        )
          return false;
        for (const each of Array.isArray(value) ? Array.from(value as unknown[]) : Object.values(value))
          open.push([each, depth + 1]);
      } else if (
        typeof value === 'number'
          ? !Number.isFinite(value)
          : !(value === null || ['string', 'boolean'].includes(typeof value))
      )
        return false;
    }
    return Buffer.byteLength(JSON.stringify(metadata)) <= maxMetadataBytes;
  }

  const key = fc.oneof(
    { weight: 9, arbitrary: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '__proto__',
        'constructor',
        '$ne',
        'a.b',
        '',
        '\u0000',
        'toJSON',
        'x'.repeat(65),
      ),
    },
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 7 },
      fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.constantFrom<unknown>(
        NaN,
        Infinity,
        undefined,
        1n,
        () => 1,
        new Date(0),
        new Map(),
        Symbol('a'),
        'x'.repeat(5000),
        '\ud800',
        Object(1),
        new Array(2),
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3 }),
    ),
  }));

  test('is taken as the rules say, whatever it is, and holds no name that a database or a prototype knows', () => {
    let taken = 0;
    fuzz.check(
      { quick: 2000, whole: 80_000 },
      fc.oneof(fc.dictionary(key, value, { maxKeys: 4 }), value, fc.anything()),
      (metadata) => {
        const fault = metadataFault(metadata);
        assert.equal(fault === undefined, isAllowed(metadata), fault);
        if (fault !== undefined) return;
        taken++;
        const text = JSON.stringify(metadata);
        assert.ok(!/"(__proto__|\$[^"]*|[^"]*\.[^"]*|)":/.test(text.replace(/:"[^"]*"/g, '')));
        const parsed: unknown = JSONObject.parseValue(metadata);
        assert.equal(JSON.stringify(parsed), text);
      },
    );
    expect(taken).toBeGreaterThan(50);
  });

  test('nested without end, or in itself, is refused at once', () => {
    const loop: Record<string, unknown> = {};
    loop.a = loop;
    expect(metadataFault(loop)).toMatch(/nested/);
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(metadataFault({ deep })).toMatch(/nested/);
  });
});
