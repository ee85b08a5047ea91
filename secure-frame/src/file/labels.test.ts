import { describe, expect, test } from '@jest/globals';
import { createSay, formatPercent, formatSize, labelOfCode } from './labels.js';

describe('labels', () => {
  test('are the app’s, where it has some, with values in their places', () => {
    const say = createSay(() => ({
      labels: { tooLarge: 'Höchstens {size}', choose: '{name} {constructor}' },
    }));
    expect(say('tooLarge', { size: '5 MB' })).toBe('Höchstens 5 MB');
    expect(say('paused', { percent: '40 %' })).toBe('Paused at 40 %');
    expect(say('choose')).toBe('{name} {constructor}');
    // "$" has a meaning in replacement texts, elsewhere.
    expect(say('tooLarge', { size: '$&' })).toBe('Höchstens $&');
  });

  test('sizes and shares read as people of that language write them', () => {
    expect(formatSize(0, 'en')).toBe('0 bytes');
    expect(formatSize(999, 'en')).toBe('999 bytes');
    expect(formatSize(1000, 'en')).toBe('1 kB');
    expect(formatSize(1_440_000, 'en')).toBe('1.4 MB');
    expect(formatSize(999_600, 'en')).toBe('1 MB');
    expect(formatSize(1_073_741_824, 'de')).toMatch(/^1,1\sGB$/);
    expect(formatPercent(0.07, 'en')).toBe('7%');
    expect(formatSize(1000, 'not a language!')).toMatch(/1/);
  });

  test('every failure has a text', () => {
    expect(labelOfCode('TOO_LARGE')).toBe('tooLarge');
    expect(labelOfCode('QUOTA_EXCEEDED')).toBe('quota');
    expect(labelOfCode('GRANT_EXPIRED')).toBe('noGrant');
    expect(labelOfCode('UNAVAILABLE')).toBe('failed');
    expect(labelOfCode(null)).toBe('failed');
  });
});
