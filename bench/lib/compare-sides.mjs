import { inTurn, ratioOf } from './in-turn.mjs';
import { startSide } from './processes.mjs';

/** The CPU time of two sides, each so often in each round. Gives their ratio and both in microseconds. */
export async function compareSides({ subject, baseline, rounds, times }) {
  const sides = [subject, baseline].map(({ module, ...parameters }) => startSide(module, parameters));
  try {
    const pairs = await inTurn({
      rounds,
      warmUp: 4,
      subject: () => sides[0].run(times),
      baseline: () => sides[1].run(times),
    });
    return ratioOf(pairs);
  } finally {
    for (const side of sides) await side.stop();
  }
}
