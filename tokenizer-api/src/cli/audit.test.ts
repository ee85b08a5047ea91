import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import SQLite from 'better-sqlite3';
import { Command } from 'commander';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { actAs, startTestTokenizer } from '../test-support/tokenizer.js';
import type { TestTokenizer } from '../test-support/tokenizer.js';
import { parseLine } from '../services/audit/lines.js';
import { auditCommand } from './audit.js';

describe('tokenizer audit', () => {
  let tokenizer: TestTokenizer;
  let config: string;
  let log: string;
  let events: number;

  beforeEach(async () => {
    log = '';
    tokenizer = await startTestTokenizer({ logTo: { write: (line) => void (log += line) } });
    config = join(tokenizer.directory, 'tokenizer.config.json');
    const applications = [
      { id: 'shop', jwks: { keys: [tokenizer.shop.publicJWK] }, origins: ['https://shop.example.com'] },
    ];
    await writeFile(config, JSON.stringify({ dataDirectory: tokenizer.directory, applications }));
    await actAs(tokenizer, tokenizer.shop, 'ada').keep('value');
    await actAs(tokenizer, tokenizer.other, 'ada').keep('value');
    await tokenizer.running.checkpointAudit();
    events = 9;
  });
  afterEach(() => tokenizer.close());

  /** Runs a command in this process; gives what it wrote to stdout and the code it would end with. */
  async function run(...args: string[]): Promise<{ output: string; code: number }> {
    let output = '';
    const [write, log, before] = [process.stdout.write, console.log, process.exitCode];
    process.exitCode = 0;
    process.stdout.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      output += String(chunk);
      rest.forEach((it) => typeof it === 'function' && (it as () => void)());
      return true;
    }) as typeof process.stdout.write;
    console.log = (text: string) => void (output += `${text}\n`);
    try {
      const program = new Command('tokenizer').option('-c, --config <file>').addCommand(auditCommand());
      await program.parseAsync(['--config', config, 'audit', ...args], { from: 'user' });
      return { output, code: Number(process.exitCode) };
    } finally {
      [process.stdout.write, console.log, process.exitCode] = [write, log, before];
    }
  }
  const tamper = (sql: string) => {
    const database = new SQLite(join(tokenizer.directory, 'tokenizer.sqlite'));
    database.exec(`DROP TRIGGER auditEvents_unchanged; DROP TRIGGER auditEvents_kept; ${sql}`);
    database.close();
  };
  const exported = async (...args: string[]) => {
    const { output } = await run('export', ...args);
    return output.split('\n').slice(0, -1);
  };

  describe('verify', () => {
    test('of an audit as it was written ends with 0', async () => {
      expect(await run('verify')).toEqual({
        output: `The audit is as it was written: ${events} events in 1 chain.\n`,
        code: 0,
      });
    });

    test('of a changed audit ends with 1 and says where', async () => {
      tamper("UPDATE auditEvents SET applicationId = 'other' WHERE number = 3");
      const { output, code } = await run('verify');
      expect(output).toMatch(
        /^changed: chain [0-9a-f-]{36}: Event 3 .*\nThe audit was tampered with: 1 fault/,
      );
      expect(code).toBe(1);
    });

    test('--json says the same to machines', async () => {
      expect(JSON.parse((await run('verify', '--json')).output)).toMatchObject({
        ok: true,
        faults: 0,
        events,
      });
      tamper('DELETE FROM auditEvents WHERE number = 3');
      const { output, code } = await run('verify', '--json');
      expect(JSON.parse(output)).toMatchObject({ ok: false, list: [{ kind: 'missing', number: 3 }] });
      expect(code).toBe(1);
    });

    test('--heads finds what the log vouches for and the database has no more', async () => {
      const file = join(tokenizer.directory, 'log.txt');
      await writeFile(file, log);
      expect((await run('verify', '--heads', file)).output).toContain('2 of 2 anchors found');
      tamper('DELETE FROM auditEvents WHERE number > 2');
      expect((await run('verify')).code).toBe(0);
      const { output, code } = await run('verify', '--heads', file);
      expect(output).toContain('Events 3 to 9 are missing at the end of the chain');
      expect(code).toBe(1);
    });

    test('of an audit that was emptied ends with 1', async () => {
      tamper('DELETE FROM auditEvents');
      expect(await run('verify')).toMatchObject({ code: 1, output: expect.stringContaining('empty') });
    });

    test('makes no key of its own', async () => {
      await rm(join(tokenizer.directory, 'keys.json'));
      await expect(run('verify')).rejects.toThrow(/There is no key file/);
    });
  });

  describe('export', () => {
    test('prints every event as a line, which verifies without the database', async () => {
      const file = join(tokenizer.directory, 'audit.jsonl');
      const lines = await exported('--until', '2999-01-01');
      // The export's own chain begins, and the export is recorded, before it reads.
      expect(lines).toHaveLength(events + 2);
      expect(JSON.parse(lines.at(-1)!)).toMatchObject({ action: 'exportAudit', applicationId: null });
      await writeFile(file, `${lines.join('\n')}\n`);
      tamper('DELETE FROM auditEvents');
      expect((await run('verify', '--file', file)).code).toBe(0);
      await writeFile(file, (await readFile(file, 'utf8')).replace('"tokenize"', '"detokenize"'));
      expect((await run('verify', '--file', file)).code).toBe(1);
    });

    test('of one application has no other’s events', async () => {
      const lines = await exported('--application', 'shop', '--until', '2999-01-01');
      expect(lines.map((line) => parseLine(line)!.action)).toEqual([
        'createSession',
        'tokenize',
        'verifyStoreGrants',
      ]);
    });

    test('of a period has what was in it', async () => {
      expect(await exported('--since', '2999-01-01')).toEqual([]);
      expect(await exported()).toEqual([]);
      expect(await exported('--until', '2020-01-01T00:00:00Z')).toEqual([]);
    });
  });
});
