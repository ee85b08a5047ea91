import { timingSafeEqual } from 'node:crypto';
import { mkdir, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecret, digestOf } from '../auth/random-secret.js';

/** How long a link works, in seconds. */
export const linkLifetime = 300;

/*
 * Links meet in a directory of the tokenizer's own: whoever may write there, and nobody else, may let an operator in. Each
 * link is an empty file whose name has the digest of its token and when it ends; the token itself is on no disk.
 */
const directoryOf = (dataDirectory: string) => join(dataDirectory, 'console-logins');
const fileName = /^([A-Za-z0-9_-]{43})\.(\d{13})$/;

/** Takes the tokens of links, each once. */
export interface LoginLinks {
  /** Whether the token is of a link that has not run out and was not used. Then it is used now. */
  redeem(token: string): Promise<boolean>;
}

/** Makes the directory, for a tokenizer with a console. Throws where others than its owner have access to it. */
export async function openLoginLinks(dataDirectory: string, now: () => Date): Promise<LoginLinks> {
  const directory = directoryOf(dataDirectory);
  await mkdir(directory, { mode: 0o700, recursive: true });
  await checkAccess(directory);
  return {
    async redeem(token) {
      await checkAccess(directory);
      const digest = Buffer.from(digestOf(token), 'base64url');
      const at = now().getTime();
      let found: string | undefined;
      for (const name of await readdir(directory)) {
        const [, written, end] = fileName.exec(name) ?? [];
        if (written === undefined) continue;
        if (Number(end) <= at) await rm(join(directory, name), { force: true });
        // However far ahead a file's time is, a link lives for its time only.
        else if (
          Number(end) <= at + linkLifetime * 1000 &&
          timingSafeEqual(Buffer.from(written, 'base64url'), digest)
        )
          found = name;
      }
      if (found === undefined) return false;
      try {
        // Of several at the same time, also of other processes, one removes it. Not "rm", which forgives what is gone.
        await unlink(join(directory, found));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
  };
}

/** Makes a link, and returns its token. Throws when no tokenizer with a console has used the data directory. */
export async function createLoginLink(dataDirectory: string, now: () => Date): Promise<string> {
  const directory = directoryOf(dataDirectory);
  try {
    await checkAccess(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `No tokenizer with a console has run on ${dataDirectory}. Run this on its machine, as its user and with its settings.`,
      { cause: error },
    );
  }
  const token = createSecret();
  const end = now().getTime() + linkLifetime * 1000;
  const name = `${digestOf(token)}.${end}`;
  await writeFile(join(directory, name), '', { flag: 'wx', mode: 0o600 });
  return token;
}

async function checkAccess(directory: string): Promise<void> {
  const { mode } = await stat(directory);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new Error(`Others have access to ${directory}, and could sign in. Run: chmod 700 ${directory}`);
}
