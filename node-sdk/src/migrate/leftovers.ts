import type { LunaSec } from '../lunasec/lunasec.js';
import type { Journal } from './journal.js';

/** Entries of tokens' metadata: the batch that made it, and the number of its row in that batch. */
export const batchEntry = 'migrationBatch';
export const rowEntry = 'migrationRow';

/** Tokens that former runs may have made and not written, until it is known of each. */
export interface Leftovers {
  /** Those made for a row. */
  of(row: string): readonly string[];
  /**
   * It is known what these rows hold: one of their tokens, or none. The others are nowhere, and deleted; gives how many.
   * Only what a row was seen to hold proves that: a token that is in no row any more may have been moved by the app.
   */
  settle(rows: readonly { id: string; token: string | null }[]): Promise<number>;
  /** Those of which that could not be told so far. */
  readonly unknown: readonly string[];
}

/** Asks the tokenizer for the tokens of the batches that the journal has as open. */
export async function findLeftovers({
  lunaSec,
  journal,
}: {
  lunaSec: Pick<LunaSec, 'findTokens' | 'deleteTokens'>;
  journal: Journal;
}): Promise<Leftovers> {
  const tokens = new Map<string, string[]>();
  const batches = new Map<string, Set<string>>();
  for (const { id, rows } of journal.left) {
    const open = new Set<string>();
    for await (const { token, status, metadata } of lunaSec.findTokens({ metadata: { [batchEntry]: id } })) {
      const row = rows[Number(metadata[rowEntry])];
      if (row === undefined || status === 'deleted' || status === 'expired') continue;
      tokens.set(row, [...(tokens.get(row) ?? []), token]);
      open.add(row);
    }
    if (open.size > 0) batches.set(id, open);
    else journal.end(id);
  }

  return {
    of: (row) => tokens.get(row) ?? [],
    async settle(rows) {
      const open = rows.filter(({ id }) => tokens.has(id));
      const unused = open.flatMap(({ id, token }) => tokens.get(id)!.filter((each) => each !== token));
      if (unused.length > 0) await lunaSec.deleteTokens(unused);
      for (const { id } of open) tokens.delete(id);
      for (const [batch, left] of batches) {
        for (const { id } of open) left.delete(id);
        if (left.size > 0) continue;
        batches.delete(batch);
        journal.end(batch);
      }
      return unused.length;
    },
    get unknown() {
      return [...tokens.values()].flat();
    },
  };
}

/** Deletes what a batch has made, of which nothing was written. */
export async function deleteBatch(
  lunaSec: Pick<LunaSec, 'findTokens' | 'deleteTokens'>,
  id: string,
): Promise<number> {
  const made: string[] = [];
  for await (const { token, status } of lunaSec.findTokens({ metadata: { [batchEntry]: id } }))
    if (status === 'pending' || status === 'accepted') made.push(token);
  await lunaSec.deleteTokens(made);
  return made.length;
}
