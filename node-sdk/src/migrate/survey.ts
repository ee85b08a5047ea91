import { kindOf } from './texts.js';
import type { Kind } from './texts.js';
import { walkOnce } from './walk.js';
import type { WalkOptions } from './walk.js';

/** Number of rows of each kind. */
export type Survey = Record<Kind, number>;

export const noRows = (): Survey => ({ empty: 0, token: 0, text: 0, other: 0 });

/** Counts the rows of a column, and changes nothing. */
export async function survey(options: WalkOptions, isSame: boolean): Promise<Survey> {
  const counts = noRows();
  await walkOnce(options, async (rows) => {
    for (const row of rows) counts[kindOf(row, isSame)]++;
  });
  return counts;
}
