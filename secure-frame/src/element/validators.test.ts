import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { validators } from './validators.js';

const right = {
  SSN: ['078-05-1120', '078051120', '899-99-9999'],
  Email: ['a@b.co', 'first.last+tag@sub.example.org', "o'neil@xn--bcher-kva.example"],
  CardNumber: ['4111 1111 1111 1111', '4111-1111-1111-1111', '378282246310005', '6304000000000000'],
  Phone: ['+49 (30) 123-4567', '5551234', '+1.202.555.0123'],
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
  ],
  Phone: ['123456', '1'.repeat(16), '++15551234', 'call me 5551234', '555-CALL-ME'],
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
