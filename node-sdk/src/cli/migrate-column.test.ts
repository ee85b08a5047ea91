import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnavailableError } from '../errors/index.js';
import { openColumn } from '../migrate/open.js';
import { openSQLite } from '../test-support/databases/index.js';
import { createTestLunaSec } from '../testing/index.js';
import '../testing/jest.js';
import type { TestLunaSec } from '../testing/index.js';
import { columnParts } from './column-options.js';
import { detokenizeColumnCommand } from './detokenize-column.js';
import { migrateColumnCommand } from './migrate-column.js';
import { createProgress } from './progress.js';

let database: Awaited<ReturnType<typeof openSQLite>>;
let lunaSec: TestLunaSec;
let directory: string;
beforeEach(async () => {
  database = await openSQLite();
  lunaSec = createTestLunaSec();
  directory = mkdtempSync(join(tmpdir(), 'lunasec-migrate-'));
});
afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

async function run(
  args: readonly string[],
  {
    command = migrateColumnCommand,
    parts = {},
  }: { command?: typeof migrateColumnCommand; parts?: object } = {},
) {
  const [out, err]: [string[], string[]] = [[], []];
  let failed = false;
  const io = {
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    input: async () => undefined,
    now: () => new Date(),
    fail: () => void (failed = true),
  };
  const all = { openColumn, openLunaSec: async () => lunaSec, ...parts };
  await command(io, all)
    .exitOverride()
    .configureOutput({ writeErr: (text) => void err.push(text) })
    .parseAsync(args, { from: 'user' });
  return { out: out.join('\n'), err: err.join('\n'), failed };
}
const column = () => ['--database', database.url, '--table', 'people', '--column', 'ssn'];
const journal = () => ['--journal', join(directory, 'journal.json')];

