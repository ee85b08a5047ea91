import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maxPage, toConnection, toCursor, toPageRequest } from './cursor.js';

describe('cursors', () => {
  test('give back the key they were made of', () => {
    const keys = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });
    fc.assert(
      fc.property(keys, (key) => {
        expect(toPageRequest(10, toCursor(key))).toEqual({ first: 10, after: key });
      }),
    );
  });

  test('without one, the first page', () => {
    expect(toPageRequest(maxPage, null)).toEqual({ first: maxPage, after: null });
  });

  test.each(['', '!', 'not base64', 'YQ==', 'YR', '_w', 'a'.repeat(2000)])('%j is none', (text) => {
    expect(() => toPageRequest(10, text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  test.each([0, -1, maxPage + 1])('a page of %d items is refused', (first) => {
    expect(() => toPageRequest(first, null)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' }));
  });

  test('a page says where it ends and whether there is more', () => {
    const items = [
      { key: 'a', item: 1 },
      { key: 'b', item: 2 },
    ];
    expect(toConnection({ items, hasMore: true }, String)).toEqual({
      edges: [
        { cursor: toCursor('a'), node: '1' },
        { cursor: toCursor('b'), node: '2' },
      ],
      pageInfo: { hasNextPage: true, endCursor: toCursor('b') },
    });
    expect(toConnection({ items: [], hasMore: false }, String).pageInfo.endCursor).toBeNull();
  });
});
