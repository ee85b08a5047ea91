import { describe, expect, test } from '@jest/globals';
import { metadataFault } from './metadata.js';

describe('metadata', () => {
  test.each([
    {},
    { field: 'ssn', version: 2, checked: true, note: null, tags: ['a', 'b'] },
    { a: { b: { c: { d: { e: 1 } } } } },
    Object.assign(Object.create(null) as object, { fromLiteral: true }),
  ])('%j is fine', (metadata) => {
    expect(metadataFault(metadata)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['a list', []],
    ['null', null],
    ['a text', 'x'],
    ['a database operator', { $where: '1' }],
    ['an operator deeper down', { a: [{ $gt: '' }] }],
    ['a path', { 'a.b': 1 }],
    ['the prototype', JSON.parse('{"__proto__":{"admin":true}}')],
    ['an empty key', { '': 1 }],
    ['an endless key', { ['k'.repeat(65)]: 1 }],
    ['too many levels', { a: { b: { c: { d: { e: { f: 1 } } } } } }],
    ['too many levels of lists', { a: [[[[[[1]]]]]] }],
    ['too much', { a: 'x'.repeat(4096) }],
    ['too much in bytes', { a: '€'.repeat(2000) }],
    ['no number', { a: Number.NaN }],
    ['an object of a class', { a: new Date(0) }],
  ])('%s is refused', (_, metadata) => {
    expect(metadataFault(metadata)).toEqual(expect.stringMatching(/must/));
  });
});
