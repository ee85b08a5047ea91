import { ratioOf } from './in-turn.mjs';

/** How long something takes, in milliseconds. */
export async function wallOf(run) {
  const before = performance.now();
  await run();
  return performance.now() - before;
}

/** How many times as fast the subject of pairs of milliseconds is as the baseline, and both times in words. */
export function speedFigure(id, what, pairs, { digits = 0, more = '' } = {}) {
  const taken = ratioOf(pairs, (milliseconds) => 1 / milliseconds);
  const shown = `${(1 / taken.ours).toFixed(digits)} ms against ${(1 / taken.theirs).toFixed(digits)} ms${more}`;
  return { id, what, ...taken, shown };
}
