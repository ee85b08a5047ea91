import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createContext, runInContext } from 'node:vm';
import { concealText } from './conceal.js';
import { createMask } from './mask.js';
import { compilePattern } from './pattern.js';
import { validators } from './validators.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('masks, patterns and validators');
afterAll(fuzz.record);

const anyText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
  fc.stringMatching(/^[0-9 ()+.-]{0,30}$/),
  fc.stringMatching(/^[0-9A-Z٠-٩０-９ -]{0,30}$/),
);

/** Runs a task with an end: V8 also leaves a regular expression then. Far above what any of them takes. */
function endsWithin(milliseconds: number, task: () => void): boolean {
  const context = createContext({ task });
  try {
    runInContext('task()', context, { timeout: milliseconds });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw error;
  }
}
const watchdog = 20_000;
/** What makes patterns that backtrack take long: nearly a match, again and again. */
const hostile = (unit: string, end: string) =>
  unit.repeat(Math.ceil(1000 / Math.max(1, unit.length))).slice(0, 999) + end;

describe('patterns of a page', () => {
  const atom = fc.constantFrom(
    'a',
    '.',
    '\\d',
    '\\w',
    '[ab]',
    '[^b]',
    '\\s',
    'ab',
    '\\p{L}',
    '(?:a|b)',
    '(a|aa)',
    '(a|a)',
  );
  const quantifier = fc.constantFrom(
    '',
    '*',
    '+',
    '?',
    '{2}',
    '{1,3}',
    '{0,50}',
    '{2,}',
    '*?',
    '{1000}',
    '{0,1000}',
  );
  const { pattern } = fc.letrec<{ pattern: string; item: string }>((tie) => ({
    item: fc.oneof(
      { maxDepth: 3 },
      fc.tuple(atom, quantifier).map((parts) => parts.join('')),
      fc.tuple(tie('pattern'), quantifier).map(([inner, times]) => `(${inner})${times}`),
      fc
        .tuple(tie('pattern'), tie('pattern'), quantifier)
        .map(([one, two, times]) => `(?:${one}|${two})${times}`),
    ),
    pattern: fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((items) => items.join('')),
  }));

  test('(one that backtracks for ever is ended by the watchdog)', () => {
    expect(endsWithin(200, () => /^(?:a+)+$/.test(`${'a'.repeat(60)}!`))).toBe(false);
  });

  test('that are taken end on every text, however it is made for them', () => {
    let taken = 0;
    fuzz.check(
      { quick: 300, whole: 6000 },
      fc.tuple(
        pattern,
        fc.constantFrom('a', 'ab', 'b', ' ', '1', 'aA', 'ä'),
        fc.constantFrom('', '!', 'b', '\n'),
      ),
      ([source, unit, end]) => {
        const matches = compilePattern(source);
        if (!matches) return 1;
        taken++;
        assert.ok(
          endsWithin(watchdog, () => matches(hostile(unit, end))),
          `${source} takes long`,
        );
        return 2;
      },
    );
    expect(taken).toBeGreaterThan(20);
  });

  test('are what a browser makes of them, if they are taken at all, and never throw', () => {
    fuzz.check(
      { quick: 1000, whole: 40_000 },
      fc.tuple(
        fc.oneof(
          pattern,
          fc.string({ maxLength: 30 }),
          fc.stringMatching(/^[()[\]{}|*+?\\.^$a0,:=!<-]{0,20}$/),
        ),
        fc.constantFrom('', 'a', 'ab', '1', 'aaaa', '\ud800'),
      ),
      ([source, text]) => {
        const matches = compilePattern(source);
        if (!matches) return;
        // HTML §4.10.5.3.6: compiled on its own first, so that it cannot close the group that is put around it.
        assert.ok(new RegExp(source, 'v'), source);
        assert.equal(matches(text), new RegExp(`^(?:${source})$`, 'v').test(text));
      },
    );
  });
});

