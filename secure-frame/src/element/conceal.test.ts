import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concealText } from './conceal.js';

describe('a concealed text', () => {
  test.each([
    ['078-05-1120', 4, '•••-••-1120'],
    ['078-05-1120', 0, '•••-••-••••'],
    ['4111 1111 1111 1234', 4, '•••• •••• •••• 1234'],
    ['DE89 3704 0044', 2, '•••• •••• ••44'],
    ['Ada Lovelace, née Byron', 1, '••• ••••••••, ••• ••••n'],
    // One sign, however it is encoded.
    ['e\u0301te\u0301 𝟙', 1, '••• 𝟙'],
    ['٠٧٨', 1, '••٨'],
    ['', 4, ''],
    ['- 😀 -', 0, '- 😀 -'],
  ])('of %j with %d visible is %j', (text, visible, concealed) => {
    expect(concealText(text, visible)).toBe(concealed);
  });

  test('that is as short as what would be visible shows nothing', () => {
    expect(concealText('1120', 4)).toBe('••••');
    expect(concealText('11-2', 4)).toBe('••-•');
    expect(concealText('11201', 4)).toBe('•1201');
  });

  test('among right-to-left text keeps the order of its numbers and Latin letters', () => {
    expect(concealText('07-1120', 4, true)).toBe('\u200e•\u200e•-1120');
    expect(concealText('ab שלום ٧', 0, true)).toBe('\u200e•\u200e• •••• \u200e•');
  });

  test('shows that many letters and digits at most, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(64), (text, visible) => {
        const shown = concealText(text, visible).match(/[\p{L}\p{N}]/gu) ?? [];
        const all = text.match(/[\p{L}\p{N}]/gu) ?? [];
        expect(shown.length).toBe(all.length > visible ? visible : 0);
        expect(shown).toEqual(all.slice(all.length - shown.length));
      }),
    );
  });
});