describe('lunasec migrate-column', () => {
  test('--dry-run says what there is to do, and changes nothing', async () => {
    const [token] = await lunaSec.tokenize(['x']);
    await database.insert({ 1: 'a', 2: 'b', 3: null, 4: token });
    const before = await database.read();
    expect(await run([...column(), '--dry-run'])).toEqual({
      out: 'people.ssn has 4 rows:\n  2 to be tokenized\n  1 with tokens already\n  1 empty\nNothing was changed.',
      err: '',
      failed: false,
    });
    expect(await database.read()).toEqual(before);
  });

  test('says what it did, and ends well', async () => {
    await database.insert({ 1: 'a', 2: 'b', 3: null });
    const { out, err, failed } = await run([...column(), ...journal()]);
    expect(out.split('\n')).toEqual([
      'people.ssn: 2 rows tokenized.',
      '  2 with tokens',
      '  1 empty',
      '  0 with texts',
      'Read back at the end: 2 rows, 0 of them wrong.',
    ]);
    expect([err, failed]).toEqual(['', false]);
    expect((await database.read())[1]).toBeToken();
  });

  test('fails when rows are left, and names them', async () => {
    await database.insert({ 1: 'a', 2: 'b' });
    database.run("update people set ssn_token = 'taken' where id = 2");
    const { out, failed } = await run([...column(), ...journal(), '--to', 'ssn_token']);
    expect(out).toContain('1 row tokenized');
    expect(out).toContain('1 with something else');
    expect(failed).toBe(true);
  });

  test('fails when the tokenizer does, and says that it may be started again', async () => {
    await database.insert({ 1: 'a' });
    lunaSec.tokenizer.failWith(new UnavailableError('The tokenizer does not answer.'));
    const { err, failed } = await run([...column(), ...journal()]);
    expect(err).toBe(
      'The tokenizer does not answer. (UNAVAILABLE)\nWhat was done so far stays. Start it again to go on.',
    );
    expect(failed).toBe(true);
  });

  test('says nothing of values, whatever happens', async () => {
    const secret = 'hunter2';
    const outputs: unknown[] = [];
    const attempt = async (...args: string[]) =>
      outputs.push(await run([...column(), ...journal(), ...args]).catch((error: unknown) => error));
    await database.insert({ 1: secret, 2: secret });
    await attempt('--dry-run');
    database.run(`create trigger no before update on people begin select raise(abort, 'no'); end`);
    await attempt();
    database.run('drop trigger no');
    const { download } = lunaSec.tokenizer.objects;
    lunaSec.tokenizer.objects.download = async () => null;
    await attempt();
    lunaSec.tokenizer.objects.download = download;
    await attempt('--binding', 'Person.{ssn_token}:{id}');
    await attempt('--column', 'ssn', '--key', 'ssn');
    await attempt('--verify');
    await attempt();
    outputs.push(await run([...column()], { command: detokenizeColumnCommand }));
    expect(await database.read()).toEqual({ 1: secret, 2: secret });
    expect(outputs).toHaveLength(8);
    const texts = outputs.map((output) =>
      output instanceof Error ? `${output.stack}${JSON.stringify(output)}` : JSON.stringify(output),
    );
    for (const text of texts) expect(text).not.toContain(secret);
    expect(outputs[0]).toMatchObject({ failed: false });
    expect(outputs[1]).toMatchObject({ failed: true, err: expect.stringContaining('SQLITE_CONSTRAINT') });
    expect(outputs[2]).toMatchObject({ failed: true, err: expect.stringContaining('read back') });
    expect(outputs[3]).toMatchObject({
      failed: true,
      out: expect.stringContaining('Left as they are, 2 rows'),
    });
    expect(outputs[4]).toBeInstanceOf(Error);
    expect(outputs.slice(5)).toMatchObject([{ failed: false }, { failed: false }, { failed: false }]);
  });

  test('the journal has ids of rows, neither values nor tokens, and is for its owner alone', async () => {
    await database.insert({ 1: 'hunter2' });
    database.run(`create trigger no before update on people begin select raise(abort, 'no'); end`);
    await run([...column(), ...journal()]);
    const { readFileSync, statSync } = await import('node:fs');
    const text = readFileSync(join(directory, 'journal.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: 1, column: 'people.ssn', batches: [{ rows: ['1'] }] });
    expect(text).not.toMatch(/hunter2|lunasec-/);
    expect(statSync(join(directory, 'journal.json')).mode & 0o777).toBe(0o600);
    database.run('drop trigger no');
    expect((await run([...column(), ...journal()])).out).toContain('not needed, and are deleted: 1.');
    expect(existsSync(join(directory, 'journal.json'))).toBe(false);
  });

  test.each([
    ['of another column', JSON.stringify({ version: 1, column: 'people.iban', batches: [] })],
    ['that is something else', 'secret'],
  ])('leaves a journal %s alone', async (_name, text) => {
    await database.insert({ 1: 'a' });
    writeFileSync(join(directory, 'journal.json'), text);
    const { err, failed } = await run([...column(), ...journal()]);
    expect(err).toContain('is not the journal of a migration of people.ssn');
    expect(failed).toBe(true);
    expect(await database.read()).toEqual({ 1: 'a' });
  });

  test.each([
    [['--table', 'people'], 'Name the database'],
    [['--database', 'sqlite:/nonexistent/a.db', '--table', 'a', '--column', 'b'], 'There is no file'],
    [['--batch-size', '0'], 'from 1 to 1000'],
    [['--binding', 'Person.{'], 'is not a binding'],
    [['--metadata', '[1]'], 'must be a JSON object'],
    [['--metadata', '{"migrationBatch": 1}'], "is this command's own"],
    [['--verify', 'some'], 'all, sample, none'],
  ])('%j: says what is wrong', async (args, message) => {
    const attempt = run(args[0] === '--database' || args[0] === '--table' ? args : [...column(), ...args]);
    await expect(attempt).rejects.toThrow(message);
  });

  test('needs to know as which application, and to which tokenizer, it talks', async () => {
    await database.insert({ 1: 'a' });
    const real = { parts: { openLunaSec: columnParts.openLunaSec } };
    await expect(run(column(), real)).rejects.toThrow('--application and --tokenizer');
    const application = ['--application', 'app', '--tokenizer', 'http://127.0.0.1:1'];
    await expect(run([...column(), ...application], real)).rejects.toThrow('LUNASEC_SIGNING_KEY');
    const noKey = ['--key-file', join(directory, 'none.json')];
    await expect(run([...column(), ...application, ...noKey], real)).rejects.toThrow('none.json');
    expect(await database.read()).toEqual({ 1: 'a' });
  });
});

describe('lunasec detokenize-column', () => {
  test('puts the texts back, and fails when a token is left', async () => {
    await database.insert({ 1: 'a', 2: 'b' });
    await run([...column(), ...journal()]);
    const { 2: token } = await database.read();
    await lunaSec.deleteTokens(token as string);
    const { out, failed } = await run(column(), { command: detokenizeColumnCommand });
    expect(out.split('\n')).toEqual([
      'people.ssn: 1 row with texts again.',
      'Left as they are, 1 row:',
      '  2: TOKEN_DELETED',
    ]);
    expect(failed).toBe(true);
    expect(await database.read()).toEqual({ 1: 'a', 2: token });
  });
});

describe('progress', () => {
  const shown = (isTTY: boolean) => {
    const written: string[] = [];
    const progress = createProgress({ isTTY, write: (text) => written.push(text) }, 'rows', () => 0);
    progress.update(0, 4);
    progress.update(1, 4);
    progress.update(4, 4);
    progress.clear();
    return written;
  };

  test('is a bar on a terminal, not more often than people can see', () => {
    const [first, last, clear, ...more] = shown(true);
    expect(first).toContain('0%  0 of 4 rows');
    expect(last).toContain(`${'█'.repeat(30)} 100%  4 of 4 rows`);
    expect([clear, more]).toEqual(['\r\u001b[K', []]);
  });

  test('is silent elsewhere', () => {
    expect(shown(false)).toEqual([]);
  });
});
