import { parseArgs } from 'node:util';

const usage = (names) => `npm run bench [-- <measures> <options>]
  <measures>       numbers or names; default: all of ${names.join(', ')}
  --quick          a short self-check: few rounds, small amounts; its figures say little
  --json <file>    writes every figure, with the machine
  --write-docs     records the measures in bench/recorded.json, and writes docs/performance.md and its charts; not with --quick
  --guard          compares with bench/recorded.json, and ends with 1 where more than 20 % were lost
  --rows <n>       grants that measure 8 fills its database with (default: 10000000; with --quick 200000)`;

/** The options of a run. Ends the process when they are wrong. */
export function readOptions(measures) {
  const names = measures.map(({ number, id }) => `${number} ${id}`);
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'string' },
        'write-docs': { type: 'boolean', default: false },
        guard: { type: 'boolean', default: false },
        rows: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage(names));
      process.exit(0);
    }
    const wanted = positionals.map((text) => {
      const found = measures.find(({ number, id }) => text === id || text === String(number));
      if (!found) throw new Error(`There is no measure "${text}".`);
      return found;
    });
    const isQuick = values.quick;
    if (values['write-docs'] && isQuick) throw new Error('--write-docs takes measures at their length.');
    const rows = Number(values.rows ?? (isQuick ? 200_000 : 10_000_000));
    if (!Number.isInteger(rows) || rows < 20_000)
      throw new Error('--rows must be a whole number, 20000 or more.');
    return {
      measures: wanted.length > 0 ? wanted : measures,
      isQuick,
      json: values.json,
      writeDocs: values['write-docs'],
      guard: values.guard,
      rows,
    };
  } catch (error) {
    console.error(`${error.message}\n\n${usage(names)}`);
    process.exit(2);
  }
}
