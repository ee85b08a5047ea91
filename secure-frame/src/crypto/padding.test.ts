import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { paddedLength } from './padding.js';

const lengths = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 2 ** 40 }));

describe('padding', () => {
  test('hides all lengths up to 256 bytes', () => {
    for (let length = 0; length <= 256; length++) expect(paddedLength(length)).toBe(256);
  });

  test('is never shorter, and at most 12 % longer', () => {
    fc.assert(
      fc.property(lengths, (length) => {
        const padded = paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        if (length > 256) expect(padded).toBeLessThanOrEqual(length * 1.12);
      }),
    );
  });

  test('grows with the length, and leaves a padded length as it is', () => {
    fc.assert(
      fc.property(lengths, lengths, (one, other) => {
        if (one <= other) expect(paddedLength(one)).toBeLessThanOrEqual(paddedLength(other));
        expect(paddedLength(paddedLength(one))).toBe(paddedLength(one));
      }),
    );
  });

  test('leaves few different lengths to see', () => {
    const seen = new Set(Array.from({ length: 1024 * 1024 }, (_, length) => paddedLength(length)));
    expect(seen.size).toBeLessThan(300);
  });

  // Algorithm 1 by hand: 1000 has exponent 9 and 4 mantissa bits, so it is rounded up to a multiple of 2^5.
  test.each([
    [257, 272],
    [1000, 1024],
    [1025, 1088],
    [1_000_000, 1_015_808],
  ])('%i bytes become %i', (length, padded) => {
    expect(paddedLength(length)).toBe(padded);
  });
});
