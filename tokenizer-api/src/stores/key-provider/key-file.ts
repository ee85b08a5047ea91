import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keySize, parseKeys, writeKeys } from './keys.js';
import type { Keys } from './keys.js';

/** A key file cannot be used or changed as it is. The message says what to do, and never quotes the file. */
export class KeyFileError extends Error {
  override name = 'KeyFileError';
}

export interface KeyFile {
  keys: Keys;
  /** When the file was changed last. */
  changedAt: Date;
  /** Differs whenever the file does. */
  version: string;
}

/**
 * Reads a key file, or makes one that only this user can read (mode 0600). Rejects when others can read it, or when it
 * is malformed. Messages never quote the file.
 */
export async function readOrCreateKeyFile(path: string): Promise<KeyFile> {
  return (await read(path)) ?? (await create(path));
}

/** Rejects when there is no such file as well. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const file = await read(path);
  if (!file)
    throw new KeyFileError(
      `There is no key file ${path}. Restore it: without its keys no value can be read.`,
    );
  return file;
}

/** What {@link KeyFile.version} would be; null when there is no file. */
export async function versionOfKeyFile(path: string): Promise<string | null> {
  const file = await openIfThere(path);
  if (!file) return null;
  try {
    return (await inspect(file)).version;
  } finally {
    await file.close();
  }
}

/**
 * Changes a key file, atomically: whoever reads it sees all of the change or none. Rejects while another process is
 * changing it. `change` may throw to leave it alone.
 */
export async function changeKeyFile(
  path: string,
  change: (file: KeyFile) => Keys | Promise<Keys>,
): Promise<void> {
  const target = await realpath(path);
  const lock = `${target}.lock`;
  await (await lockFile(lock)).close();
  try {
    const keys = await change(await readKeyFile(target));
    await placeFile(target, writeKeys(keys), rename);
  } finally {
    await rm(lock, { force: true });
  }
}

/** Writes keys into a file of their own, for this user only. Rejects when it exists. */
export const writeKeyFile = (path: string, keys: Keys): Promise<void> =>
  placeFile(path, writeKeys(keys), link);

/** A key that nobody has had before. */
export const newKey = (): Keys['keys'][number] => ({
  id: randomBytes(6).toString('hex'),
  key: randomBytes(keySize),
});

async function lockFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new KeyFileError(
      `The key file is being changed by another command. If there is none any more, remove ${path} and try again.`,
      { cause: error },
    );
  }
}

async function read(path: string): Promise<KeyFile | null> {
  const file = await openIfThere(path);
  if (!file) return null;
  try {
    const { mode, version, changedAt } = await inspect(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new KeyFileError(
        `The key file ${path} is open to other users of this machine. Run: chmod 600 ${path}`,
      );
    const parsed = parseKeys(await file.readFile('utf8'));
    if ('keys' in parsed) return { keys: parsed.keys, changedAt, version };
    throw new KeyFileError(
      `The key file ${path} is malformed. Restore it from a backup: without its keys no value can be read.\n` +
        parsed.problem,
    );
  } finally {
    await file.close();
  }
}

async function inspect(file: FileHandle) {
  const { ino, size, mtimeNs, ctimeNs, mtime, mode } = await file.stat({ bigint: true });
  return { version: [ino, size, mtimeNs, ctimeNs].join(), changedAt: mtime, mode: Number(mode) };
}

/** Null when there is no file. */
const openIfThere = (path: string): Promise<FileHandle | null> =>
  open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

/** Of processes that start together one wins. */
async function create(path: string): Promise<KeyFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const key = newKey();
  await writeKeyFile(path, { active: key.id, keys: [key] }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return readKeyFile(path);
}

/** Written beside and put into place, so that none sees half a file; safe from a power cut before it is used. */
async function placeFile(
  path: string,
  content: string,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(temporary, path);
    await syncDirectory(dirname(path));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
