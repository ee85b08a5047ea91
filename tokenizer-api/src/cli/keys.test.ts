import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyUse } from '../services/keys/rotation.js';
import { activateKey, addKey } from '../stores/key-provider/edit-key-file.js';
import { readKeyFile, readOrCreateKeyFile } from '../stores/key-provider/key-file.js';
import { openLocalKeyProvider } from '../stores/key-provider/local.js';
import { openSqliteTokenStore } from '../stores/token-store/sqlite.js';
import { runCLI, spawnCLI } from '../test-support/cli.js';
import { newTokens } from '../test-support/token-store/fixtures.js';
import { actAs, startTestTokenizer } from '../test-support/tokenizer.js';
import type { Actor, TestTokenizer } from '../test-support/tokenizer.js';

const environmentOf = (directory: string) => ({
  LUNASEC_DATA_DIRECTORY: directory,
  LUNASEC_APPLICATIONS: JSON.stringify([
    { id: 'shop', jwksURL: 'https://shop.example.com/jwks.json', origins: ['https://shop.example.com'] },
  ]),
});
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Of a test that runs several commands, each of which starts a process. Milliseconds. */
const patience = 120_000;

describe('the keys of a tokenizer that serves', () => {
  let tokenizer: TestTokenizer;
  let ada: Actor;
  let path: string;
  let old: string;
  beforeEach(async () => {
    tokenizer = await startTestTokenizer({ config: { rates: { session: 1_000_000 } } });
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
    path = join(tokenizer.directory, 'keys.json');
    old = (await readKeyFile(path)).keys.active;
  });
  afterEach(() => tokenizer.close());

  const run = (...args: string[]) =>
    runCLI(args, { directory: tokenizer.directory, environment: environmentOf(tokenizer.directory) });
  const list = async () =>
    (JSON.parse((await run('keys', 'list', '--json')).stdout) as { keys: KeyUse[] }).keys;
  /** As if the file had been changed long ago. */
  const age = () => utimes(path, new Date(0), new Date(0));
  const keep = async (text: string) => {
    const token = await ada.keep(text);
    await ada.grant([token], '1h');
    return { text, token };
  };
  type Kept = Awaited<ReturnType<typeof keep>>;
  const expectReadable = async (values: readonly Kept[]) => {
    for (const { token, text } of values) expect(await ada.read(token)).toBe(text);
  };

  test(
    'rotate-keys --new: what was stored before, during and after is readable throughout',
    async () => {
      const kept = [await keep('before 1'), await keep('before 2')];
      let isEnded = false;
      const rotating = run('rotate-keys', '--new').finally(() => (isEnded = true));
      for (let count = 1; !isEnded; count++) {
        kept.push(await keep(`during ${count}`));
        await expectReadable([kept[0]!, kept.at(-1)!]);
      }
      const { code, stdout, stderr } = await rotating;
      expect([code, stdout]).toEqual([0, expect.stringMatching(/Wrapped \d+ data keys and secrets anew/)]);
      const { active, keys } = (await readKeyFile(path)).keys;
      expect(active).not.toBe(old);
      expect(keys.map(({ id }) => id)).toEqual([old, active]);
      // No key is ever shown.
      for (const { key } of keys) expect(stdout + stderr).not.toContain(key.toString('base64').slice(0, 10));

      kept.push(await keep('after'));
      await expectReadable(kept);
      expect(await list()).toEqual([
        expect.objectContaining({ keyId: active, isActive: true, dataKeys: kept.length }),
        { keyId: old, isActive: false, isKnown: true, dataKeys: 0, secrets: 0 },
      ]);
    },
    patience,
  );

  test(
    'step by step: a key retires once nothing is under it, and nobody can be using it',
    async () => {
      const kept = [await keep('before')];
      const added = await run('keys', 'add');
      const { keys } = (await readKeyFile(path)).keys;
      const fresh = keys[1]!.id;
      expect([added.code, added.stdout]).toEqual([
        0,
        expect.stringContaining(`tokenizer keys activate ${fresh}`),
      ]);
      await age();
      expect(await run('keys', 'retire', old)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(new RegExp(`^The key ${old} is active\\.[^\\n]*\\n$`)) as unknown,
      });
      expect(await run('keys', 'activate', fresh)).toMatchObject({ code: 0 });
      await age();
      const early = await run('keys', 'retire', old);
      expect([early.code, early.stderr]).toEqual([
        1,
        expect.stringMatching(/1 data keys and \d secrets.*rotate-keys/),
      ]);

      expect(await run('rotate-keys')).toMatchObject({ code: 0 });
      await utimes(path, new Date(), new Date());
      expect((await run('keys', 'retire', old)).stderr).toMatch(/less than a minute ago.*Try again in/);
      await expectReadable(kept);
      await age();
      const retired = await run('keys', 'retire', old);
      expect([retired.code, retired.stdout]).toEqual([
        0,
        expect.stringContaining(`keys.json.retired-${old}`),
      ]);
      expect((await stat(`${path}.retired-${old}`)).mode & 0o777).toBe(0o600);
      kept.push(await keep('after'));
      await expectReadable(kept);
      const table = (await run('keys', 'list')).stdout.trim().split('\n');
      expect(table.map((line) => line.split(/\s{2,}/)[0])).toEqual(['KEY', fresh]);

      const events = (await run('audit', 'export', '--until', '2999-01-01')).stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { action: string; details: object | null })
        // Besides the tokenizer's own, of which keys it uses.
        .filter(({ action }) => /key/i.test(action) && action !== 'useKeys');
      const active = fresh;
      expect(events.map(({ action, details }) => [action, details])).toEqual([
        ['addKey', { keyId: fresh }],
        ['activateKey', { keyId: fresh }],
        ['rotateKeys', { active, state: 'started' }],
        ['rotateKeys', { active, state: 'ended', rewrapped: expect.any(Number) as unknown, failed: 0 }],
        ['retireKey', { keyId: old }],
      ]);
      expect(await run('audit', 'verify')).toMatchObject({ code: 0 });
    },
    patience,
  );
});

