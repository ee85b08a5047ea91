/** Random cases by fast-check that are counted as they are run, for the figures of `npm run prove`. */
import fc from 'fast-check';
import { isWholeProof, proofSeed, proofSize, recordFigures } from './index.js';

/** Time for one test of random cases, in milliseconds: a hang ends there. It says nothing about how fast anything is. */
export const fuzzTimeout = isWholeProof ? 30 * 60_000 : 120_000;

/** How many runs a property has in `npm test` and in `npm run prove`. */
export type Runs = Parameters<typeof proofSize>[0];

/** Throws where something that must hold does not, or says how many cases a run had, if not one. */
export type Attempt<T, Result> = (value: T) => Result;

export interface Fuzz {
  /** Fails with the smallest value it finds for which `attempt` throws. */
  check<T>(runs: Runs, values: fc.Arbitrary<T>, attempt: Attempt<T, number | void>): void;
  checkAsync<T>(
    runs: Runs,
    values: fc.Arbitrary<T>,
    attempt: Attempt<T, Promise<number | void>>,
  ): Promise<void>;
  /** Cases that were run to their end and held, of this area. */
  cases(): number;
  /** Reports them, after the last test of a file. */
  record(): void;
}

/** Counts what is tried in one area, such as `message protocol`. */
export function createFuzz(area: string): Fuzz {
  let cases = 0;
  const parameters = (runs: Runs) => ({ numRuns: proofSize(runs), seed: proofSeed() });
  return {
    check: (runs, values, attempt) =>
      fc.assert(
        fc.property(values, (value) => {
          cases += attempt(value) ?? 1;
        }),
        parameters(runs),
      ),
    checkAsync: (runs, values, attempt) =>
      fc.assert(
        fc.asyncProperty(values, async (value) => {
          // Not `cases += await …`, which would read `cases` first.
          const tried = (await attempt(value)) ?? 1;
          cases += tried;
        }),
        parameters(runs),
      ),
    cases: () => cases,
    record: () => recordFigures(`Fuzzing: ${area}`, { cases }),
  };
}
