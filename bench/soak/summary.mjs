import { bold, green, red } from '../../scripts/lib/progress.mjs';
import { countOf, outcomesOf } from './sampling.mjs';
import { percentile } from '../lib/statistics.mjs';

const MiB = 1024 * 1024;
const ms = (number) => (number === undefined ? '–' : `${number.toFixed(0)} ms`);

/** One line for a window, as it goes. */
export function lineOf({ seconds, calls, p50, p95, p99, shed, limited, unexpected, open, process }) {
  const { rss, heapUsed, isCollected, descriptors, utilization, delay } = process;
  return [
    `${seconds.toFixed(0).padStart(5)} s`,
    `${String(calls).padStart(6)} calls`,
    `p50 ${ms(p50)} p95 ${ms(p95)} p99 ${ms(p99)}`,
    `open ${open}`,
    `shed ${shed} limited ${limited} unexpected ${unexpected}`,
    `rss ${(rss / MiB).toFixed(0)} heap${isCollected ? ' (collected)' : ''} ${(heapUsed / MiB).toFixed(0)} MiB`,
    `fds ${descriptors ?? '–'}`,
    `loop ${(utilization * 100).toFixed(0)} % p99 ${ms(delay.p99)}`,
  ].join('  ');
}

/** The phases side by side, and the verdict. */
export function printSummary({ saturation, rate, steady, overload, recovery, criteria }) {
  console.log(bold('\nSummary'));
  const { rate: highest, callsPerSecond } = saturation;
  console.log(`Saturation: ${highest.toFixed(1)} journeys/s, ${callsPerSecond.toFixed(0)} calls/s`);
  const rows = [
    ['', 'journeys/s', 'calls', 'p50', 'p95', 'p99', 'slowest', 'shed', 'most memory', 'CPU per call served'],
    row('steady', rate.toFixed(1), steady),
    row('overload', overload.at(-1).rate.toFixed(1), overload),
    row('recovery', rate.toFixed(1), recovery.samples),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  for (const cells of rows)
    console.log(cells.map((cell, column) => cell.padStart(widths[column])).join('  '));
  console.log(bold('\nVerdict'));
  const width = Math.max(...criteria.map(({ name }) => name.length));
  for (const { name, wanted, found, holds } of criteria)
    console.log(`${holds ? green('✓') : red('✗')} ${name.padEnd(width)}  ${found} (wanted: ${wanted})`);
}

function row(name, rate, samples) {
  const latencies = samples.flatMap((it) => it.latencies);
  const outcomes = outcomesOf(samples);
  return [
    name,
    rate,
    countOf(outcomes, () => true).toLocaleString('en'),
    ...[0.5, 0.95, 0.99].map((part) => ms(percentile(latencies, part))),
    ms(Math.max(...samples.map(({ longest }) => longest))),
    countOf(outcomes, (it) => it.startsWith('SHED')).toLocaleString('en'),
    `${(Math.max(...samples.map((it) => it.process.rss)) / MiB).toFixed(0)} MiB`,
    `${(samples.reduce((sum, it) => sum + it.process.cpuMilliseconds, 0) / (outcomes.ok ?? 0)).toFixed(1)} ms`,
  ];
}
