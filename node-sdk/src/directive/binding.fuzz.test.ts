import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString } from 'graphql';
import assert from 'node:assert/strict';
import { BadUserInputError } from '../errors/index.js';
import { cutTokens, isToken } from '../token.js';
import { bindingText, fillBinding, parseBinding, writeBinding } from './binding.js';
import { parseDuration } from './duration.js';
import { countLookalikes, findTokens } from './leaks.js';
import { checkTexts } from './text-leaks.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('bindings, leaks and durations of the SDK');
afterAll(fuzz.record);

const anyText = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '1',
    '12',
    '2:3',
    '1-2',
    '3',
    ':',
    '/',
    '%3A',
    '%',
    '3A',
    '{id}',
    '-',
    '.',
    '\ud800',
    '0',
    'x1',
    '1x',
  ),
);
const placeholder = fc.constantFrom('{a}', '{b}', '{c}', '{_x9}');
const template = fc.oneof(
  fc
    .array(
      fc.oneof(
        placeholder,
        fc.constantFrom(
          ':',
          '/',
          'User.ssn',
          '-',
          '',
          'x',
          '%',
          '%3A',
          ' ',
          'ü',
          '::',
          '{',
          '}',
          '{a',
          '{1}',
          '{}',
        ),
      ),
      { maxLength: 6 },
    )
    .map((parts) => parts.join('')),
  fc.string({ maxLength: 15 }),
);

/** Read sign by sign: texts and names in turn. */
function oracle(text: string): { names: string[] } | undefined {
  const names: string[] = [];
  let open: string | undefined;
  for (const sign of text) {
    if (sign === '{' && open === undefined) open = '';
    else if (sign === '}' && open !== undefined && /^[_A-Za-z]\w*$/.test(open)) {
      names.push(open);
      open = undefined;
    } else if (sign === '{' || sign === '}') return undefined;
    else if (open !== undefined) open += sign;
  }
  return text === '' || open !== undefined ? undefined : { names };
}

test('any text is a binding as an oracle reads it, or is none, or leaves it open where a value ends', () => {
  let read = 0;
  fuzz.check({ quick: 2000, whole: 80_000 }, template, (text) => {
    const parsed = parseBinding(text);
    const expected = oracle(text);
    if (!parsed) {
      const between = text.match(/(?<=\})[^{}]*(?=\{)/g) ?? [];
      assert.ok(!expected || between.some((it) => /^[\w.!~*'()%-]*$/.test(it)), text);
      return;
    }
    read++;
    assert.deepEqual(parsed.names, expected?.names);
    assert.equal(
      parsed.parts.map((part) => (typeof part === 'string' ? part : `{${part.name}}`)).join(''),
      text,
    );
  });
  expect(read).toBeGreaterThan(100);
});

test('of one binding, other values never make the same place', () => {
  let filled = 0;
  const values = fc.record({ a: anyText, b: anyText, c: anyText, _x9: anyText }, { noNullPrototype: true });
  // Values that are only cut elsewhere: what an attacker would try first.
  const moved = fc
    .tuple(values, fc.nat(5), fc.constantFrom(':', '-', '/', '.', '', '%', 'x', '%3A'))
    .map(([one, at, sign]) => {
      const joined = `${one.a}${sign}${one.b}`;
      return [one, { ...one, a: joined.slice(0, at), b: joined.slice(at + sign.length) }] as const;
    });
  fuzz.check(
    { quick: 5000, whole: 200_000 },
    fc.tuple(template, fc.oneof(moved, fc.tuple(values, values))),
    ([text, [one, other]]) => {
      const parsed = parseBinding(text);
      if (!parsed) return 0;
      const write = (all: Record<string, string>) => {
        try {
          return writeBinding(text, all);
        } catch (error) {
          assert.ok(error instanceof BadUserInputError, String(error));
          return undefined;
        }
      };
      const [first, second] = [write(one), write(other)];
      if (first === undefined || second === undefined) return 1;
      filled++;
      const isSame = parsed.names.every((name) => one[name as 'a'] === other[name as 'a']);
      assert.equal(first === second, isSame, `${text}: ${JSON.stringify([one, other])}`);
      return 1;
    },
  );
  expect(filled).toBeGreaterThan(100);
});

test('a value is text or none, and what is text can be written', () => {
  const value = fc.oneof(
    anyText,
    fc.integer(),
    fc.double(),
    fc.constantFrom<unknown>(null, undefined, true, '', NaN),
    fc.bigInt(),
  );
  const parsed = parseBinding('X:{a}')!;
  fuzz.check(
    { quick: 1500, whole: 60_000 },
    fc.tuple(fc.constantFrom(GraphQLID, GraphQLString, GraphQLInt, GraphQLFloat), value),
    ([type, it]) => {
      let text: string | undefined;
      try {
        text = bindingText(type, it);
      } catch (error) {
        // Of the scalar itself, as it would be in a response.
        assert.match(String(error), /GraphQLError|cannot represent/);
        return;
      }
      if (text !== undefined)
        assert.equal(decodeURIComponent(fillBinding(parsed, new Map([['a', text]]))), `X:${text}`);
    },
  );
});

test('any template and values are a binding, or the one error', () => {
  const values = fc.dictionary(
    fc.constantFrom('a', 'b', '__proto__', 'constructor'),
    fc.oneof(
      anyText,
      fc.integer(),
      fc.boolean(),
      fc.constantFrom<never>(null as never, {} as never, NaN as never),
    ),
  );
  fuzz.check(
    { quick: 1500, whole: 60_000 },
    fc.tuple(fc.oneof(template, fc.constantFrom('{constructor}', '{__proto__}', '{toString}')), values),
    ([text, all]) => {
      try {
        assert.equal(typeof writeBinding(text, all as Record<string, string>), 'string');
      } catch (error) {
        assert.ok(error instanceof BadUserInputError, String(error));
      }
    },
  );
});

const token = fc.uuid({ version: 4 }).map((uuid) => `lunasec-${uuid}`);
const nearly = fc
  .tuple(token, fc.nat(43), fc.constantFrom('', 'g', 'A', ' ', '\n', '-', '0'))
  .map(([it, at, sign]) => it.slice(0, at) + sign + it.slice(at + 1));

test('tokens are found wherever plain data has them, and counted at least as often', () => {
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(token, nearly, fc.string({ maxLength: 5 }), fc.integer(), fc.constant(null)),
      fc.array(tie('data'), { maxLength: 4 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom('a', '__proto__', 'length', 'toJSON'), fc.string({ maxLength: 3 })),
        tie('data'),
        { maxKeys: 4 },
      ),
    ),
  }));
  let seen = 0;
  fuzz.check({ quick: 1500, whole: 60_000 }, data, (it) => {
    const found = findTokens(it);
    const at = (path: (string | number)[]) =>
      path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], it);
    for (const path of found) assert.ok(isToken(at(path)));
    // As JSON.stringify sees them, which is asked without being told how they look.
    let expected = 0;
    const isOne = (value: string) => value.length === 44 && cutTokens(value) === '[token]';
    const visit = (value: unknown): void => {
      if (typeof value === 'string') expected += isOne(value) ? 1 : 0;
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
    };
    visit(it);
    assert.equal(found.length, expected);
    assert.ok(countLookalikes(it) >= expected);
    seen += expected;
  });
  expect(seen).toBeGreaterThan(100);
});

