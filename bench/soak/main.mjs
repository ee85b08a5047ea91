#!/usr/bin/env node
/**
 * `npm run soak`: finds out how much a tokenizer can do, has it do 70 % of that for minutes, asks three times that of it, and goes
 * back; and judges memory, latency, answers and values. Ends with 1 when a criterion fails.
 */
import { isWholeProof, recordFigures } from '@lunasec/proof';
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { bold, dim, green, note, red, step } from '../../scripts/lib/progress.mjs';
import { build, isBuilt, requireNode } from '../../scripts/lib/workspace.mjs';
import { createApplication } from '../lib/application.mjs';
import { readOptions } from './options.mjs';
import { collect, drain, overload, recover, soak } from './phases.mjs';
import { startGenerator, startTokenizer } from './processes.mjs';
import { outcomesOf, countOf } from './sampling.mjs';
import { findSaturation } from './saturation.mjs';
import { lineOf, printSummary } from './summary.mjs';
import { unlimited } from '../lib/rates.mjs';
import { openStores } from '../lib/stores.mjs';
import { judge } from './verdict.mjs';

requireNode();
const options = readOptions(isWholeProof);
if (!isBuilt() && (await step('Building the packages', build)).code !== 0) process.exit(1);

const running = [];
async function stopAll() {
  while (running.length > 0)
    await running
      .pop()()
      .catch((error) => note(error.message));
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => void stopAll().then(() => process.exit(130)));

try {
  const criteria = await run();
  await stopAll();
  process.exit(criteria.every(({ holds }) => holds) ? 0 : 1);
} catch (error) {
  console.error(red(error.stack));
  await stopAll();
  process.exit(1);
}

/** A tokenizer with stores of its own and a process that makes load for it. */
async function start(stores, settings) {
  const application = await createApplication();
  const tokenizer = await startTokenizer({
    LUNASEC_PORT: '0',
    LUNASEC_LOG_LEVEL: 'warn',
    LUNASEC_APPLICATIONS: JSON.stringify([application.settings]),
    LUNASEC_SWEEP_INTERVAL: `${options.sweepSeconds}s`,
    // Abandoned forms are swept during the run, not after it.
    LUNASEC_LIMITS: JSON.stringify({ storeGrant: '2m' }),
    ...(await stores.create()),
    ...settings,
  });
  running.push(tokenizer.stop);
  const generator = await startGenerator({
    tokenizerURL: tokenizer.url,
    privateJWK: application.privateJWK,
  });
  running.push(generator.stop);
  return { tokenizer, generator };
}

async function run() {
  const stores = await openStores(options);
  running.push(stores.close);
  console.log(`${bold('Load and soak')} ${dim(stores.what)}`);
  const [busy] = loadavg();
  if (busy > availableParallelism() / 2)
    note(
      `This machine is busy with other things (load ${busy.toFixed(1)}): figures and verdict may be theirs.`,
    );
  const parts = await start(stores, { LUNASEC_RATES: JSON.stringify(unlimited) });
  const onSample = (taken) => console.log(lineOf(taken));

  const filled = await parts.generator.ask('fill');
  console.log(dim(`${filled.sessions} sessions and ${filled.values} values are there.`));

  console.log(bold('\nSaturation'));
  const saturation = await findSaturation(parts, {
    stepSeconds: options.stepSeconds,
    onStep: (it) =>
      console.log(
        `${it.served ? green('✓') : red('✗')} ${it.rate.toFixed(1)} journeys/s, ${it.callsPerSecond.toFixed(0)} calls/s: ` +
          `p50 ${it.p50?.toFixed(0)} ms, p99 ${it.p99?.toFixed(0)} ms, event loop ${(it.utilization * 100).toFixed(0)} % busy`,
      ),
  });
  const rate = saturation.rate * options.load;

  console.log(bold(`\n${(options.load * 100).toFixed(0)} % of it for ${options.minutes} minutes`));
  const steady = await soak(parts, { rate, minutes: options.minutes, onSample });

  console.log(bold('\nThree times as much'));
  const overloaded = await overload(parts, {
    saturation: saturation.rate,
    seconds: options.overloadSeconds,
    onSample,
  });

  console.log(bold('\nAnd back'));
  const recovery = await recover(parts, { rate, steady, patience: 60, onSample });
  recovery.samples.push(...(await drain(parts)));
  const collected = await collect(parts);
  const values = await parts.generator.ask('readBack', { most: options.readBack });

  console.log(bold('\nWith the rates of the defaults'));
  const limited = await start(stores, {});
  const exhausted = await limited.generator.ask('exhaust', { most: 2000 });

  const criteria = judge({
    saturation,
    steady,
    overload: overloaded,
    recovery,
    collected,
    rates: exhausted,
    values,
  });
  printSummary({ saturation, rate, steady, overload: overloaded, recovery, criteria });
  if (criteria.some(({ holds }) => !holds)) {
    console.log(dim('\nThe last lines of the tokenizer’s log'));
    for (const line of parts.tokenizer.log.slice(-10)) console.log(dim(line));
  }
  const whole = outcomesOf([...steady, ...overloaded, ...recovery.samples]);
  const sum = (list, of) => list.reduce((total, it) => total + of(it), 0);
  recordFigures('Load and soak', {
    minutes: options.minutes,
    'calls/s at saturation': Math.round(saturation.callsPerSecond),
    'calls answered': countOf(whole, () => true),
    'calls shed under overload': sum(overloaded, (it) => it.shed),
    'seconds to recover': recovery.seconds === undefined ? 'no' : Math.round(recovery.seconds),
    'values read back': values.read,
    'values lost': values.lost,
  });
  if (options.json) {
    const lean = ({ latencies: _, transfers: __, ...taken }) => taken;
    writeFileSync(
      options.json,
      JSON.stringify(
        {
          stores: stores.what,
          saturation,
          rate,
          steady: steady.map(lean),
          overload: overloaded.map(lean),
          recovery: { ...recovery, samples: recovery.samples.map(lean) },
          rates: exhausted,
          values,
          criteria,
        },
        null,
        2,
      ),
    );
  }
  return criteria;
}
