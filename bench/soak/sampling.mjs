import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../lib/statistics.mjs';

/** What happened in one window, and what the tokenizer's process used at its end. */
export async function sample({ tokenizer, generator, collect = false }) {
  const [window, process] = await Promise.all([
    generator.ask('window'),
    tokenizer.ask('sample', { collect }),
  ]);
  const { latencies, outcomes } = window;
  const calls = Object.values(outcomes).reduce((sum, it) => sum + it, 0);
  return {
    at: Date.now(),
    ...window,
    calls,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    shed: countOf(outcomes, isShed),
    limited: countOf(outcomes, isLimited),
    unexpected: countOf(outcomes, isUnexpected),
    process: { ...process, descriptors: descriptorsOf(tokenizer.pid) },
  };
}

export const isShed = (outcome) => outcome.startsWith('SHED');
export const isLimited = (outcome) => /^RATE_LIMITED( \(|$)/.test(outcome);
export const isUnexpected = (outcome) => outcome !== 'ok' && !isShed(outcome) && !isLimited(outcome);

export const countOf = (outcomes, isWanted) =>
  Object.entries(outcomes).reduce((sum, [outcome, times]) => sum + (isWanted(outcome) ? times : 0), 0);

/** Sums of the outcomes of several windows. */
export function outcomesOf(samples) {
  const all = {};
  for (const { outcomes } of samples)
    for (const [outcome, times] of Object.entries(outcomes)) all[outcome] = (all[outcome] ?? 0) + times;
  return all;
}

/** Open files and sockets of a process; undefined where the system does not tell. */
function descriptorsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}

/** Samples for so long, every so many seconds; with a collection of garbage before every so many-th sample. */
export async function sampleFor(parts, { seconds, every, collectEvery = Infinity, onSample = () => {} }) {
  const samples = [];
  const start = Date.now();
  for (let number = 1; samples.length === 0 || (number - 1) * every < seconds; number++) {
    await pause(Math.max(0, start + number * every * 1000 - Date.now()));
    const taken = await sample({ ...parts, collect: number % collectEvery === 0 });
    samples.push({ ...taken, seconds: (taken.at - start) / 1000 });
    onSample(samples.at(-1));
  }
  return samples;
}
