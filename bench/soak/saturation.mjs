import { setTimeout as pause } from 'node:timers/promises';
import { sample } from './sampling.mjs';

const first = 4;
const growth = 1.5;
/** What still counts as served: the slowest hundredth in so many milliseconds, or so many times what it is without load. */
const slow = { atLeast: 500, times: 5 };
/** Part of the calls that may be refused. */
const mayFail = 0.01;
/** What is found must hold for so many steps without a break; if not, a tenth less must. */
const confirmation = { steps: 3, less: 0.9 };

/** Journeys that may be open at a rate: each takes a quarter of a second at most, unless it waits for others. */
export const mayBeOpen = (rate) => Math.max(10, rate / 4);

/**
 * Raises the rate step by step, whether or not the tokenizer keeps up, until it does not; then looks between the last two.
 * Gives the highest rate that was served, in journeys per second, and every step. A step of the search fails only when its repetition does, as
 * something else on the machine may have been in the way.
 */
export async function findSaturation(parts, { stepSeconds, onStep }) {
  const { generator } = parts;
  const steps = [];
  let limit;

  async function isServed(rate) {
    return (await tryRate(rate)) || (await tryRate(rate));
  }

  async function tryRate(rate, seconds = stepSeconds) {
    await generator.ask('rate', { journeysPerSecond: rate });
    await pause(stepSeconds * 300);
    await sample(parts);
    const start = Date.now();
    await pause(seconds * 1000);
    const result = await sample(parts);
    const took = (Date.now() - start) / 1000;
    limit ??= Math.max(slow.atLeast, slow.times * (result.p99 ?? 0));
    const served =
      result.p99 !== undefined &&
      result.p99 <= limit &&
      result.calls - (result.outcomes.ok ?? 0) <= result.calls * mayFail &&
      // Those that came while the tokenizer was busy with others must not pile up.
      result.open <= mayBeOpen(rate);
    const { p50, p99, ownDelay, open, process } = result;
    const callsPerSecond = result.calls / took;
    steps.push({ rate, served, callsPerSecond, p50, p99, open, ownDelay, utilization: process.utilization });
    onStep(steps.at(-1));
    // What piled up is not the next step's fault.
    if (!served) {
      await generator.ask('rate', { journeysPerSecond: 0 });
      for (let waited = 0; waited < 30 && (await sample(parts)).open > 0; waited++) await pause(500);
    }
    return served;
  }

  let good = first;
  while (!(await isServed(good))) {
    if (good < 0.5) throw new Error('The tokenizer does not even serve one journey in two seconds.');
    good /= 2;
  }
  let bad = good * growth;
  while (await isServed(bad)) [good, bad] = [bad, bad * growth];
  const between = (good + bad) / 2;
  if (await isServed(between)) good = between;
  while (!(await tryRate(good, stepSeconds * confirmation.steps))) good *= confirmation.less;
  await generator.ask('rate', { journeysPerSecond: 0 });
  return {
    rate: good,
    steps,
    callsPerSecond: steps.findLast((it) => it.rate === good && it.served).callsPerSecond,
  };
}
