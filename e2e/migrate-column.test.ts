import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isToken } from '@lunasec/node-sdk';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from './faults/support/random.js';
import { openTokenizerWorld } from './support/sdk-worlds.js';
import type { TokenizerWorld } from './support/sdk-worlds.js';

const command = join(import.meta.dirname, '../node-sdk/dist/cli/main.js');
const rowCount = 120;
const secretOf = (id: number) => `secret-${id}-value`;

describe('lunasec migrate-column with a real tokenizer', () => {
  let world: TokenizerWorld;
  let directory: string;
  let database: Database.Database;
  let output = '';
  beforeAll(async () => {
    world = await openTokenizerWorld();
    directory = await mkdtemp(join(tmpdir(), 'lunasec-migrate-'));
    database = new Database(join(directory, 'app.db'));
    database.exec('create table people (id integer primary key, ssn text)');
    const insert = database.prepare('insert into people values (?, ?)');
    for (let id = 1; id <= rowCount; id++) insert.run(id, secretOf(id));
  });
  afterAll(async () => {
    database?.close();
    await world?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const rows = () =>
    database.prepare('select id, ssn from people order by id').all() as { id: number; ssn: string }[];

  /** Starts the command; `kill` milliseconds after its first batch it gets a signal, unless it has ended before. */
  async function run(
    args: readonly string[],
    kill?: number,
    signal: NodeJS.Signals = 'SIGKILL',
  ): Promise<number | null> {
    const child = spawn(process.execPath, [command, ...args], {
      cwd: directory,
      env: {
        ...process.env,
        ...world.environment,
        NODE_OPTIONS: '',
        DATABASE_URL: `sqlite:${join(directory, 'app.db')}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    if (kill !== undefined) {
      await firstWrite(() => child.exitCode !== null);
      await Promise.race([ended, wait(kill)]);
      child.kill(signal);
    }
    return ended;
  }

  /** Until one more row than now has a token: how long a start takes depends on the machine. */
  async function firstWrite(hasEnded: () => boolean): Promise<void> {
    const count = () => rows().filter(({ ssn }) => isToken(ssn)).length;
    for (const before = count(); count() === before && !hasEnded();) await wait(5);
  }

  test('killed again and again, it tokenizes every row once, loses none, and leaves no token over', async () => {
    const random = createRandom(7);
    const column = ['migrate-column', '--table', 'people', '--column', 'ssn', '--batch-size', '7'];
    const tokens = new Map<number, string>();
    let kills = 0;
    let code: number | null = null;
    while (code === null && kills < 8) {
      code = await run(column, random.between(0, 60));
      kills++;
      for (const { id, ssn } of rows()) {
        if (tokens.has(id)) expect([id, ssn]).toEqual([id, tokens.get(id)]);
        else if (isToken(ssn)) tokens.set(id, ssn);
        else expect(ssn).toBe(secretOf(id));
      }
    }
    expect([output, kills > 3]).toEqual([expect.anything(), true]);
    if (code === null) code = await run([...column, '--verify']);
    expect([code, output]).toEqual([0, expect.stringContaining(`${rowCount} with tokens`)]);

    const values = await world.lunaSec.detokenize(rows().map(({ ssn }) => ssn));
    expect(values.map(({ text }) => text)).toEqual(rows().map(({ id }) => secretOf(id)));
    const kept: string[] = [];
    for await (const { token } of world.lunaSec.findTokens({ status: 'accepted' })) kept.push(token);
    expect(kept.sort()).toEqual(
      rows()
        .map(({ ssn }) => ssn)
        .sort(),
    );
    expect((await readdir(directory)).filter((name) => name.includes('migration'))).toEqual([]);
  }, 120_000);

  test('says nothing of values, and shows no progress where there is no terminal', () => {
    expect(output).not.toContain('secret-');
    expect(output).not.toMatch(/[\r█]/);
  });

  test('goes back to what it was', async () => {
    expect(await run(['detokenize-column', '--table', 'people', '--column', 'ssn'])).toBe(0);
    expect(rows().map(({ ssn }) => ssn)).toEqual(rows().map(({ id }) => secretOf(id)));
  });

  test('asked to end, it finishes its batch, leaves nothing open, and says that it may be started again', async () => {
    output = '';
    const column = ['migrate-column', '--table', 'people', '--column', 'ssn', '--batch-size', '1'];
    expect(await run(column, 0, 'SIGTERM')).toBe(1);
    expect(output).toContain('tokenized before it was stopped.\nStart it again to go on.');
    const done = rows().filter(({ ssn }) => isToken(ssn)).length;
    expect([done > 0, done < rowCount]).toEqual([true, true]);
    expect((await readdir(directory)).filter((name) => name.includes('migration'))).toEqual([]);
  });
});
