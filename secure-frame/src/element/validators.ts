import type { ValidatorName } from '../protocol/attributes.js';
import { isDate } from './date.js';
import { isIBAN } from './iban.js';

/**
 * Built-in validators of non-empty text. They run in the frame; the page learns the verdict only. `mask`: that of the field.
 */
export const validators: Record<ValidatorName, (text: string, mask?: string) => boolean> = {
  SSN: isSocialSecurityNumber,
  // The pattern of the HTML standard's valid e-mail address, with a dot required in the domain.
  Email: (text) =>
    /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(
      text,
    ),
  CardNumber: isCardNumber,
  // E.164 has at most 15 digits; national numbers have 7 at least.
  Phone: (text) => /^\+?[\d\s().-]+$/.test(text) && /^\d{7,15}$/.test(text.replace(/\D/g, '')),
  IBAN: isIBAN,
  Date: isDate,
};

/** Areas 000, 666 and 900 to 999, group 00 and serial 0000 were never assigned. */
function isSocialSecurityNumber(text: string): boolean {
  const [, area, group, serial] = /^(\d{3})-?(\d{2})-?(\d{4})$/.exec(text) ?? [];
  return area !== undefined && !/^(000|666|9..)$/.test(area) && group !== '00' && serial !== '0000';
}

/** Brands whose numbers have known lengths: first digits, lengths. */
const brands: [RegExp, RegExp][] = [
  [/^4/, /^(13|16|19)$/], // Visa
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, /^16$/], // Mastercard
  [/^3[47]/, /^15$/], // American Express
];

/**
 * 12 to 19 digits, with spaces or hyphens between them, as many as the brand has, and the check digit of ISO/IEC 7812-1
 * (Luhn).
 */
function isCardNumber(text: string): boolean {
  if (!/^\d(?:[ -]?\d){11,18}$/.test(text)) return false;
  const number = text.replace(/\D/g, '');
  const [, lengths] = brands.find(([start]) => start.test(number)) ?? [];
  if (lengths && !lengths.test(String(number.length))) return false;
  const digits = [...number].reverse().map(Number);
  const sum = digits.reduce((total, digit, index) => {
    const value = index % 2 === 0 ? digit : digit * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
