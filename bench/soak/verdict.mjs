import { countOf, isLimited, isShed, isUnexpected, outcomesOf } from './sampling.mjs';
import { median, percentile, regression } from '../lib/statistics.mjs';

const MiB = 1024 * 1024;

/** What must hold. Rises are over the second half of the steady part, when everything is warm. */
export const limits = {
  /** Bytes by which the heap after a collection may rise, or that part of it, whichever is more. */
  heapRise: { atLeast: 8 * MiB, part: 0.1 },
  /** Milliseconds by which the 99th percentile may rise, or that part of it. */
  latencyRise: { atLeast: 50, part: 0.5 },
  /** Files and sockets, or that part of them. */
  descriptorRise: { atLeast: 16, part: 0.2 },
  /** Timers, sockets and requests that keep the process alive. */
  resourceRise: { atLeast: 16, part: 0.2 },
  /** Part of the calls that may be shed below saturation. */
  steadyShed: 0.001,
  /** Milliseconds within which everything is answered under overload. */
  longestAnswer: 10_000,
  /** Bytes of memory (RSS) that an overload may add, above the most of the steady part. */
  overloadMemory: 256 * MiB,
  /** Part of the calls at saturation that must be served while what an overload left is worked off. */
  workedOff: 0.5,
  /** Seconds after that until latency is what it was. */
  recovery: 5,
};

/**
 * Judges a run. Each criterion says what was wanted and what was found; all must hold. A rise counts when it is over its limit
 * and no accident: twice its standard error above zero.
 */
export function judge({ saturation, steady, overload, recovery, collected, rates, values }) {
  const half = steady.slice(Math.floor(steady.length / 2));
  const steadyOutcomes = outcomesOf(steady);
  const steadyCalls = countOf(steadyOutcomes, () => true);
  const overloadOutcomes = outcomesOf(overload);
  const peak = Math.max(...steady.map((it) => it.process.rss));
  const overloadPeak = Math.max(...overload.map((it) => it.process.rss));
  const heaps = half.filter((it) => it.process.isCollected);
  const heapBefore = median(heaps.map((it) => it.process.heapUsed));

  return [
    rise('heap after collection', heaps, (it) => it.process.heapUsed, limits.heapRise, mebibytes),
    rise('p99', half, (it) => it.p99, limits.latencyRise, milliseconds),
    rise('file descriptors', half, (it) => it.process.descriptors, limits.descriptorRise, whole),
    rise('active resources', half, (it) => it.process.resources, limits.resourceRise, whole),
    criterion(
      'steady: no unexpected answer',
      'none',
      describe(steadyOutcomes, isUnexpected),
      countOf(steadyOutcomes, isUnexpected) === 0,
    ),
    criterion(
      'steady: hardly any refusal',
      `at most ${limits.steadyShed * 100} %`,
      `${countOf(steadyOutcomes, isShed)} shed of ${steadyCalls} calls`,
      countOf(steadyOutcomes, isShed) <= steadyCalls * limits.steadyShed &&
        countOf(steadyOutcomes, isLimited) === 0,
    ),
    criterion(
      'overload: it was one, and some were served all the same',
      'refusals and successes',
      `${countOf(overloadOutcomes, isShed)} shed, ${overloadOutcomes.ok ?? 0} served`,
      countOf(overloadOutcomes, isShed) > 0 && (overloadOutcomes.ok ?? 0) > 0,
    ),
    criterion(
      'overload: every answer is a success, RATE_LIMITED or 503',
      'none other',
      describe(overloadOutcomes, isUnexpected),
      countOf(overloadOutcomes, isUnexpected) === 0,
    ),
    criterion(
      'overload: the slowest answer',
      milliseconds(limits.longestAnswer),
      milliseconds(Math.max(...overload.map(({ longest }) => longest))),
      overload.every(({ longest }) => longest <= limits.longestAnswer),
    ),
    criterion(
      'overload: memory above the steady part',
      mebibytes(limits.overloadMemory),
      mebibytes(Math.max(0, overloadPeak - peak)),
      overloadPeak - peak <= limits.overloadMemory,
    ),
    criterion(
      'recovery: who was refused and tries again is served at full speed',
      `${(limits.workedOff * 100).toFixed(0)} % of the calls at saturation`,
      recovery.cleared === undefined
        ? `still open after ${recovery.waited} s`
        : `${whole((recovery.servedPerSecond / saturation.callsPerSecond) * 100)} %, for ${whole(recovery.cleared)} s`,
      recovery.cleared !== undefined &&
        recovery.servedPerSecond >= saturation.callsPerSecond * limits.workedOff,
    ),
    criterion(
      'recovery: p99 is then as before',
      `within ${limits.recovery} s`,
      recovery.seconds === undefined
        ? `not in ${recovery.waited} s`
        : `after ${whole(Math.max(0, recovery.seconds - (recovery.cleared ?? 0)))} s`,
      recovery.seconds !== undefined && recovery.seconds - (recovery.cleared ?? 0) <= limits.recovery,
    ),
    criterion(
      'recovery: no unexpected answer',
      'none',
      describe(outcomesOf(recovery.samples), isUnexpected),
      countOf(outcomesOf(recovery.samples), isUnexpected) === 0,
    ),
    criterion(
      'recovery: heap after collection is as before',
      `+${mebibytes(allowed(limits.heapRise, heapBefore))}`,
      `+${mebibytes(Math.max(0, collected.heapUsed - heapBefore))}`,
      collected.heapUsed - heapBefore <= allowed(limits.heapRise, heapBefore),
    ),
    criterion(
      'rates of the defaults: a session is limited, and it alone',
      'RATE_LIMITED, with the time to wait',
      `${describe(rates.outcomes, () => true)}; again: ${rates.again}; another session: ${rates.other}`,
      (rates.outcomes.RATE_LIMITED ?? 0) > 0 &&
        rates.again === 'RATE_LIMITED' &&
        rates.other === 'ok' &&
        countOf(rates.outcomes, isUnexpected) === 0,
    ),
    criterion(
      'values: none is lost',
      '0',
      `${values.lost} of ${values.read} read back`,
      values.lost === 0 && values.read > 0,
    ),
    criterion(
      'values: none came back after its deletion',
      '0',
      `${values.undead} of ${values.deleted}`,
      values.undead === 0 && values.deleted > 0,
    ),
  ];
}

