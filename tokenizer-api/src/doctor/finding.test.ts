import { describe, expect, test } from '@jest/globals';
import { reasonOf } from './finding.js';

describe('reasons', () => {
  test('are the innermost cause, with its code', () => {
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    expect(reasonOf(new TypeError('fetch failed', { cause }))).toBe('ECONNREFUSED: connect refused');
    expect(reasonOf(new Error('all failed', { cause: new AggregateError([cause]) }))).toMatch(
      /^ECONNREFUSED/,
    );
  });

  test('hold no password and no signature', () => {
    const message = 'cannot open mongodb://user:pa55@db/x, GET https://s3/b/k?X-Amz-Signature=5ecret\nmore';
    expect(reasonOf(new Error(message))).toBe('cannot open mongodb://db/x, GET https://s3/b/k');
  });
});
