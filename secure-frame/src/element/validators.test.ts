import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { validators } from './validators.js';

/** The examples of the registry, and other ways to write them. */
const ibans = [
  'GB29 NWBK 6016 1331 9268 19',
  'GB29NWBK60161331926819',
  'gb29 nwbk 6016 1331 9268 19',
  'DE89 3704 0044 0532 0130 00',
  'FR14 2004 1010 0505 0001 3M02 606',
  'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
  'NO93 8601 1117 947',
  'BR18 0036 0305 0000 1000 9795 493C 1',
  'LC55 HEMM 0001 0001 0012 0012 0002 3015',
  'SC18 SSCB 1101 0000 0000 0000 1497 USD',
  'CR05 0152 0200 1026 2840 66',
  'XK05 1212 0123 4567 8906',
] as const;

const right = {
  SSN: ['078-05-1120', '078051120', '899-99-9999'],
  Email: ['a@b.co', 'first.last+tag@sub.example.org', "o'neil@xn--bcher-kva.example"],
  CardNumber: [
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '378282246310005',
    '6304000000000000',
    '4222222222222',
    '5555555555554444',
    '2223003122003222',
    '6011111111111117',
    '30569309025904',
  ],
  Phone: ['+49 (30) 123-4567', '5551234', '+1.202.555.0123'],
  IBAN: ibans,
  Date: ['2024-02-29', '2000-02-29', '1999-12-31', '0001-01-01', '9999-12-31'],
} as const;

const wrong = {
  SSN: [
    '000-12-3456',
    '666-12-3456',
    '900-12-3456',
    '078-00-1120',
    '078-05-0000',
    '078-05-112',
    '078-05-11200',
    ' 078-05-1120',
    '078 05 1120',
    '٠٧٨-٠٥-١١٢٠',
    'abc',
  ],
  Email: [
    'a@b',
    '@b.co',
    'a@',
    'a@-b.co',
    'a@b..co',
    'a b@c.de',
    'a@b.co ',
    'a@b@c.de',
    `${'a'.repeat(65)}@b.co`,
  ],
  CardNumber: [
    '4111 1111 1111 1112',
    '4111',
    '4111  1111 1111 1111',
    '-4111111111111111',
    '4'.repeat(20),
    '4111x1111',
    // Each with a right check digit, but too short or long for its brand: Visa, Mastercard, American Express.
    '411111111111116',
    '511111111111115',
    '3711111111111117',
  ],
  Phone: ['123456', '1'.repeat(16), '++15551234', 'call me 5551234', '555-CALL-ME'],
  IBAN: [
    'GB30 NWBK 6016 1331 9268 19',
    'DE89 3704 0044 0532 0130 0',
    'DE89 3704 0044 0532 0130 000',
    'US89 3704 0044 0532 0130 00',
    'D489370400440532013000',
    'DE89  3704 0044 0532 0130 00',
    'DE89-3704-0044-0532-0130-00',
    ' DE89370400440532013000',
    'DE8937040044053201300٠',
    'E8937040044053201300DE',
    'A',
    'A'.repeat(5000),
  ],
  Date: [
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-04-31',
    '2024-01-00',
    '0000-01-01',
    '2024-1-1',
    '24-01-01',
    '20240101',
    '2024/01/01',
    '01/31/2024',
    '2024-01-01T00:00',
    '٢٠٢٤-٠١-٠١',
    'today',
  ],
} as const;

describe.each(Object.keys(validators) as (keyof typeof validators)[])('%s', (name) => {
  test.each(right[name])('takes %j', (text) => {
    expect(validators[name](text)).toBe(true);
  });

  test.each(wrong[name])('refuses %j', (text) => {
    expect(validators[name](text)).toBe(false);
  });

  test('has a verdict on every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof validators[name](text)).toBe('boolean');
      }),
    );
  });
});

test('a card number with one digit changed is refused', () => {
  fc.assert(
    fc.property(fc.nat({ max: 15 }), fc.integer({ min: 1, max: 9 }), (place, by) => {
      const digits = [...'4111111111111111'];
      digits[place] = String((Number(digits[place]) + by) % 10);
      expect(validators.CardNumber(digits.join(''))).toBe(false);
    }),
  );
});

test('an IBAN with one digit or letter changed for another is refused', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ibans.map((iban) => iban.replaceAll(' ', '').toUpperCase())),
      fc.nat(40),
      fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'),
      (iban, place, sign) => {
        const at = place % iban.length;
        fc.pre(/\d/.test(iban[at]!) === /\d/.test(sign));
        const changed = iban.slice(0, at) + sign + iban.slice(at + 1);
        // MOD 97-10 finds every one of them.
        expect(validators.IBAN(changed)).toBe(changed === iban);
      },
    ),
    { numRuns: 500 },
  );
});

test('an IBAN with check digits that no bank gives is refused, though its remainder is one', () => {
  // 97 more or less leaves the remainder as it is: 00, 01 and 99 stand for 97, 98 and 02.
  const remainderOf = (iban: string) =>
    BigInt([...iban.slice(4), ...iban.slice(0, 4)].map((sign) => parseInt(sign, 36)).join('')) % 97n;
  const accounts = Array.from({ length: 300 }, (_, index) => String(index).padStart(18, '0'));
  for (const [given, refused] of [
    ['97', '00'],
    ['98', '01'],
    ['02', '99'],
  ]) {
    const account = accounts.find((each) => remainderOf(`DE${given}${each}`) === 1n)!;
    expect(validators.IBAN(`DE${given}${account}`)).toBe(true);
    expect(remainderOf(`DE${refused}${account}`)).toBe(1n);
    expect(validators.IBAN(`DE${refused}${account}`)).toBe(false);
  }
});

describe('a date is read as the mask of its field writes it', () => {
  test.each([
    ['##/##/####', '02/29/2024', true],
    ['##/##/####', '29/02/2024', false],
    ['##/##/####', '2024-02-29', false],
    ['##-##-####', '12-31-1999', true],
    ['##.##.####', '29.02.2024', true],
    ['##.##.####', '02.29.2024', false],
    ['##. ##. ####', '31. 12. 2024', true],
    ['####/##/##', '2024/02/29', true],
    ['####/##/##', '2024/02/30', false],
    ['########', '20240229', false],
    ['##/##/##', '02/29/24', false],
    ['', '', false],
  ])('%s: %s, %p', (mask, text, verdict) => {
    expect(validators.Date(text, mask)).toBe(verdict);
  });

  test('every day there is, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.nat(14), fc.nat(33), (year, month, day) => {
        const pad = (number: number, size = 2) => String(number).padStart(size, '0');
        const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
        const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
        expect(validators.Date(`${pad(year, 4)}-${pad(month)}-${pad(day)}`)).toBe(day >= 1 && day <= days);
      }),
    );
  });
});
