const group = /#+/g;

/**
 * Whether a text is a date of the Gregorian calendar, of the years 1 to 9999. It is read as the field's mask writes it, without
 * one as ISO 8601 does, `####-##-##`. Three groups of digits are taken for
 *
 * - year, month and day, if the first has four digits,
 * - day, month and year, if the last has four and a full stop follows the first (`##.##.####`),
 * - month, day and year, if the last has four and anything else separates them (`##/##/####`).
 *
 * By any other mask nothing is a date.
 */
export function isDate(text: string, mask = '####-##-##'): boolean {
  const sizes = (mask.match(group) ?? []).map(({ length }) => length).join('');
  const order = sizes === '422' ? 'ymd' : sizes === '224' ? (/#\./.test(mask) ? 'dmy' : 'mdy') : undefined;
  if (order === undefined || text.length !== mask.length) return false;
  if (![...text].every((sign, at) => (mask[at] === '#' ? /^[0-9]$/.test(sign) : sign === mask[at])))
    return false;
  const numbers = [...mask.matchAll(group)].map(({ index, 0: { length } }) =>
    Number(text.slice(index, index + length)),
  );
  const [year, month, day] = [...'ymd'].map((part) => numbers[order.indexOf(part)]!) as [
    number,
    number,
    number,
  ];
  if (year === 0) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
