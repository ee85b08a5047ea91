#!/usr/bin/env node
/**
 * `npm run bench`: measures what the platform costs, each figure as a ratio to a baseline that runs in turn with it on the same
 * machine. Ends with 1 when a measure fails, and with `--guard` when a recorded ratio was lost.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { bold, dim, green, note, red, step } from '../scripts/lib/progress.mjs';
import { build, isBuilt, requireNode } from '../scripts/lib/workspace.mjs';

requireNode();
if (!isBuilt() && (await step('Building the packages', build)).code !== 0) process.exit(1);

const { readOptions } = await import('./options.mjs');
const { measures } = await import('./lib/measures.mjs');
const { runMeasure } = await import('./lib/run-measure.mjs');
const { machine, machineText } = await import('./lib/machine.mjs');
const { printTable, short, unitOf } = await import('./lib/table.mjs');
const { lossesOf } = await import('./lib/guard.mjs');
const { readRecorded, record } = await import('./lib/recorded.mjs');

const options = readOptions(measures);
const recorded = options.guard ? readRecorded() : undefined;
if (options.guard && !recorded) {
  console.error(red('There is no bench/recorded.json. Make it with `npm run bench -- --write-docs`.'));
  process.exit(1);
}
const here = machine();
console.log(`${bold('Benchmarks')} ${dim(machineText(here))}`);
const [busy] = loadavg();
if (busy > availableParallelism() / 2)
  note(`This machine is busy with other things (load ${busy.toFixed(1)}): spreads will be wide.`);

const results = [];
for (const measure of options.measures) results.push(await measured(measure));
printTable(results);
if (options.json)
  writeFileSync(
    options.json,
    `${JSON.stringify({ machine: here, options: { rows: options.rows, isQuick: options.isQuick }, results }, null, 2)}\n`,
  );

const failed = results.some(({ error }) => error);
if (options.writeDocs && !failed) {
  const { writeDocs } = await import('./lib/docs.mjs');
  await writeDocs(record(results, { machine: machineText(here), rows: options.rows }), measures);
  console.log(
    `\n${green('●')} docs/performance.md, docs/images/bench-*.svg and bench/recorded.json are written.`,
  );
}
process.exitCode = failed || (recorded && !(await holds(recorded))) ? 1 : 0;

async function measured(measure) {
  let result;
  await step(`${measure.number} ${measure.title.replaceAll('`', '')}`, async () => {
    const { isQuick, rows } = options;
    const load = Number(loadavg()[0].toFixed(1));
    result = { ...(await runMeasure(measure, { isQuick, rows }, { note })), load };
    const { figures = [], missing, error } = result;
    return {
      code: error ? 1 : 0,
      output: error,
      details: [
        ...(missing ? [`not measured: ${missing}`] : []),
        ...figures.map(
          (figure) =>
            `${figure.what}: ${short(figure.ratio)}${unitOf(figure)}${figure.shown && ` (${figure.shown})`}`,
        ),
      ],
    };
  });
  return result;
}

/** What seems lost is measured once more: once can be the machine. */
async function holds(before) {
  const first = lossesOf(results, before);
  if (first.length === 0) {
    console.log(`\n${green('✓')} No recorded ratio was lost by more than 20 %.`);
    return true;
  }
  const ids = new Set(first.map(({ id }) => id.split('/')[0]));
  const again = [];
  for (const measure of options.measures.filter(({ id }) => ids.has(id))) again.push(await measured(measure));
  const lost = lossesOf(again, before).filter(({ id }) => first.some((each) => each.id === id));
  for (const { id, before: was, ratio, loss } of lost)
    console.error(
      red(
        `✗ ${id}: ${short(ratio)} where ${short(was)} is recorded: ${(loss * 100).toFixed(0)} % were lost, twice.`,
      ),
    );
  if (lost.length > 0)
    console.error(
      'Find what changed with `node --cpu-prof`; if it is meant to be so, record it with `npm run bench -- --write-docs`.',
    );
  return lost.length === 0;
}
