/** Random choices that a seed repeats. */
export interface Random {
  /** From 0 (included) to 1 (left out). */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly T[]): T;
  /** The same things in another order. */
  shuffle<T>(from: readonly T[]): T[];
}

/** Mulberry32: good enough to choose faults by, and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    pick: (from) => from[between(0, from.length - 1)]!,
    shuffle(from) {
      const rest = [...from];
      return from.map(() => rest.splice(between(0, rest.length - 1), 1)[0]!);
    },
  };
}
