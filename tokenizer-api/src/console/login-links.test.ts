import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoginLink, openLoginLinks } from './login-links.js';
import type { LoginLinks } from './login-links.js';

describe('links to sign in with', () => {
  let dataDirectory: string;
  let directory: string;
  let time: number;
  let links: LoginLinks;
  const now = () => new Date(time);
  const create = () => createLoginLink(dataDirectory, now);
  const files = async () => (await readdir(directory)).sort();
  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'tokenizer-links-'));
    directory = join(dataDirectory, 'console-logins');
    time = Date.UTC(2030, 0, 1);
    links = await openLoginLinks(dataDirectory, now);
  });
  afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

  test('work once', async () => {
    const token = await create();
    expect(await links.redeem(token)).toBe(true);
    expect(await links.redeem(token)).toBe(false);
  });

  test('work once of many times at once, and of two processes', async () => {
    const token = await create();
    const other = await openLoginLinks(dataDirectory, now);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 ? links : other).redeem(token)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  test('work for five minutes', async () => {
    const [early, late] = [await create(), await create()];
    time += 299_999;
    expect(await links.redeem(early)).toBe(true);
    time += 1;
    expect(await links.redeem(late)).toBe(false);
    expect(await files()).toEqual([]);
  });

  test('work for no longer, whatever their file says', async () => {
    const token = await create();
    const [name] = await files();
    await rename(join(directory, name!), join(directory, name!.replace(/\d{13}$/, '9999999999999')));
    expect(await links.redeem(token)).toBe(false);
  });

  test('are no links if anything of the token is another', async () => {
    const token = await create();
    const [name] = await files();
    const digest = name!.split('.')[0]!;
    for (const wrong of [digest, token.slice(1), `${token}A`, token.toUpperCase(), '', '../x', '.'])
      expect([wrong, await links.redeem(wrong)]).toEqual([wrong, false]);
    expect(await links.redeem(token)).toBe(true);
  });

  test('leave nothing on the disk that would let anybody in', async () => {
    const token = await create();
    const [name] = await files();
    expect(name).not.toContain(token);
    expect(name).toMatch(/^[\w-]{43}\.\d{13}$/);
  });

  test('are not disturbed by other files', async () => {
    await writeFile(join(directory, 'notes.txt'), 'x');
    expect(await links.redeem(await create())).toBe(true);
  });

  test('are refused while others have access to their directory', async () => {
    const token = await create();
    await chmod(directory, 0o722);
    await expect(links.redeem(token)).rejects.toThrow('chmod 700');
    await expect(create()).rejects.toThrow('chmod 700');
    await expect(openLoginLinks(dataDirectory, now)).rejects.toThrow('chmod 700');
  });

  test('are made only where a tokenizer with a console has run', async () => {
    await rm(directory, { recursive: true });
    await expect(create()).rejects.toThrow('No tokenizer with a console has run');
  });
});
