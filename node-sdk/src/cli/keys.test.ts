import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSecrets } from '../auth/secrets.js';
import { createSigner } from '../auth/signer.js';
import { parseSigningKeys } from '../auth/signing-key.js';
import { createProgram } from './program.js';

let directory: string;
let time: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-cli-'));
  time = Date.parse('2030-01-02T03:04:05Z');
});
afterEach(() => rmSync(directory, { recursive: true }));
const file = () => join(directory, 'keys.json');

/** Runs `lunasec …` with a standard input. */
async function lunasec(line: string, input?: string) {
  const out: string[] = [];
  const err: string[] = [];
  const program = createProgram({
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    input: async () => input,
    now: () => new Date(time),
    fail: () => {},
  });
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap(({ commands }) => commands),
  ])
    command.exitOverride().configureOutput({ writeErr: () => {} });
  await program.parseAsync(line.split(' '), { from: 'user' });
  return { out: out.join('\n'), err: err.join('\n') };
}

const hasPrivateParts = (text: string) => /"(d|p|q|dp|dq|qi|k)":/.test(text);

describe('lunasec keys', () => {
  test.each([
    ['keys', 'EdDSA'],
    ['keys generate', 'EdDSA'],
    ['keys --algorithm p-256', 'ES256'],
    ['keys -a rsa', 'RS256'],
  ])('lunasec %s: prints a private key (%s) in one line, its public keys beside', async (line, algorithm) => {
    const { out, err } = await lunasec(line);
    expect(out).not.toContain('\n');
    expect(parseSigningKeys(out, 'test')).toMatchObject([{ algorithm, notBefore: undefined }]);
    expect(hasPrivateParts(out)).toBe(true);
    const published = err.split('\n').at(-1)!;
    expect(JSON.parse(published)).toMatchObject({ keys: [{ alg: algorithm, use: 'sig' }] });
    expect(hasPrivateParts(err)).toBe(false);
  });

  test('--file: writes it for its owner alone, and prints the public keys only', async () => {
    const { out, err } = await lunasec(`keys --file ${file()}`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(hasPrivateParts(out + err)).toBe(false);
    expect((await lunasec(`keys public --file ${file()}`)).out).toBe(out);
    expect((await lunasec('keys public', readFileSync(file(), 'utf8'))).out).toBe(out);
  });

  test('never writes over a key', async () => {
    await lunasec(`keys --file ${file()}`);
    const kept = readFileSync(file(), 'utf8');
    await expect(lunasec(`keys --file ${file()}`)).rejects.toThrow('exists already');
    expect(readFileSync(file(), 'utf8')).toBe(kept);
    expect(readdirSync(directory)).toEqual(['keys.json']);
  });

  test.each([
    ['keys public', undefined, '--file'],
    ['keys rotate', undefined, '--file'],
    ['keys public', 'hunter2', 'neither a private JWK'],
    ['keys public --file /nonexistent/keys.json', undefined, 'cannot be read: ENOENT'],
    ['keys rotate --sign-after soon', '{}', 'not a duration'],
    ['keys --algorithm dsa', undefined, 'dsa'],
  ])('lunasec %s with the input %s says what is wrong', async (line, input, message) => {
    const attempt = lunasec(line, input);
    await expect(attempt).rejects.toThrow(message);
    await expect(attempt).rejects.not.toThrow('hunter2');
  });
});

describe('lunasec keys rotate', () => {
  test('a running server takes the new key when its time has come; verifiers never see an unknown one', async () => {
    await lunasec(`keys --file ${file()}`);
    const now = () => new Date(time);
    const signer = createSigner({
      findKeys: openSecrets({ source: 'file', path: file() }, { log: { warn: () => {} }, now }),
      now,
    });
    let known: JSONWebKeySet = await signer.publicKeys();
    const used = new Set<string>();
    const check = async () => {
      const { protectedHeader } = await jwtVerify(
        await signer.sign({}, 'test+jwt'),
        createLocalJWKSet(known),
      );
      used.add(protectedHeader.kid!);
    };
    await check();

    const { out, err } = await lunasec(`keys rotate --file ${file()}`);
    expect(err).toContain('2030-01-02T04:04:05.000Z');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    // For 20 minutes, the server, caches and the tokenizer may still have the old keys.
    for (let minute = 0; minute < 20; minute++) {
      time += 60_000;
      await check();
    }
    known = await signer.publicKeys();
    expect(JSON.stringify(known)).toBe(out);
    for (let minute = 20; minute < 59; minute++) {
      time += 60_000;
      await check();
    }
    expect(used.size).toBe(1);
    time += 60_000;
    await check();
    expect(used.size).toBe(2);
  });

  test('works from standard input to standard output, and takes keys of every kind', async () => {
    const first = await lunasec('keys');
    const second = await lunasec('keys rotate -a p-256', first.out);
    expect(parseSigningKeys(second.out, 'test')).toMatchObject([
      { algorithm: 'EdDSA', notBefore: undefined },
      { algorithm: 'ES256', notBefore: time / 1000 + 3600 },
    ]);
    expect(hasPrivateParts(second.err)).toBe(false);
    writeFileSync(
      file(),
      parseSigningKeys(first.out, 'test')[0]!.privateKey.export({ format: 'pem', type: 'pkcs8' }),
    );
    await lunasec(`keys rotate --file ${file()}`);
    expect(parseSigningKeys(readFileSync(file(), 'utf8'), 'test')).toHaveLength(2);
  });

  test('refuses a second new key while the first waits', async () => {
    const { out } = await lunasec('keys rotate', (await lunasec('keys')).out);
    await expect(lunasec('keys rotate', out)).rejects.toThrow('waits to sign already');
    time += 3600_000;
    expect(parseSigningKeys((await lunasec('keys rotate', out)).out, 'test')).toHaveLength(3);
  });

  test('drops keys that have not signed for a day', async () => {
    let { out } = await lunasec('keys rotate', (await lunasec('keys')).out);
    const [oldest] = parseSigningKeys(out, 'test');
    time += 26 * 3600_000;
    ({ out } = await lunasec('keys rotate', out));
    const kept = parseSigningKeys(out, 'test');
    expect(kept).toHaveLength(2);
    expect(kept.some(({ privateKey }) => privateKey.equals(oldest!.privateKey))).toBe(false);
  });

  test('--leaked: the new key signs at once, the old ones are no longer published', async () => {
    const before = await lunasec('keys rotate', (await lunasec('keys')).out);
    const { out } = await lunasec('keys rotate --leaked', before.out);
    const signer = createSigner({ findKeys: () => parseSigningKeys(out, 'test'), now: () => new Date(time) });
    const known = await signer.publicKeys();
    expect(known.keys).toHaveLength(1);
    const { protectedHeader } = await jwtVerify(await signer.sign({}, 'test+jwt'), createLocalJWKSet(known));
    expect(before.out).not.toContain(known.keys[0]!.x);
    expect(protectedHeader.kid).toBe(known.keys[0]!.kid);
  });
});