describe('masks', () => {
  const mask = fc.oneof(
    fc.stringMatching(/^[#A*() +./-]{0,16}$/),
    fc.constantFrom(
      '###-##-####',
      '+1 (###) ###-####',
      '#### #### #### ####',
      '##/##',
      'AA## ****',
      'ABC###',
      '##.##.####',
      'constructor#',
      '#__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 16 }),
  );

  test('write what fits, drop no letter or digit, and keep the caret inside', () => {
    fuzz.check(
      { quick: 2000, whole: 60_000 },
      fc.tuple(mask, anyText, fc.nat(45), fc.nat(45), anyText, fc.constantFrom('backward', 'forward')),
      ([source, text, one, two, inserted, direction]) => {
        const it = createMask(source);
        if (!it) return;
        const within = (edited: { text: string; caret: number }) =>
          assert.ok(edited.caret >= 0 && edited.caret <= edited.text.length, 'the caret is outside');
        const caret = Math.min(one, text.length);
        const formatted = it.format(text, caret);
        if (!formatted) return;
        within(formatted);
        assert.ok(it.fits(formatted.text), 'what was formatted does not fit');
        const start = Math.min(one, two, formatted.text.length);
        const end = Math.min(Math.max(one, two), formatted.text.length);
        const added = it.insert(formatted.text, start, end, inserted);
        if (added) {
          within(added);
          assert.ok(it.fits(added.text), 'what was inserted does not fit');
        }
        within(it.remove(formatted.text, start, end, direction));
        return 3;
      },
    );
  });
});

describe('validators', () => {
  test('answer yes or no to any text, in the end', () => {
    const long = fc
      .tuple(
        fc.constantFrom('a', 'a.', 'a@', '1', '1 ', '1-', 'DE', ' ', '+', 'a-', '(', '٣', '\ud800'),
        fc.constantFrom('', '!', '@', '1', '.'),
      )
      .map(([unit, end]) => hostile(unit, end).padStart(20_000, unit));
    fuzz.check(
      { quick: 600, whole: 25_000 },
      fc.tuple(
        fc.oneof({ weight: 9, arbitrary: anyText }, { weight: 1, arbitrary: long }),
        fc.option(fc.stringMatching(/^[#/.-]{0,12}$/), { nil: undefined }),
      ),
      ([text, mask]) => {
        for (const [name, isValid] of Object.entries(validators)) {
          let verdict: unknown;
          const run = () => (verdict = isValid(text, mask));
          if (text.length < 1000) run();
          else assert.ok(endsWithin(watchdog, run), `${name} takes long`);
          assert.equal(typeof verdict, 'boolean');
        }
        return Object.keys(validators).length;
      },
    );
  });

  test('take a card number only with its check digit, an IBAN only with its own, an SSN only in its form', () => {
    const luhn = (digits: string) =>
      [...digits].reverse().reduce((sum, digit, at) => {
        const doubled = Number(digit) * (at % 2 === 1 ? 2 : 1);
        return sum + Math.floor(doubled / 10) + (doubled % 10);
      }, 0) % 10;
    fuzz.check(
      { quick: 1500, whole: 50_000 },
      fc.stringMatching(/^(4[0-9]{12}|4[0-9]{15}|5[1-5][0-9]{14}|3[47][0-9]{13}|6[0-9]{11,18})$/),
      (digits) => {
        assert.equal(validators.CardNumber(digits), luhn(digits) === 0, digits);
      },
    );
    const ibanRemainder = (iban: string) => {
      const moved = iban.slice(4) + iban.slice(0, 4);
      const number = [...moved]
        .map((sign) => (sign >= 'A' ? String(sign.charCodeAt(0) - 55) : sign))
        .join('');
      return BigInt(number) % 97n;
    };
    fuzz.check(
      { quick: 1500, whole: 50_000 },
      fc.stringMatching(/^(DE[0-9]{20}|NO[0-9]{13}|GB[0-9]{2}[A-Z]{4}[0-9]{14})$/),
      (iban) => {
        const check = Number(iban.slice(2, 4));
        assert.equal(validators.IBAN(iban), ibanRemainder(iban) === 1n && check >= 2 && check <= 98, iban);
        // With the right check digits it is one.
        const digits = 98n - ibanRemainder(`${iban.slice(0, 2)}00${iban.slice(4)}`);
        const right = iban.slice(0, 2) + String(digits).padStart(2, '0') + iban.slice(4);
        assert.ok(validators.IBAN(right), right);
        return 2;
      },
    );
    fuzz.check(
      { quick: 1000, whole: 40_000 },
      fc.oneof(anyText, fc.stringMatching(/^[0-9]{3}-?[0-9]{2}-?[0-9]{4}$/)),
      (text) => {
        const digits = text.replace(/-/g, '');
        const expected =
          digits.length === 9 &&
          [...digits].every((sign) => sign >= '0' && sign <= '9') &&
          [
            digits,
            `${digits.slice(0, 3)}-${digits.slice(3, 5)}-${digits.slice(5)}`,
            `${digits.slice(0, 3)}-${digits.slice(3)}`,
            `${digits.slice(0, 5)}-${digits.slice(5)}`,
          ].includes(text) &&
          !['000', '666'].includes(digits.slice(0, 3)) &&
          digits[0] !== '9' &&
          digits.slice(3, 5) !== '00' &&
          digits.slice(5) !== '0000';
        assert.equal(validators.SSN(text), expected, text);
      },
    );
  });

  test('take a date only if the calendar has it', () => {
    fuzz.check(
      { quick: 1500, whole: 50_000 },
      fc.tuple(fc.nat(9999), fc.nat(14), fc.nat(33)),
      ([year, month, day]) => {
        const [y, m, d] = [
          String(year).padStart(4, '0'),
          String(month).padStart(2, '0'),
          String(day).padStart(2, '0'),
        ];
        const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
        const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1]!;
        assert.equal(validators.Date(`${y}-${m}-${d}`), exists);
        assert.equal(validators.Date(`${d}.${m}.${y}`, '##.##.####'), exists);
        assert.equal(validators.Date(`${m}/${d}/${y}`, '##/##/####'), exists);
        return 3;
      },
    );
  });
});

test('a concealed text shows no more letters and digits than it may', () => {
  fuzz.check(
    { quick: 1500, whole: 60_000 },
    fc.tuple(anyText, fc.nat(64), fc.boolean()),
    ([text, visible, isRightToLeft]) => {
      const shown = concealText(text, visible, isRightToLeft);
      const count = (of: string) => of.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
      const all = count(text);
      assert.equal(count(shown), all > visible ? Math.min(visible, all) : 0, 'shows more or fewer');
    },
  );
});
