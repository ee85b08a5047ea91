import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { LunaSecError, RateLimitedError } from '../errors/index.js';
import type { LunaSec } from '../lunasec/lunasec.js';
import { isToken } from '../token.js';
import { MigrationError } from './column.js';
import type { Row } from './column.js';
import type { Describe, Description } from './describe.js';
import type { Journal } from './journal.js';
import { batchEntry, deleteBatch, findLeftovers, rowEntry } from './leftovers.js';
import { createSample, digestOf, readTexts } from './read-back.js';
import { noRows } from './survey.js';
import type { Survey } from './survey.js';
import { kindOf, textOf } from './texts.js';
import { walk, walkOnce } from './walk.js';
import type { Outcome, WalkOptions } from './walk.js';

/** The way to the tokenizer. */
export type Vault = Pick<LunaSec, 'tokenize' | 'detokenize' | 'deleteTokens' | 'findTokens'>;

/**
 * Which values are read back from the tokenizer and compared: `all` before they are written over, and all tokens of the
 * column at the end; `sample`: some of each batch before, and some at the end; `none`.
 */
export type Verify = 'all' | 'sample' | 'none';

export interface TokenizeOptions extends WalkOptions {
  lunaSec: Vault;
  journal: Journal;
  describe: Describe['describe'];
  /** Whether tokens go where the texts are. */
  isSame: boolean;
  verify: Verify;
}

/** A row that was not done, or cannot be read, and why. */
export interface Problem {
  row: string;
  why: string;
}

export interface Summary {
  outcome: Outcome;
  /** As the column was when it was last gone over. */
  survey: Survey;
  /** Rows whose text became a token. */
  tokenized: number;
  /** Times that a row was changed by somebody else just then; it was done the next time round, if it was to be. */
  changed: number;
  /** Rows with a text that are left as they are. */
  refused: readonly Problem[];
  /** Tokens that were made and are in no row, and were deleted. */
  deleted: number;
  /** Tokens of batches that were killed, of which it cannot be told whether they are anywhere. */
  unknown: readonly string[];
  /** Values read back at the end. */
  verified: number;
  /** Rows whose token does not give its value. */
  unreadable: readonly Problem[];
}

/** Rows beyond which something is wrong with the call, not with the rows. */
const maxRefused = 1000;
const sampleSize = 100;
/** In a batch of which a sample is read back, one of so many. */
const oneOf = 50;
/** Seconds to wait for a tokenizer that says it is asked too much, unless it says for how long; and how often. */
const pause = 10;
const maxPauses = 30;

interface Made {
  row: Row;
  text: string;
  token: string;
  description: Description;
}

/**
 * Puts a token in the place of every text of a column. May be killed at any moment, and called again: what is done is
 * skipped, and what was only begun is tidied up. Rejects with a MigrationError or a LunaSecError when it cannot go on;
 * then what was done so far stays, and it may be called again as well.
 */
