import { sample, sampleFor } from './sampling.mjs';
import { mayBeOpen } from './saturation.mjs';
import { usualLatency } from './verdict.mjs';

/** The steady part: a part of the saturation, for minutes. */
export async function soak(parts, { rate, minutes, onSample }) {
  const seconds = minutes * 60;
  await parts.generator.ask('rate', { journeysPerSecond: rate });
  // Enough samples for a line through the second half of a short run, and not thousands in a long one.
  const every = Math.max(0.5, Math.min(5, seconds / 30));
  return sampleFor(parts, {
    seconds,
    every,
    collectEvery: Math.max(2, Math.round(Math.min(30, seconds / 10) / every)),
    onSample,
  });
}

/** Three times what it can do, at least; more, if that is not enough for a refusal. */
export async function overload(parts, { saturation, seconds, onSample }) {
  let rate = saturation * 3;
  const samples = [];
  await parts.generator.ask('rate', { journeysPerSecond: rate });
  await sampleFor(parts, {
    seconds,
    every: 1,
    onSample(taken) {
      samples.push({ ...taken, rate });
      onSample(taken);
      const isOver = samples.some(({ shed }) => shed > 0);
      if (isOver || samples.length % 3 > 0 || rate >= saturation * 12) return;
      rate *= 2;
      void parts.generator.ask('rate', { journeysPerSecond: rate });
    },
  });
  return samples;
}

/**
 * Back to the rate of the steady part. Those who were refused are still there and try again: first that is worked off (`cleared`,
 * in seconds, with how many calls a second were served meanwhile). Then three windows in a row must be as fast as the steady
 * part's, with nothing refused (`seconds` to the first of them).
 */
export async function recover(parts, { rate, steady, patience, onSample }) {
  const limit = Math.max(2 * usualLatency(steady), usualLatency(steady) + 100);
  await parts.generator.ask('rate', { journeysPerSecond: rate });
  const start = Date.now();
  const samples = [];
  let cleared;
  let served = 0;
  let since;
  let good = 0;
  while (good < 3 && Date.now() - start < patience * 1000) {
    const [taken] = await sampleFor(parts, { seconds: 1, every: 1 });
    const seconds = (taken.at - start) / 1000;
    samples.push({ ...taken, seconds });
    onSample(samples.at(-1));
    if (cleared === undefined) {
      served += taken.outcomes.ok ?? 0;
      if (taken.open <= mayBeOpen(rate)) cleared = seconds;
    }
    if (taken.shed > 0 || taken.p99 === undefined || taken.p99 > limit) [good, since] = [0, undefined];
    else if (good++ === 0) since = seconds;
  }
  return {
    seconds: good === 3 ? since : undefined,
    cleared,
    servedPerSecond: served / (cleared ?? patience),
    waited: patience,
    samples,
  };
}

/** Lets what is open end, and nothing new begin. */
export async function drain(parts, seconds = 30) {
  await parts.generator.ask('rate', { journeysPerSecond: 0 });
  const samples = [];
  do samples.push(...(await sampleFor(parts, { seconds: 0.5, every: 0.5 })));
  while (samples.at(-1).open > 0 && samples.length < seconds * 2);
  return samples;
}

/** What the process uses after a collection of garbage. */
export const collect = async (parts) => (await sample({ ...parts, collect: true })).process;
