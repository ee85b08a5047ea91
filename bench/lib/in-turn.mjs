import { median, percentile } from './statistics.mjs';

/**
 * Runs two things in turn, first the one and then the other first, so that whatever else the machine does meets both. Each
 * returns what it took. Gives the pairs.
 */
export async function inTurn({ rounds, warmUp = 1, subject, baseline }) {
  const sides = { subject, baseline };
  const pairs = [];
  for (let round = -warmUp; round < rounds; round++) {
    const order = round % 2 === 0 ? ['subject', 'baseline'] : ['baseline', 'subject'];
    const pair = {};
    for (const side of order) pair[side] = await sides[side]();
    if (round >= 0) pairs.push(pair);
  }
  return pairs;
}

/** The median of the ratios of the pairs, and their quartiles; and the medians of what was compared. */
export function ratioOf(pairs, of = (taken) => taken) {
  const ratios = pairs.map(({ subject, baseline }) => of(subject) / of(baseline));
  return {
    ratio: median(ratios),
    low: percentile(ratios, 0.25),
    high: percentile(ratios, 0.75),
    rounds: pairs.length,
    ours: median(pairs.map(({ subject }) => of(subject))),
    theirs: median(pairs.map(({ baseline }) => of(baseline))),
  };
}