test('no token is left in the texts beside a response that is not to have any', () => {
  const text = fc
    .array(fc.oneof(token, nearly, fc.string({ maxLength: 5 })), { maxLength: 4 })
    .map((parts) => parts.join(''));
  const { extra } = fc.letrec((tie) => ({
    extra: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.array(tie('extra'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(text, fc.constant('a')), tie('extra'), { maxKeys: 3 }),
    ),
  }));
  const result = fc.record({
    errors: fc.array(
      fc.record({
        message: text,
        extensions: fc.dictionary(text, extra, { maxKeys: 2 }),
        path: fc.array(fc.oneof(fc.nat(3), fc.constantFrom('a', 'b'))),
      }),
      { maxLength: 2 },
    ),
    extensions: fc.dictionary(text, extra, { maxKeys: 2 }),
  });
  fuzz.check({ quick: 1000, whole: 40_000 }, result, (it) => {
    const before = JSON.stringify(it);
    const places: string[] = [];
    const cleaned = checkTexts(it, 'error', (place) => places.push(place));
    assert.equal(JSON.stringify(it), before, 'what was given was changed');
    const after = JSON.stringify(cleaned);
    assert.equal(cutTokens(after), after, 'a token is left');
    assert.equal(places.length > 0, cutTokens(before) !== before);
    assert.ok(
      places.every((place) => cutTokens(place) === place),
      'a token is told',
    );
  });
});

test('a duration is what an oracle reads, as in the tokenizer', () => {
  const text = fc.oneof(
    fc
      .array(
        fc.oneof(
          fc.nat(2 ** 31 - 1).map(String),
          fc.constantFrom('h', 'm', 's', '0', ' ', '-', '.', '\n', '9'.repeat(10)),
        ),
      )
      .map((parts) => parts.join('')),
    fc
      .tuple(fc.option(fc.nat(9000)), fc.option(fc.nat(600_000)), fc.option(fc.nat(32_000_000)))
      .map((all) => all.map((count, at) => (count === null ? '' : `${count}${'hms'[at]}`)).join('')),
    fc.string({ unit: 'binary' }),
  );
  let read = 0;
  fuzz.check({ quick: 2500, whole: 100_000 }, text, (it) => {
    const parts = /^(?<h>[0-9]{1,9}h)?(?<m>[0-9]{1,9}m)?(?<s>[0-9]{1,9}s)?$/.exec(it)?.groups;
    const count = (part: string | undefined) => BigInt(part?.slice(0, -1) ?? 0);
    const total = parts && count(parts.h) * 3600n + count(parts.m) * 60n + count(parts.s);
    const expected = total !== undefined && total > 0n && total <= 31_622_400n ? Number(total) : undefined;
    assert.equal(parseDuration(it), expected, JSON.stringify(it));
    if (expected !== undefined) read++;
  });
  expect(read).toBeGreaterThan(100);
});
