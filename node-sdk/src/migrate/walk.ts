import type { Column, Row } from './column.js';

export interface WalkOptions {
  column: Column;
  /** Rows that are read and worked on at a time. */
  batchSize: number;
  /** Ends the walk after the batch that is worked on. */
  stop: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** `busy`: the last time round there was still something to do. */
export type Outcome = 'done' | 'busy' | 'interrupted';

/** An app that goes on adding rows must not keep this going for ever. */
const maxPasses = 5;

/**
 * Goes over all rows, again and again until there is nothing to do: rows may have come in behind, or changed while they
 * were worked on. `work` says how many of a batch there was something to do about.
 */
export async function walk(
  options: WalkOptions,
  work: (rows: Row[], pass: number) => Promise<number>,
): Promise<Outcome> {
  for (let pass = 1; pass <= maxPasses; pass++) {
    let found = 0;
    const outcome = await walkOnce(options, async (rows, isBeyond) => {
      found += await work(rows, pass);
      // What is added while this goes on is for the next time round.
      return found > 0 && isBeyond;
    });
    if (outcome === 'interrupted' || found === 0) return outcome;
  }
  return 'busy';
}

/** Goes over all rows once, or until `work` says that it is enough; `isBeyond`: there were no more rows at the start. */
export async function walkOnce(
  { column, batchSize, stop, onProgress }: WalkOptions,
  work: (rows: Row[], isBeyond: boolean) => Promise<unknown>,
): Promise<'done' | 'interrupted'> {
  const total = await column.count();
  let done = 0;
  onProgress(done, total);
  for await (const rows of column.rows(batchSize)) {
    if (stop.aborted) return 'interrupted';
    done += rows.length;
    if ((await work(rows, done >= total)) === true) break;
    onProgress(done, Math.max(done, total));
  }
  return stop.aborted ? 'interrupted' : 'done';
}
