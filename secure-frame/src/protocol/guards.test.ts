import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  bool,
  dictionary,
  exactly,
  integer,
  list,
  messages,
  nullable,
  optional,
  shape,
  text,
} from './guards.js';

describe('text', () => {
  test('up to its limit, and only strings', () => {
    expect(text(3)('abc')).toBe(true);
    expect(text(3)('abcd')).toBe(false);
    for (const value of [undefined, null, 1, {}, ['a'], new String('a')]) expect(text(3)(value)).toBe(false);
  });

  test('that matches the pattern', () => {
    expect(text(9, /^a+$/)('aaa')).toBe(true);
    expect(text(9, /^a+$/)('aab')).toBe(false);
  });
});

test.each([1.5, NaN, Infinity, -1, 11, '5', null, 5n])('%p is no integer of 0 to 10', (value) => {
  expect(integer(0, 10)(value)).toBe(false);
});

test('bool, exactly, nullable, optional', () => {
  expect([true, false, 0, 'true', null].map(bool)).toEqual([true, true, false, false, false]);
  expect([1, 'a', null, '1', undefined].map(exactly<1 | 'a' | null>(1, 'a', null))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([null, 'a', undefined].map(nullable(text(1)))).toEqual([true, true, false]);
  expect([undefined, 'a', null].map(optional(text(1)))).toEqual([true, true, false]);
});

describe('list', () => {
  test('of checked items, up to its limit', () => {
    expect(list(text(1), 2)(['a', 'b'])).toBe(true);
    expect(list(text(1), 2)(['a', 'b', 'c'])).toBe(false);
    expect(list(text(1), 2)(['a', 1])).toBe(false);
    expect(list(text(1), 2)({ 0: 'a', length: 1 })).toBe(false);
  });

  test('not with holes, whose items were never checked', () => {
    expect(list(text(1), 3)(new Array(2))).toBe(false);
    expect(list(text(1), 3)(structuredClone(['a', , 'b']))).toBe(false); // eslint-disable-line no-sparse-arrays
  });

  test('a huge one is refused without looking at its items', () => {
    let looked = 0;
    const item = (value: unknown): value is unknown => ++looked > 0 || value === value;
    expect(list(item, 10)(new Array(1_000_000).fill('a'))).toBe(false);
    expect(looked).toBe(0);
  });
});

describe('dictionary', () => {
  const headers = dictionary(text(3), text(3), 2);

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
  const point = shape({ x: integer(0, 9), label: optional(text(5)) });

  test('has its fields, optional ones or not', () => {
    expect(point({ x: 1 })).toBe(true);
    expect(point({ x: 1, label: 'a' })).toBe(true);
    expect(point({ label: 'a' })).toBe(false);
    expect(point({ x: 1, label: null })).toBe(false);
  });

  test('has no other field', () => {
    expect(point({ x: 1, y: 1 })).toBe(false);
    expect(point(JSON.parse('{"x":1,"__proto__":{"label":"a"}}'))).toBe(false);
    expect(point({ x: 1, constructor: 1 })).toBe(false);
    expect(point({ x: 1, toString: 1 })).toBe(false);
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
  const message = messages({ go: { to: text(3) }, stop: {} });

  test('are told apart by type', () => {
    expect(message({ type: 'go', to: 'a' })).toBe(true);
    expect(message({ type: 'stop' })).toBe(true);
    expect(message({ type: 'stop', to: 'a' })).toBe(false);
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
