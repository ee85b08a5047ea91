import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../recorded.json', import.meta.url);

/** The results that were recorded, of each measure the last; undefined when there are none. */
export const readRecorded = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

/** Records results in the place of those of the same measures; gives all of them, in order. */
export function record(results, { machine, rows }) {
  const before = (readRecorded() ?? []).filter(({ id }) => results.every((each) => each.id !== id));
  const all = [...before, ...results.map((result) => ({ ...result, machine, rows }))].sort(
    (a, b) => a.number - b.number,
  );
  writeFileSync(file, `${JSON.stringify(all, rounded, 2)}\n`);
  return all;
}

/** More digits than these are noise. */
const rounded = (_key, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
