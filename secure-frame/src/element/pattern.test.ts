import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePattern } from './pattern.js';

describe('a pattern as forms use them', () => {
  test.each([
    ['\\d{3}-?\\d{2}-?\\d{4}', '078-05-1120', '078-05'],
    ['\\d{5}(-\\d{4})?', '12345-6789', '12345-'],
    ['(?:\\d{4}\\s?){4}', '4111 1111 1111 1111', '4111'],
    ["[A-Za-z\\-' ]+", "O'Neil-Smith", 'R2D2'],
    ['[A-Z]{2}[0-9]{6}[A-Z]?', 'AB123456', 'ab123456'],
    ['red|green|blue', 'green', 'greenblue'],
    ['^[0-9]+$', '123', '12a'],
    ['.{8,64}', 'long enough', 'short'],
    ['\\p{L}+', 'Grüße', 'a1'],
    ['', '', 'a'],
  ])('%s: whole texts only', (pattern, right, wrong) => {
    const matches = compilePattern(pattern)!;
    expect(matches(right)).toBe(true);
    expect(matches(wrong)).toBe(false);
  });

  test('a text of more than 1000 characters matches none', () => {
    const matches = compilePattern('a*')!;
    expect(matches('a'.repeat(1000))).toBe(true);
    expect(matches('a'.repeat(1001))).toBe(false);
  });
});

describe('a pattern whose time could tell the text is refused', () => {
  test.each([
    '(a+)+',
    '(a*)*b',
    '(a|a)*',
    '(a|aa)+$',
    '(?:a?){50}',
    'a*a*',
    '.*.*=.*',
    '(\\d+-)*',
    '(a{0,9}){0,9}',
    `${'a?'.repeat(30)}`,
    '(?:ab?){0,20}',
    '(?=.{5}7)(x+x+)+y',
    '(?!a)b',
    '(?<=a)b',
    '(?<n>a)\\k<n>',
    '(a)\\1',
    '(?i:a)',
    '\\p{RGI_Emoji}*',
    '[\\q{a|b|c}]',
    '[[a]]',
  ])('%s', (pattern) => {
    expect(compilePattern(pattern)).toBeUndefined();
  });

  test.each([
    '(',
    ')',
    'a)',
    '(a',
    '[',
    ']',
    '[]',
    '{',
    '}',
    'a{',
    '*',
    '+a',
    '?',
    '\\',
    'a**',
    'a{2,1}',
    '\\u{61}',
    'a|*',
  ])('so is a malformed one: %s', (pattern) => {
    expect(compilePattern(pattern)).toBeUndefined();
  });

  test('one that is too big for the engine', () => {
    expect(() => compilePattern('((a{999}){999}){999}')).not.toThrow();
    expect(() => compilePattern('('.repeat(500) + 'a' + ')'.repeat(500))).not.toThrow();
  });
});

test('what is let through means what it means to a browser', () => {
  const piece = fc.constantFrom(...'a b 1 - \\d \\. [ab] [^a] . | ( ) (?: ? * + {2} {1,3} {2,}'.split(' '));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.stringMatching(/^[ab1.-]{0,8}$/), (pieces, text) => {
      const source = pieces.join('');
      const matches = compilePattern(source);
      if (matches) expect(matches(text)).toBe(new RegExp(`^(?:${source})$`, 'v').test(text));
    }),
    { numRuns: 1000 },
  );
});
