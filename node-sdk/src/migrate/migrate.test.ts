import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TooLargeError, UnavailableError } from '../errors/index.js';
import { createTestLunaSec } from '../testing/index.js';
import '../testing/jest.js';
import type { TestLunaSec } from '../testing/index.js';
import { databases } from '../test-support/databases/index.js';
import type { Rows, TestDatabase } from '../test-support/databases/index.js';
import type { Column, Place } from './column.js';
import { readDescriptions } from './describe.js';
import { detokenizeColumn } from './detokenize.js';
import { openJournal } from './journal.js';
import { openColumn } from './open.js';
import { survey } from './survey.js';
import { tokenizeColumn } from './tokenize.js';
import type { Summary, TokenizeOptions, Vault } from './tokenize.js';

const people = (count: number): Rows =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 1, `secret of ${index + 1}`]));

const never = new Promise<never>(() => {});

describe.each(databases.filter(([, open]) => open !== undefined))('a column of %s', (_name, open) => {
  let database: TestDatabase;
  let lunaSec: TestLunaSec;
  let directory: string;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'lunasec-migration-'));
    database = await open!();
    lunaSec = createTestLunaSec();
  });
  afterEach(async () => {
    await closeKilled();
    await database.close();
    rmSync(directory, { recursive: true });
  });
  /** Columns of runs that are at work, or were killed. */
  const opened = new Set<Column>();
  async function closeKilled(): Promise<void> {
    await Promise.all([...opened].map((column) => column.close()));
    opened.clear();
  }
  const journalFile = () => join(directory, 'journal.json');

  interface Run extends Partial<Pick<TokenizeOptions, 'verify' | 'stop' | 'batchSize'>> {
    place?: Partial<Place>;
    binding?: string;
    metadata?: string;
    /** What stands before the column and the tokenizer. */
    between?(parts: { column: Column; lunaSec: Vault }): { column?: Column; lunaSec?: Vault };
  }

  async function withParts<T>(
    { place, between = () => ({}), ...run }: Run,
    work: (options: TokenizeOptions) => Promise<T>,
  ): Promise<T> {
    const { columns, describe } = readDescriptions(run);
    const column = await openColumn(database.url, { ...database.place, fields: columns, ...place });
    opened.add(column);
    try {
      return await work({
        column,
        lunaSec,
        journal: openJournal(journalFile(), column.name),
        describe,
        isSame: place?.to === undefined,
        verify: run.verify ?? 'sample',
        batchSize: run.batchSize ?? 3,
        stop: run.stop ?? new AbortController().signal,
        onProgress: () => {},
        ...between({ column, lunaSec }),
      });
    } finally {
      opened.delete(column);
      await column.close();
    }
  }
  const migrate = (run: Run = {}): Promise<Summary> => withParts(run, tokenizeColumn);

  /** What the tokens of the column stand for; what is no token as it is. */
  async function values(column?: string, binding?: (id: string) => string): Promise<Rows> {
    const rows = Object.entries(await database.read(column));
    return Object.fromEntries(
      await Promise.all(
        rows.map(async ([id, value]) => {
          if (typeof value !== 'string' || !value.startsWith('lunasec-')) return [id, value];
          const [read] = await lunaSec.detokenize({ token: value, binding: binding?.(id) });
          return [id, read!.text];
        }),
      ),
    );
  }

  /** Tokens that are kept by the tokenizer. */
  async function kept(): Promise<string[]> {
    const tokens: string[] = [];
    for await (const { token } of lunaSec.findTokens({ status: 'accepted' })) tokens.push(token);
    return tokens.sort();
  }

  const calls = (operation: string) =>
    lunaSec.tokenizer.calls.filter((call) => call.operation === operation).length;

  test('gets a token in the place of every text; what is empty or a token already stays', async () => {
    const [token] = await lunaSec.tokenize(['made by the app']);
    await database.insert({ ...people(7), 8: null, 9: '', 10: token });
    const summary = await migrate();
    expect(summary).toMatchObject({
      outcome: 'done',
      tokenized: 7,
      survey: { empty: 2, token: 8, text: 0, other: 0 },
      verified: 7,
      unreadable: [],
      deleted: 0,
    });
    const rows = await database.read();
    for (const id of [1, 2, 3, 4, 5, 6, 7]) expect(rows[id]).toBeToken();
    expect(await values()).toEqual({ ...people(7), 8: null, 9: '', 10: 'made by the app' });
    expect(existsSync(journalFile())).toBe(false);
  });

  test('is left as it is when all is done already', async () => {
    await database.insert(people(4));
    await migrate();
    const before = await database.read();
    const made = calls('requestUploads');
    expect(await migrate()).toMatchObject({ outcome: 'done', tokenized: 0, deleted: 0 });
    expect(await database.read()).toEqual(before);
    expect(calls('requestUploads')).toBe(made);
  });

  test('is counted by a dry run, which changes nothing and asks no tokenizer', async () => {
    const [token] = await lunaSec.tokenize(['x']);
    await database.insert({ ...people(5), 6: null, 7: token });
    const before = [await database.read(), lunaSec.tokenizer.calls.length];
    const counts = await withParts({}, (options) => survey(options, true));
    expect(counts).toEqual({ text: 5, empty: 1, token: 1, other: 0 });
    expect([await database.read(), lunaSec.tokenizer.calls.length]).toEqual(before);
  });

  /** Runs until the n-th step of the work, and no further: nothing is caught, nothing tidied up. */
  async function killedAt(step: number, when: 'before' | 'after'): Promise<boolean> {
    let steps = 0;
    let kill = () => {};
    const killed = new Promise<'killed'>((resolve) => (kill = () => resolve('killed')));
    const isDead = () => steps > step;
    function mortal<T extends object>(parts: T, names: readonly (keyof T)[]): T {
      const wrapped = { ...parts };
      for (const name of names)
        wrapped[name] = (async (...args: unknown[]) => {
          if (isDead()) return never;
          const isLast = ++steps === step + 1;
          if (isLast && when === 'before') return (kill(), never);
          const result: unknown = await (parts[name] as (...args: unknown[]) => Promise<unknown>)(...args);
          if (isLast) return (kill(), never);
          return result;
        }) as T[keyof T];
      return wrapped;
    }
    const vault: Vault = {
      // Its two halves are steps, as is each of the others.
      tokenize: (...args) => lunaSec.tokenize(...args),
      detokenize: (...args) => lunaSec.detokenize(...args),
      deleteTokens: (...args) => lunaSec.deleteTokens(...args),
      findTokens: (...args) => lunaSec.findTokens(...args),
    };
    const outcome = await Promise.race([
      killed,
      migrate({
        between: ({ column }) => ({
          column: mortal(column, ['find', 'replace']),
          lunaSec: mortal(vault, ['tokenize', 'detokenize', 'deleteTokens']),
        }),
      }),
    ]);
    await closeKilled();
    return outcome === 'killed';
  }

  test.each(['before', 'after'] as const)(
    'may be killed %s any step: started again, no text is tokenized twice, none is lost, no token is left over',
    async (when) => {
      let step = 0;
      for (let wasKilled = true; wasKilled; step++) {
        await database.close();
        database = await open!();
        lunaSec = createTestLunaSec();
        await database.insert(people(5));
        wasKilled = await killedAt(step, when);
        const done = Object.values(await database.read()).filter((value) =>
          String(value).startsWith('lunasec-'),
        );
        const { tokenized, unknown } = await migrate();
        expect([step, tokenized]).toEqual([step, 5 - done.length]);
        expect(unknown).toEqual([]);
        expect(await values()).toEqual(people(5));
        const rows = Object.values(await database.read());
        expect(rows).toEqual(expect.arrayContaining(done));
        expect([step, await kept()]).toEqual([step, rows.sort()]);
        expect(existsSync(journalFile())).toBe(false);
      }
      // The rows, each of two batches with several steps, and the check at the end.
      expect(step).toBeGreaterThan(6);
    },
  );

  test('may be killed time and again at the same place', async () => {
    await database.insert(people(5));
    for (let time = 0; time < 3; time++) expect(await killedAt(0, 'after')).toBe(true);
    expect(await kept()).toHaveLength(9);
    expect(await migrate()).toMatchObject({ tokenized: 5, deleted: 9, unknown: [] });
    expect(await kept()).toEqual(Object.values(await database.read()).sort());
  });

  test('keeps what a killed run wrote and the app has moved since, and names it', async () => {
    await database.insert(people(2));
    // Killed after it was written.
    expect(await killedAt(2, 'after')).toBe(true);
    const { 1: moved } = await database.read();
    expect(moved).toBeToken();
    await database.remove('1');
    expect(await migrate()).toMatchObject({ outcome: 'done', unknown: [moved], deleted: 0 });
    expect(await kept()).toContain(moved);
  });

  /** The app does something between the tokenizer and the database. */
  const meanwhile = (work: () => Promise<void>) => {
    let isDone = false;
    return ({ column }: { column: Column }) => ({
      column: {
        ...column,
        async replace(...args: Parameters<Column['replace']>) {
          if (!isDone) await work();
          isDone = true;
          return column.replace(...args);
        },
      },
    });
  };

  test('a row that the app changes meanwhile is not written over, and its token is deleted', async () => {
    await database.insert(people(3));
    const [own] = await lunaSec.tokenize(['of the app']);
    const summary = await migrate({
      between: meanwhile(async () => {
        await database.set('1', 'new text');
        await database.set('2', own);
        await database.remove('3');
      }),
    });
    expect(summary).toMatchObject({ outcome: 'done', tokenized: 1, changed: 3, deleted: 3 });
    expect(await values()).toEqual({ 1: 'new text', 2: 'of the app' });
    expect(await kept()).toEqual(Object.values(await database.read()).sort());
  });

  test('a row that comes in behind is done as well', async () => {
    await database.insert({ 10: 'ten', 11: 'eleven' });
    await migrate({ between: meanwhile(() => database.insert({ 1: 'one' })) });
    expect(await values()).toEqual({ 1: 'one', 10: 'ten', 11: 'eleven' });
  });

  test('an app that goes on writing texts does not keep it for ever', async () => {
    await database.insert({ 1: 'one' });
    let id = 1;
    const summary = await migrate({
      between: ({ column }) => ({
        column: {
          ...column,
          async replace(...args) {
            await database.insert({ [++id + 100]: 'again' });
            return column.replace(...args);
          },
        },
      }),
      batchSize: 1000,
    });
    expect(summary.outcome).toBe('busy');
  });

  test('when the tokenizer fails midway what is done stays, and nothing is left over', async () => {
    await database.insert(people(9));
    let batches = 0;
    const failing = migrate({
      between: () => ({
        lunaSec: Object.assign(Object.create(lunaSec) as Vault, {
          async tokenize(...args: Parameters<Vault['tokenize']>) {
            if (++batches < 3) return lunaSec.tokenize(...args);
            await lunaSec.tokenize(...args);
            throw new UnavailableError('away');
          },
          detokenize: lunaSec.detokenize.bind(lunaSec),
          deleteTokens: lunaSec.deleteTokens.bind(lunaSec),
          findTokens: lunaSec.findTokens.bind(lunaSec),
        }),
      }),
    });
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await kept()).toHaveLength(6);
    expect(existsSync(journalFile())).toBe(false);
    expect(await migrate()).toMatchObject({ tokenized: 3, deleted: 0 });
    expect(await values()).toEqual(people(9));
  });

  test('when the tokenizer is gone for good, the next run tidies up', async () => {
    await database.insert(people(3));
    const failing = migrate({
      between: ({ column }) => ({
        column: {
          ...column,
          async replace(...args) {
            await database.set('1', 'new text');
            lunaSec.tokenizer.failWith(new UnavailableError('away'));
            return column.replace(...args);
          },
        },
      }),
    });
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(existsSync(journalFile())).toBe(true);
    lunaSec.tokenizer.failWith(null);
    expect(await migrate()).toMatchObject({ tokenized: 1, deleted: 1, unknown: [] });
    expect(await values()).toEqual({ ...people(3), 1: 'new text' });
    expect(await kept()).toEqual(Object.values(await database.read()).sort());
  });

  test('a row that the tokenizer refuses does not hold up the others', async () => {
    await database.insert({ ...people(3), 2: 'too large' });
    const summary = await migrate({
      between: () => ({
        lunaSec: {
          tokenize: async (inputs, options) => {
            if (inputs.some((input) => (input as { data: unknown }).data === 'too large'))
              throw new TooLargeError('The value is too large.');
            return lunaSec.tokenize(inputs, options);
          },
          detokenize: (...args) => lunaSec.detokenize(...args),
          deleteTokens: (...args) => lunaSec.deleteTokens(...args),
          findTokens: (...args) => lunaSec.findTokens(...args),
        },
      }),
    });
    expect(summary).toMatchObject({ outcome: 'done', tokenized: 2, refused: [{ why: 'TOO_LARGE' }] });
    expect(await database.read()).toMatchObject({ 2: 'too large' });
    expect(await values()).toEqual({ ...people(3), 2: 'too large' });
  });

  test('a text that cannot be read back is not written over', async () => {
    await database.insert(people(3));
    lunaSec.tokenizer.objects.download = async () => null;
    await expect(migrate()).rejects.toThrow('could not be read back');
    expect(await database.read()).toEqual(people(3));
    expect(await kept()).toEqual([]);
  });

  test('verify all finds tokens that give no value, whoever made them', async () => {
    const [good, bad] = await lunaSec.tokenize(['good', 'bad']);
    await lunaSec.deleteTokens(bad!);
    await database.insert({ ...people(2), 3: good, 4: bad });
    expect(await migrate({ verify: 'all' })).toMatchObject({
      tokenized: 2,
      verified: 4,
      unreadable: [{ why: 'TOKEN_DELETED' }],
    });
  });

  test('verify none asks for no value', async () => {
    await database.insert(people(2));
    expect(await migrate({ verify: 'none' })).toMatchObject({ outcome: 'done', tokenized: 2, verified: 0 });
    expect(calls('requestDownloads')).toBe(0);
  });

  test('binds tokens to their rows, and keeps metadata beside them', async () => {
    await database.insert(people(2));
    const binding = `Person.ssn:{${database.key}}`;
    const metadata = JSON.stringify({ person: `{${database.key}}`, from: '{country}', kind: 'ssn' });
    expect(await migrate({ binding, metadata, verify: 'all' })).toMatchObject({
      tokenized: 2,
      unreadable: [],
    });
    expect(await values('ssn', (id) => `Person.ssn:${id}`)).toEqual(people(2));
    const { 2: token } = await database.read();
    expect(await lunaSec.findToken(token as string)).toMatchObject({
      binding: 'Person.ssn:2',
      // The driver of PostgreSQL gives integers of 64 bits as texts.
      metadata: { person: expect.anything(), from: 'NL', kind: 'ssn' },
    });
  });

  test('another column gets the tokens, the texts stay; what it holds already is not written over', async () => {
    await database.insert(people(3));
    const place = { to: 'ssn_token' };
    expect(await migrate({ place, verify: 'all' })).toMatchObject({ tokenized: 3, verified: 3 });
    expect(await database.read()).toEqual(people(3));
    expect(await values('ssn_token')).toEqual(people(3));
    const before = await database.read('ssn_token');
    expect(await migrate({ place })).toMatchObject({ tokenized: 0 });
    expect(await database.read('ssn_token')).toEqual(before);
  });

  test('stops after the batch that it is at, and goes on from there', async () => {
    await database.insert(people(9));
    const controller = new AbortController();
    const summary = await migrate({
      stop: controller.signal,
      between: meanwhile(async () => controller.abort()),
    });
    expect(summary).toMatchObject({ outcome: 'interrupted', tokenized: 3 });
    expect(existsSync(journalFile())).toBe(false);
    expect(await migrate()).toMatchObject({ outcome: 'done', tokenized: 6 });
    expect(await values()).toEqual(people(9));
  });

  test('gets its texts back by the way back', async () => {
    await database.insert({ ...people(5), 6: null });
    await migrate();
    const { 3: token } = await database.read();
    await lunaSec.deleteTokens(token as string);
    const { outcome, restored, unreadable } = await withParts({}, detokenizeColumn);
    expect({ outcome, restored, unreadable: unreadable.map(({ why }) => why) }).toEqual({
      outcome: 'done',
      restored: 4,
      unreadable: ['TOKEN_DELETED'],
    });
    expect(await database.read()).toEqual({ ...people(5), 3: token, 6: null });
  });
});

for (const [name, open, variable] of databases)
  if (!open)
    describe(`a column of ${name}`, () => {
      test.skip(`needs a real one: set ${variable}`, () => undefined);
    });
