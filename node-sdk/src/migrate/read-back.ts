import { createHash, randomInt } from 'node:crypto';
import { LunaSecError } from '../errors/index.js';
import type { LunaSec } from '../lunasec/lunasec.js';
import type { TokenRef } from '../token.js';

/** The text of each token, or the code of why it cannot be read, in order. */
export async function readTexts(
  lunaSec: Pick<LunaSec, 'detokenize'>,
  refs: readonly TokenRef[],
): Promise<({ text: string | null } | { code: string })[]> {
  if (refs.length === 0) return [];
  try {
    return (await lunaSec.detokenize(refs)).map(({ text }) => ({ text }));
  } catch (error) {
    if (!(error instanceof LunaSecError)) throw error;
    if (refs.length === 1) return [{ code: error.code }];
    // One of them is enough for none to be given.
    const results: Awaited<ReturnType<typeof readTexts>> = [];
    for (const ref of refs) results.push(...(await readTexts(lunaSec, [ref])));
    return results;
  }
}

/** Keeps a number of items by chance, each of all with the same probability. */
export function createSample<T>(size: number): { add(item: T): void; readonly items: readonly T[] } {
  const items: T[] = [];
  let seen = 0;
  return {
    items,
    add(item) {
      seen++;
      if (items.length < size) items.push(item);
      else {
        const place = randomInt(seen);
        if (place < size) items[place] = item;
      }
    },
  };
}

/** So that values need not be kept to be compared with. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64');