const criterion = (name, wanted, found, holds) => ({ name, wanted, found, holds });
const allowed = ({ atLeast, part }, usual) => Math.max(atLeast, part * usual);

/** That a figure does not rise. Where nobody could measure it, there is nothing to judge: too few points fail, unknown ones do not. */
function rise(name, samples, of, limit, format) {
  const title = `steady: ${name} does not rise`;
  const points = samples.map((it) => ({ x: it.seconds, y: of(it) }));
  if (points.length > 0 && points.every(({ y }) => y === undefined))
    return criterion(title, 'known on Linux only', 'unknown', true);
  const known = points.filter(({ y }) => y !== undefined);
  if (known.length < 3) return criterion(title, 'at least 3 samples', String(known.length), false);
  const seconds = known.at(-1).x - known[0].x;
  const { slope, error } = regression(known);
  const usual = median(known.map(({ y }) => y));
  const most = allowed(limit, usual);
  const risen = slope * seconds;
  return criterion(
    title,
    `at most +${format(most)}`,
    `${risen < 0 ? '-' : '+'}${format(Math.abs(risen))} (median ${format(usual)})`,
    risen <= most || (slope - 2 * error) * seconds <= 0,
  );
}

function describe(outcomes, isWanted) {
  const found = Object.entries(outcomes).filter(([outcome]) => isWanted(outcome));
  return found.map(([outcome, times]) => `${times} ${outcome}`).join(', ') || 'none';
}

const whole = (number) => number.toFixed(0);
const mebibytes = (bytes) => `${(bytes / MiB).toFixed(1)} MiB`;
const milliseconds = (number) => `${number.toFixed(0)} ms`;

/** The latency that a recovery is measured by: that of most windows of the steady part. */
export const usualLatency = (steady) =>
  percentile(
    steady.map(({ p99 }) => p99).filter((it) => it !== undefined),
    0.5,
  );
