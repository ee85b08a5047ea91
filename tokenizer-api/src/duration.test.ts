import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, longestDuration, parseDuration } from './duration.js';

describe('durations', () => {
  test.each([
    ['45s', 45],
    ['5m30s', 330],
    ['1h', 3600],
    ['1h1m1s', 3661],
    ['90m', 5400],
    ['0h5m', 300],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    '',
    '5',
    '5 m',
    '30s5m',
    '5m5m',
    '-5m',
    '+5m',
    '1.5h',
    '1d',
    '0s',
    '0h0m0s',
    '5M',
    'm',
    '5m\n',
    '1e3s',
    '９s',
    '8785h',
    '9999999999s',
  ])('%j is not a duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('what is written is read back as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: longestDuration }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });

  test('no text makes it throw or give anything but whole seconds within the limit', () => {
    const pieces = fc.array(fc.oneof(fc.nat().map(String), fc.constantFrom('h', 'm', 's', '-', '.')));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((all) => all.join('')),
        ),
        (text) => {
          const seconds = parseDuration(text) ?? 1;
          expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= longestDuration).toBe(true);
        },
      ),
    );
  });
});