describe('commands about keys', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tokenizer-keys-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const parameters = (environment: Record<string, string> = {}) => ({
    directory,
    environment: { ...environmentOf(directory), ...environment },
  });

  test(
    'rotate-keys, killed on its way, has lost nothing, and goes on when it is run again',
    async () => {
      const path = join(directory, 'keys.json');
      await readOrCreateKeyFile(path);
      const old = await openLocalKeyProvider(path);
      const store = await openSqliteTokenStore(join(directory, 'tokenizer.sqlite'));
      const dataKey = randomBytes(32);
      const tokens = await Promise.all(
        newTokens(6000).map(async (token) => ({ ...token, wrappedKey: await old.wrap(dataKey, token) })),
      );
      await store.insertTokens(tokens);
      const fresh = await addKey(path);
      await activateKey(path, fresh);

      const { child, ended } = spawnCLI(['rotate-keys'], parameters());
      // The first line of its progress.
      child.stderr!.once('data', () => child.kill('SIGKILL'));
      await ended;
      const keys = await openLocalKeyProvider(path);
      const expectReadable = async () => {
        for (const record of await store.findTokens(
          tokens[0]!.applicationId,
          tokens.map(({ token }) => token),
        ))
          expect(dataKey.equals(await keys.unwrap(record.wrappedKey!, record))).toBe(true);
      };
      await expectReadable();

      const { code, stderr } = await runCLI(['rotate-keys'], parameters());
      expect([code, await store.countDataKeys()]).toEqual([0, new Map([[fresh, 6000]])]);
      expect(stderr).not.toContain('\u001b');
      await expectReadable();
      await store.close();
    },
    patience,
  );

  test.each([[['rotate-keys']], [['rotate-keys', '--new']], [['keys', 'add']], [['keys', 'list']]])(
    '%j with settings of another place makes neither keys nor a database',
    async (args) => {
      const { code, stderr } = await runCLI(args, parameters());
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^There is no key file .*\n$/)]);
      expect(await readdir(directory)).toEqual([]);
    },
  );

  test.each([[['keys', 'add']], [['keys', 'retire', 'a']], [['rotate-keys', '--new']]])(
    '%j says where keys are changed that are not in a file',
    async (args) => {
      const LUNASEC_KEYS = JSON.stringify({
        active: 'a',
        keys: [{ id: 'a', key: randomBytes(32).toString('base64') }],
      });
      const { code, stderr } = await runCLI(args, parameters({ LUNASEC_KEYS }));
      expect([code, stderr]).toEqual([2, expect.stringMatching(/LUNASEC_KEYS: .* every tokenizer/)]);
      expect(await exists(join(directory, 'keys.json'))).toBe(false);
    },
  );
});
