import fc from 'fast-check';

/** Values that a parser would not expect in the place of another. */
export const junk: readonly unknown[] = [
  null,
  undefined,
  true,
  0,
  -0,
  -1,
  1,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  1e308,
  5e-324,
  1n,
  '',
  ' ',
  '0',
  '1',
  '\ud800',
  'a\udc00',
  '\u0000',
  '__proto__',
  'constructor',
  'x'.repeat(65),
  'x'.repeat(100_000),
  '{"toString":1}',
  [],
  [[]],
  [undefined],
  new Array(3),
  {},
  { length: 1, 0: 'a' },
  { type: 'configure' },
  { __proto__: null, type: 'show' },
  JSON.parse('{"__proto__":{"type":"ready"}}'),
  new Date(0),
  new Date(NaN),
  new Map([['type', 'ready']]),
  new Set(['type']),
  /a+/,
  new Uint8Array(3),
  new Float64Array(2),
  new ArrayBuffer(8),
  new Error('x'),
  Object('connect'),
  Object(1),
  Object(true),
];

/** `picks` say where and how: a message with one to three things wrong, or none that matters. */
export interface Mutation {
  picks: readonly number[];
  other: unknown;
}
export const mutations: fc.Arbitrary<Mutation> = fc.record({
  picks: fc.array(fc.nat(), { minLength: 4, maxLength: 12 }),
  other: fc.oneof(fc.constantFrom(...junk), fc.anything({ maxDepth: 2 })),
});

const names = [
  '__proto__',
  'constructor',
  'toString',
  'type',
  'lunasec',
  'token',
  'later',
  '',
  'a b',
  '\ud800',
];

/** A changed copy of a message; `value` stays as it is. */
export function mutate(value: unknown, { picks, other }: Mutation): unknown {
  let mutated = value;
  for (let at = 0; at + 3 < picks.length; at += 4)
    mutated = mutateOnce(mutated, picks.slice(at, at + 4), other);
  return mutated;
}

function mutateOnce(value: unknown, picks: readonly number[], other: unknown): unknown {
  const [how = 0, where = 0, which = 0, what = 0] = picks;
  if (Array.isArray(value) && value.length > 0 && how % 3 > 0) {
    const items = [...(value as unknown[])];
    const at = where % items.length;
    if (how % 4 === 0) items.splice(at, 1);
    else if (how % 4 === 1) items.push(items[at]);
    else items[at] = mutateOnce(items[at], [which, what, how, where], other);
    return items;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && how % 8 > 0) {
    const entries = Object.entries(value);
    const at = entries.length === 0 ? 0 : where % entries.length;
    const entry = entries[at];
    const name = names[which % names.length]!;
    if (!entry || how % 8 === 1) entries.push([name, other]);
    else if (how % 8 === 2) entries.splice(at, 1);
    else if (how % 8 === 3) entries[at] = [name, entry[1]];
    else if (how % 8 === 4) entries[at] = [entry[0], entries[which % entries.length]![1]];
    else entries[at] = [entry[0], mutateOnce(entry[1], [which, what, how, where], other)];
    return Object.fromEntries(entries);
  }
  if (typeof value === 'number' && how % 2 === 0)
    return [value + 1, value - 1, -value, value + 0.5, value * 2 ** 32, String(value)][where % 6];
  if (typeof value === 'string' && how % 2 === 0) {
    const at = value.length === 0 ? 0 : which % value.length;
    return [
      value.slice(0, at) + value.slice(at + 1),
      value.slice(0, at) + String.fromCharCode(what % 0x10000) + value.slice(at),
      value.slice(0, at) + String.fromCharCode(what % 128) + value.slice(at + 1),
      value + value,
      value.toUpperCase(),
      `${value}\n`,
      ` ${value}`,
    ][where % 7];
  }
  return [other, [value], { value }, junk[where % junk.length]][how % 4];
}
