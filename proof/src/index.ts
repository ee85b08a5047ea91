/**
 * What the proofs of all packages share: random cases, histories and faults are tried by the thousand in `npm test`, and
 * as often as the promise is worth in `npm run prove`, which sets `LUNASEC_PROOF=whole`.
 */
import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';

/** Whether this is a run of `npm run prove`, not the quick part in `npm test`. */
export const isWholeProof = process.env.LUNASEC_PROOF === 'whole';

/** How many cases a proof tries in this run. */
export const proofSize = ({ quick, whole }: { quick: number; whole: number }): number =>
  isWholeProof ? whole : quick;

/**
 * The seed of a proof's random cases: `LUNASEC_PROOF_SEED` where it is set, to repeat a run that failed; else a new one in a
 * whole proof, and always the same in `npm test`, which must not fail for something that nobody changed.
 */
export function proofSeed(): number {
  const given = process.env.LUNASEC_PROOF_SEED;
  if (given === undefined) return isWholeProof ? randomInt(2 ** 31) : 20_261_125;
  if (!/^\d{1,10}$/.test(given)) throw new Error('LUNASEC_PROOF_SEED must be a whole number.');
  return Number(given);
}

/** Reports what a proof tried, such as `{ cases: 1000000 }`: `npm run prove` prints it in its table. */
export function recordFigures(proof: string, figures: Record<string, number | string>): void {
  const file = process.env.LUNASEC_PROOF_FIGURES;
  if (file) appendFileSync(file, `${JSON.stringify({ proof, figures })}\n`);
}
