import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMask } from './mask.js';
import type { Mask } from './mask.js';

const ssn = createMask('###-##-####')!;
const phone = createMask('+1 (###) ###-####')!;
const plate = createMask('AA-####')!;

/** A text with `|` for the caret, or `[…]` for a selection; what comes of an edit, written likewise. */
function at(marked: string): [text: string, start: number, end: number] {
  const start = marked.search(/[|[]/);
  const end = marked.includes('|') ? start : marked.indexOf(']') - 1;
  return [marked.replace(/[|[\]]/g, ''), start, end];
}
const marked = (edited: { text: string; caret: number } | undefined) =>
  edited && `${edited.text.slice(0, edited.caret)}|${edited.text.slice(edited.caret)}`;

const insert = (mask: Mask, before: string, sign: string) => marked(mask.insert(...at(before), sign));
const backspace = (mask: Mask, before: string) => marked(mask.remove(...at(before), 'backward'));
const del = (mask: Mask, before: string) => marked(mask.remove(...at(before), 'forward'));

/** Types a text, sign by sign. */
const typed = (mask: Mask, text: string) =>
  [...text].reduce((edited, sign) => mask.insert(edited.text, edited.caret, edited.caret, sign) ?? edited, {
    text: '',
    caret: 0,
  });

describe('what is typed', () => {
  test.each([
    ['###-##-####', '078051120', '078-05-1120'],
    ['###-##-####', '078-05-1120', '078-05-1120'],
    ['###-##-####', '078', '078'],
    ['###-##-####', '078-', '078-'],
    ['###-##-####', '07x8', '078'],
    ['###-##-####', '-0', '0'],
    ['###-##-####', '0780511209999', '078-05-1120'],
    ['###-##-####', '٠٧٨۰۵1120', '078-05-1120'],
    ['+1 (###) ###-####', '5551234567', '+1 (555) 123-4567'],
    ['+1 (###) ###-####', '+15551234567', '+1 (555) 123-4567'],
    ['+1 (###) ###-####', '15551234567', '+1 (555) 123-4567'],
    ['(##)', '12', '(12)'],
    ['(##)', '1', '(1'],
    ['AA-####', 'ab1234', 'ab-1234'],
    ['AA-####', 'éß1', 'éß-1'],
    ['AA-####', '12ab', 'ab'],
    ['**-**', 'a1b2', 'a1-b2'],
    ['##€', '12', '12€'],
    ['#', '😀1', '1'],
  ])('into %s: %s is %s', (mask, keys, text) => {
    expect(typed(createMask(mask)!, keys).text).toBe(text);
  });

  test.each([
    [ssn, '|78', '0', '0|78'],
    [ssn, '|783', '0', '0|78-3'],
    [ssn, '078|-05', '1', '078-1|0-5'],
    [ssn, '078|-05', '-', '078-|05'],
    [ssn, '07[8]-05', '9', '079|-05'],
    [ssn, '0[78-0]5', '6', '06|5'],
    // Full: nothing is pushed out at the end.
    [ssn, '0|78-05-1120', '9', undefined],
    [ssn, '078-05-1120|', '9', undefined],
    [ssn, '07|', 'x', undefined],
    [ssn, '0[7]8', 'x', undefined],
    // No place for what is behind: the letter would have to stand where digits do.
    [plate, 'a|b-12', 'c', undefined],
    [plate, '[a]b-12', 'c', 'c|b-12'],
    // Of what is pasted, as much as there is room for.
    [ssn, '078-05-|', '112099', '078-05-1120|'],
    [ssn, '|112-0', '078 05 99', '078-05|-1120'],
    [ssn, '[078-05-1120]', 'SSN: 219-09-9999.', '219-09-9999|'],
    [phone, '+1 (|', '(555) 123', '+1 (555) 123|'],
  ])('at its place (%#)', (mask, before, sign, after) => {
    expect(insert(mask, before, sign)).toBe(after);
  });
});

describe('what is deleted', () => {
  test.each([
    ['078-05|', '078-0|'],
    ['078-|', '078|'],
    ['078-|05', '07|0-5'],
    ['078|-05', '07|0-5'],
    ['0|', '|'],
    ['0|78-05-1120', '|780-51-120'],
    ['0[78-0]5', '0|5'],
    ['078[-]05', '078|-05'],
    ['[078-05-1120]', '|'],
  ])('backward: %s leaves %s', (before, after) => {
    expect(backspace(ssn, before)).toBe(after);
  });

  test.each([
    ['|078-05', '|780-5'],
    ['078|-05', '078|-5'],
    ['078-|05', '078-|5'],
    ['078|-', '078|'],
    ['07|8', '07|'],
  ])('forward: %s leaves %s', (before, after) => {
    expect(del(ssn, before)).toBe(after);
  });

  test('leaves no literals alone', () => {
    expect(backspace(phone, '+1 (5|')).toBe('|');
    expect(backspace(phone, '+1 (|55')).toBe('+1 (|55');
    expect(del(phone, '+1 (|5')).toBe('|');
    // Unless somebody typed them.
    expect(backspace(phone, '+1|')).toBe('+|');
  });

  test('loses nothing else: what no longer fits stays, until it does', () => {
    expect(backspace(plate, 'a|b-12')).toBe('|b-12');
    expect(plate.fits('b-12')).toBe(false);
    expect(insert(plate, '|b-12', 'c')).toBe('c|b-12');
    expect(insert(plate, '|b-12', '3')).toBeUndefined();
    // A letter of two UTF-16 units takes no place of one.
    expect(insert(plate, '|', '\u{1d400}')).toBeUndefined();
    expect(insert(plate, '|', '\u{1d400}b')).toBe('b|');
  });
});

describe('a text from elsewhere', () => {
  test.each([
    ['078051120|', '078-05-1120|'],
    ['078 05 |1120', '078-05|-1120'],
    ['(078) 05/1120|', '078-05-1120|'],
    ['|078051120', '|078-05-1120'],
    ['078-05|', '078-05|'],
    ['...|', '|'],
    ['|', '|'],
    ['078-05-11201|', undefined],
    ['SSN 078051120|', undefined],
    ['𝟎78051120|', undefined],
  ])('%s is written as %s', (before, after) => {
    const [text, caret] = at(before);
    expect(marked(ssn.format(text, caret))).toBe(after);
  });
});

test('digits need a keyboard of digits only', () => {
  expect(ssn.isNumeric).toBe(true);
  expect(phone.isNumeric).toBe(true);
  expect(plate.isNumeric).toBe(false);
  expect(createMask('###*')!.isNumeric).toBe(false);
  expect(createMask('##kg')!.isNumeric).toBe(false);
});

test('a mask that takes nothing is none', () => {
  expect(createMask('')).toBeUndefined();
  expect(createMask('---')).toBeUndefined();
});

describe('for every mask and text', () => {
  const mask = fc
    .array(fc.constantFrom('#', '#', '#', 'A', '*', '-', ' ', '(', ')', '/', '1', 'x', '€'), {
      minLength: 1,
      maxLength: 16,
    })
    .map((places) => places.join(''))
    .filter((places) => /[#A*]/.test(places));
  const digitMask = mask.map((places) => places.replace(/[A*1x]/g, '#'));
  const text = fc.string({
    unit: fc.constantFrom(...'0123456789abcXYZé-() /.٣€'),
    maxLength: 24,
  });
  const digitsOf = (each: string) => each.replace(/\D/g, '');
  const contentOf = (each: string) => each.match(/[\p{L}\p{N}]/gu)?.join('') ?? '';
  const isWithin = (part: string, whole: string) => {
    let position = 0;
    for (const sign of whole) if (sign === part[position]) position++;
    return position === part.length;
  };
  const edits = fc.array(
    fc.record({
      start: fc.nat(20),
      length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(6)),
      act: fc.oneof(text, fc.constantFrom('backward' as const, 'forward' as const)),
    }),
    { maxLength: 12 },
  );

  test('formatting is idempotent, and its result fits', () => {
    fc.assert(
      fc.property(mask, text, fc.nat(24), (places, given, caret) => {
        const { format, fits } = createMask(places)!;
        const once = format(given, Math.min(caret, given.length));
        fc.pre(once !== undefined);
        expect(fits(once!.text)).toBe(true);
        expect(format(once!.text, once!.caret)).toEqual(once);
      }),
    );
  });

  test('formatting loses no letter or digit', () => {
    fc.assert(
      fc.property(mask, text, (places, given) => {
        const formatted = createMask(places)!.format(given, given.length);
        fc.pre(formatted !== undefined);
        expect(isWithin(contentOf(given.replaceAll('٣', '3')), contentOf(formatted!.text))).toBe(true);
        expect(formatted!.caret).toBe(formatted!.text.length);
      }),
    );
  });

  test('typing sign by sign is pasting', () => {
    fc.assert(
      fc.property(mask, text, (places, given) => {
        const made = createMask(places)!;
        expect(typed(made, given)).toEqual(made.insert('', 0, 0, given) ?? { text: '', caret: 0 });
      }),
    );
  });

  test('every edit leaves a text that fits, of what was there and what was put in, the caret behind that', () => {
    fc.assert(
      fc.property(digitMask, edits, (places, all) => {
        const made = createMask(places)!;
        let now = '';
        for (const { start, length, act } of all) {
          const from = Math.min(start, now.length);
          const to = Math.min(from + length, now.length);
          const isDeletion = act === 'backward' || act === 'forward';
          if (isDeletion && from === to && from === (act === 'backward' ? 0 : now.length)) continue;
          const edited = isDeletion ? made.remove(now, from, to, act) : made.insert(now, from, to, act);
          if (!edited) continue;
          expect(made.fits(edited.text)).toBe(true);
          expect(edited.caret).toBeLessThanOrEqual(edited.text.length);
          const [before, behind] = [digitsOf(now.slice(0, from)), digitsOf(now.slice(to))];
          const [head, tail] = [
            digitsOf(edited.text.slice(0, edited.caret)),
            digitsOf(edited.text.slice(edited.caret)),
          ];
          if (isDeletion) {
            // At most the one digit beside the caret goes besides the selection.
            expect([before, before.slice(0, -1)]).toContain(head);
            expect([behind, behind.slice(1)]).toContain(tail);
            expect(before.length + behind.length - head.length - tail.length).toBeLessThanOrEqual(
              from === to ? 1 : 0,
            );
          } else {
            expect(head.startsWith(before)).toBe(true);
            expect(digitsOf(act.replaceAll('٣', '3')).startsWith(head.slice(before.length))).toBe(true);
            expect(tail).toBe(behind);
          }
          now = edited.text;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('nothing that letters and digits stand for is lost by deleting beside them', () => {
    fc.assert(
      fc.property(mask, text, fc.nat(16), fc.nat(16), (places, given, from, length) => {
        const made = createMask(places)!;
        const { text: before } = typed(made, given);
        fc.pre(from < before.length && length > 0);
        const to = Math.min(from + length, before.length);
        const slots = (part: string, offset: number) =>
          part
            .split('')
            .filter((_, index) => /[#A*]/.test(places[offset + index]!))
            .join('');
        const { text: after } = made.remove(before, from, to, 'backward');
        const left = slots(before.slice(0, from), 0) + slots(before.slice(to), to);
        expect(isWithin(left, after)).toBe(true);
      }),
    );
  });
});
