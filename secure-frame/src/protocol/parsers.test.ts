import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bool,
  dictionary,
  exactly,
  integer,
  invalid,
  list,
  messages,
  nullable,
  optional,
  shape,
  text,
} from './parsers.js';
import type { Parser } from './parsers.js';

const accepts =
  <T>(parse: Parser<T>) =>
  (value: unknown) =>
    parse(value) !== invalid;

describe('text', () => {
  test('up to its limit, and only strings', () => {
    expect(accepts(text(3))('abc')).toBe(true);
    expect(accepts(text(3))('abcd')).toBe(false);
    for (const value of [undefined, null, 1, {}, ['a'], new String('a')])
      expect(accepts(text(3))(value)).toBe(false);
  });

  test('that matches the pattern', () => {
    expect(accepts(text(9, /^a+$/))('aaa')).toBe(true);
    expect(accepts(text(9, /^a+$/))('aab')).toBe(false);
  });
});

test.each([
  new Uint8Array(2),
  new ArrayBuffer(2),
  Object('ab'),
  new Date(0),
  new Map(),
  new Set(),
  /a/,
  new Error('a'),
])('what a page can send that is no plain object is not looked into: %p', (value) => {
  expect(accepts(dictionary(text(9), text(9), 9))(value)).toBe(false);
  expect(accepts(shape({}))(value)).toBe(false);
});

test.each([1.5, NaN, Infinity, -1, 11, '5', null, 5n])('%p is no integer of 0 to 10', (value) => {
  expect(accepts(integer(0, 10))(value)).toBe(false);
});

test('bool, exactly, nullable, optional', () => {
  expect([true, false, 0, 'true', null].map(accepts(bool))).toEqual([true, true, false, false, false]);
  expect([1, 'a', null, '1', undefined].map(accepts(exactly<1 | 'a' | null>(1, 'a', null)))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([null, 'a', undefined].map(accepts(nullable(text(1))))).toEqual([true, true, false]);
  expect([undefined, 'a', null].map(accepts(optional(text(1))))).toEqual([true, true, false]);
});

describe('list', () => {
  test('of checked items, up to its limit', () => {
    expect(accepts(list(text(1), 2))(['a', 'b'])).toBe(true);
    expect(accepts(list(text(1), 2))(['a', 'b', 'c'])).toBe(false);
    expect(accepts(list(text(1), 2))(['a', 1])).toBe(false);
    expect(accepts(list(text(1), 2))({ 0: 'a', length: 1 })).toBe(false);
  });

  test('not with holes, whose items were never checked', () => {
    expect(accepts(list(text(1), 3))(new Array(2))).toBe(false);
    expect(accepts(list(text(1), 3))(structuredClone(['a', , 'b']))).toBe(false); // eslint-disable-line no-sparse-arrays
  });

  test('a huge one is refused without looking at its items', () => {
    let looked = 0;
    const item: Parser<unknown> = (value) => (++looked > 0 ? value : invalid);
    expect(accepts(list(item, 10))(new Array(1_000_000).fill('a'))).toBe(false);
    expect(looked).toBe(0);
  });
});

describe('dictionary', () => {
  const headers = accepts(dictionary(text(3), text(3), 2));

  test('checks names, contents and their number', () => {
    expect(headers({ a: 'b', c: 'd' })).toBe(true);
    expect(headers({ long: 'b' })).toBe(false);
    expect(headers({ a: 1 })).toBe(false);
    expect(headers({ a: 'b', c: 'd', e: 'f' })).toBe(false);
    expect(headers(['a'])).toBe(false);
    expect(headers(null)).toBe(false);
  });
});

describe('shape', () => {
  const parse = shape({ x: integer(0, 9), label: optional(text(5)) });
  const point = accepts(parse);

  test('has its fields, optional ones or not', () => {
    expect(point({ x: 1 })).toBe(true);
    expect(point({ x: 1, label: 'a' })).toBe(true);
    expect(point({ label: 'a' })).toBe(false);
    expect(point({ x: 1, label: null })).toBe(false);
  });

  test('leaves behind every other field, whatever is in it', () => {
    for (const json of [
      '{"x":1,"y":1}',
      '{"x":1,"__proto__":{"label":"a"}}',
      '{"x":1,"constructor":1,"toString":1}',
      JSON.stringify({ x: 1, y: { deep: 'x'.repeat(100_000) } }),
    ]) {
      const parsed = parse(JSON.parse(json));
      expect(parsed).toEqual({ x: 1 });
      expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
      expect(Object.keys(parsed)).toEqual(['x']);
    }
  });

  test('does not run or look at what it leaves behind', () => {
    const value = { x: 1 };
    const looked = jest.fn();
    Object.defineProperty(value, 'y', { enumerable: true, get: looked });
    expect(parse(value)).toEqual({ x: 1 });
    expect(looked).not.toHaveBeenCalled();
  });

  test('gives a new value, all the way down', () => {
    const value = { inner: { x: 1 } };
    const parsed = shape({ inner: shape({ x: integer(0, 9) }) })(value) as typeof value;
    value.inner.x = 99;
    expect(parsed).toEqual({ inner: { x: 1 } });
  });

  test('what is inherited does not count', () => {
    expect(point(Object.create({ x: 1 }))).toBe(false);
    Object.defineProperty(Object.prototype, 'x', { value: 1, configurable: true });
    try {
      expect(point({})).toBe(false);
    } finally {
      delete (Object.prototype as { x?: number }).x;
    }
  });

  test.each([null, undefined, 'x', 1, [], [1], () => 1])('%p is no object', (value) => {
    expect(point(value)).toBe(false);
  });
});

describe('messages', () => {
  const message = accepts(messages({ go: { to: text(3) }, stop: {} }));

  test('are told apart by type', () => {
    expect(message({ type: 'go', to: 'a' })).toBe(true);
    expect(message({ type: 'stop' })).toBe(true);
    expect(message({ type: 'stop', to: 'a' })).toBe(true);
    expect(message({ type: 'go' })).toBe(false);
  });

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', '', 'GO'])('%p is no type', (type) => {
    expect(message({ type })).toBe(false);
  });

  test('no value whatsoever makes them throw', () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withSparseArray: true, withBigInt: true }),
        (value) => {
          expect(typeof message(value)).toBe('boolean');
          expect(message({ type: 'go', to: value })).toBe(typeof value === 'string' && value.length <= 3);
        },
      ),
    );
  });
});
