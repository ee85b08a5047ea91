import { isToken } from '../token.js';
import type { Change, Row } from './column.js';
import type { Describe } from './describe.js';
import { readTexts } from './read-back.js';
import type { Problem, Vault } from './tokenize.js';
import { isEmpty } from './texts.js';
import { walk } from './walk.js';
import type { Outcome, WalkOptions } from './walk.js';

export interface DetokenizeOptions extends WalkOptions {
  lunaSec: Pick<Vault, 'detokenize'>;
  describe: Describe['describe'];
  /** Whether texts go where the tokens are. */
  isSame: boolean;
}

export interface Restored {
  outcome: Outcome;
  /** Rows whose token became its text. */
  restored: number;
  /** Rows whose token cannot be read, or is no text; they are left as they are. */
  unreadable: readonly Problem[];
}

/**
 * Puts the text in the place of every token of a column. May be killed and called again, as `tokenizeColumn`. The tokens
 * are not deleted.
 */
export async function detokenizeColumn(options: DetokenizeOptions): Promise<Restored> {
  const { column, lunaSec, describe, isSame } = options;
  const unreadable = new Map<string, string>();
  let restored = 0;

  const outcome = await walk(options, async (rows) => {
    const open = rows.filter(
      (row) => isToken(row.value) && (isSame || isEmpty(row.held)) && !unreadable.has(row.id),
    );
    const texts = await readTexts(
      lunaSec,
      open.map((row) => ({ token: row.value as string, binding: describe(row)?.binding })),
    );
    const changes = open.flatMap((row, index): Change[] => {
      const result = texts[index]!;
      if ('text' in result && result.text !== null) return [{ row, to: result.text }];
      note(row, 'code' in result ? result.code : 'not a text');
      return [];
    });
    restored += (await column.replace(changes)).filter(Boolean).length;
    return open.length;
  });

  function note({ id }: Row, why: string): void {
    unreadable.set(id, why);
  }

  return { outcome, restored, unreadable: [...unreadable].map(([row, why]) => ({ row, why })) };
}