export async function tokenizeColumn(options: TokenizeOptions): Promise<Summary> {
  const { column, lunaSec, journal, describe, isSame, verify } = options;
  const leftovers = await findLeftovers(options);
  const sample = createSample<{ made: Row; token: string; digest: string }>(sampleSize);
  const refused = new Map<string, string>();
  let [counts, tokenized, changed, deleted, lastPass] = [noRows(), 0, 0, 0, 0];

  async function work(rows: Row[], pass: number): Promise<number> {
    if (pass !== lastPass) [counts, lastPass] = [noRows(), pass];
    for (const row of rows) counts[kindOf(row, isSame)]++;
    deleted += await leftovers.settle(
      rows
        .filter(({ id, held }) => isToken(held) && leftovers.of(id).includes(held))
        .map(({ id, held }) => ({ id, token: held as string })),
    );
    const texts = rows.filter((row) => kindOf(row, isSame) === 'text' && !refused.has(row.id));
    if (texts.length > 0) await workOn(texts);
    return texts.length;
  }

  async function workOn(rows: Row[]): Promise<void> {
    const batch = randomUUID();
    journal.begin({ id: batch, rows: rows.map(({ id }) => id) });
    let made: Made[];
    try {
      made = await make(rows, batch);
      await compare(made);
    } catch (error) {
      // Nothing of it was written. If it cannot be deleted now, the next run knows of it.
      const isDeleted = await deleteBatch(lunaSec, batch).then(
        () => true,
        () => false,
      );
      if (isDeleted) journal.end(batch);
      throw error;
    }
    const written = await column.replace(made.map(({ row, token }) => ({ row, to: token })));
    const unused = made.filter((_, index) => !written[index]).map(({ token }) => token);
    await lunaSec.deleteTokens(unused);
    const done = made.filter((_, index) => written[index]);
    // They had texts until now, so that none of the tokens of before was in them.
    deleted += await leftovers.settle(done.map(({ row: { id } }) => ({ id, token: null })));
    journal.end(batch);
    [tokenized, changed, deleted] = [
      tokenized + done.length,
      changed + unused.length,
      deleted + unused.length,
    ];
    for (const { row, text, token } of done) sample.add({ made: row, token, digest: digestOf(text) });
  }

  /** Makes the tokens of rows. A row that the tokenizer refuses for itself does not hold up the others. */
  async function make(rows: Row[], batch: string): Promise<Made[]> {
    const wanted = rows.flatMap((row, index) => {
      const description = describe(row);
      if (!description) refuse(row, 'a column of its binding is empty');
      return description ? [{ row, index, description, text: textOf(row.value)! }] : [];
    });
    const tokensOf = (some: typeof wanted) =>
      patiently(() =>
        lunaSec.tokenize(
          some.map(({ index, text, description: { binding, metadata } }) => ({
            data: text,
            binding,
            metadata: { ...metadata, [batchEntry]: batch, [rowEntry]: index },
          })),
        ),
      );
    try {
      const tokens = await tokensOf(wanted);
      return wanted.map((each, index) => ({ ...each, token: tokens[index]! }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    const made: Made[] = [];
    for (const each of wanted)
      try {
        const [token] = await tokensOf([each]);
        made.push({ ...each, token: token! });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refuse(each.row, error.code);
      }
    return made;
  }

  function refuse({ id }: Row, why: string): void {
    refused.set(id, why);
    if (refused.size > maxRefused)
      throw new MigrationError(`More than ${maxRefused} rows were refused, the last one with ${why}.`);
  }

  /** Reads values back while their texts are still there. */
  async function compare(made: readonly Made[]): Promise<void> {
    if (verify === 'none') return;
    const some = createSample<Made>(verify === 'all' ? made.length : Math.ceil(made.length / oneOf));
    for (const each of made) some.add(each);
    const results = await readTexts(
      lunaSec,
      some.items.map(({ token, description: { binding } }) => ({ token, binding })),
    );
    results.forEach((result, index) => {
      if ('text' in result && result.text === some.items[index]!.text) return;
      const why = 'code' in result ? result.code : 'another value';
      throw new MigrationError(
        `A value could not be read back from the tokenizer (${why}), so its batch was not written. ` +
          'Allow serverSide.detokenize for this application, or say --verify none.',
      );
    });
  }

  const outcome = await walk(options, work);
  const { verified, unreadable } = outcome === 'interrupted' ? nothing : await verifyAtEnd();

  async function verifyAtEnd() {
    if (verify === 'none') return nothing;
    return verify === 'all' ? verifyColumn(options) : verifyRows(sample.items);
  }

  async function verifyRows(items: typeof sample.items) {
    const byId = new Map(items.map((item) => [item.made.id, item]));
    // The app may have changed or removed some since.
    const rows = (await column.find(items.map(({ made }) => made))).filter(
      ({ id, held }) => byId.get(id)!.token === held,
    );
    const texts = await readTexts(lunaSec, rows.map(refOf(describe)));
    return judge(rows, texts, ({ id }, text) => digestOf(text) === byId.get(id)!.digest);
  }

  return {
    outcome,
    survey: counts,
    tokenized,
    changed,
    refused: [...refused].map(([row, why]) => ({ row, why })),
    deleted,
    unknown: outcome === 'interrupted' ? [] : leftovers.unknown,
    verified,
    unreadable,
  };
}

const nothing = { verified: 0, unreadable: [] as Problem[] };

/** Reads all tokens of a column, and compares them with the texts where these are still beside them. */
async function verifyColumn(options: TokenizeOptions): Promise<{ verified: number; unreadable: Problem[] }> {
  const { lunaSec, describe, isSame } = options;
  let verified = 0;
  const unreadable: Problem[] = [];
  await walkOnce(options, async (rows) => {
    const tokens = rows.filter(({ held }) => isToken(held));
    const texts = await readTexts(lunaSec, tokens.map(refOf(describe)));
    const result = judge(
      tokens,
      texts,
      ({ value }, text) => isSame || isToken(value) || textOf(value) === text,
    );
    verified += result.verified;
    unreadable.push(...result.unreadable);
  });
  return { verified, unreadable };
}

const refOf = (describe: Describe['describe']) => (row: Row) => ({
  token: row.held as string,
  binding: describe(row)?.binding,
});

function judge(
  rows: readonly Row[],
  texts: Awaited<ReturnType<typeof readTexts>>,
  isRight: (row: Row, text: string) => boolean,
): { verified: number; unreadable: Problem[] } {
  const unreadable = rows.flatMap((row, index) => {
    const result = texts[index]!;
    if ('code' in result) return [{ row: row.id, why: result.code }];
    return result.text !== null && isRight(row, result.text) ? [] : [{ row: row.id, why: 'another value' }];
  });
  return { verified: rows.length, unreadable };
}

const isRefusal = (error: unknown): error is LunaSecError =>
  error instanceof LunaSecError && ['TOO_LARGE', 'BAD_USER_INPUT'].includes(error.code);

/** Waits as long as the tokenizer asks for. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let pauses = 0; ; pauses++)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RateLimitedError) || pauses === maxPauses) throw error;
      await wait((error.retryAfter ?? pause) * 1000);
    }
}
