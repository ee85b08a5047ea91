import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const keySize = 32;

const schema = z
  .strictObject({
    /** The key that wraps. */
    active: z.string(),
    keys: z
      .array(
        z.strictObject({
          id: z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
          key: z
            .string()
            .regex(/^[A-Za-z0-9+/]{43}=$/, `must be ${keySize} bytes in base64`)
            .transform((text) => Buffer.from(text, 'base64')),
        }),
      )
      .min(1, 'must hold at least one key')
      .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must not repeat an id'),
  })
  .refine(({ active, keys }) => keys.some(({ id }) => id === active), {
    path: ['active'],
    error: 'must be the id of one of the keys',
  });

export type Keys = z.output<typeof schema>;

/**
 * Reads a key file, or makes one that only this user can read (mode 0600). Rejects when others can read it, or when it
 * is malformed. Messages never quote the file.
 */
export async function readOrCreateKeys(path: string): Promise<Keys> {
  const text = (await read(path)) ?? (await create(path));
  const parsed = schema.safeParse(parseJSON(text));
  if (parsed.success) return parsed.data;
  throw new Error(
    `The key file ${path} is malformed. Restore it from a backup: without its keys no value can be read.\n` +
      z.prettifyError(parsed.error),
  );
}

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Null when there is no file. */
async function read(path: string): Promise<string | null> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!file) return null;
  try {
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Error(`The key file ${path} is open to other users of this machine. Run: chmod 600 ${path}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Written beside and linked into place: of processes that start together one wins, and none sees half a file. */
async function create(path: string): Promise<string> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const id = randomBytes(6).toString('hex');
  const content = { active: id, keys: [{ id, key: randomBytes(keySize).toString('base64') }] };
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(content, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncDirectory(directory);
  } finally {
    await rm(temporary, { force: true });
  }
  return (await read(path))!;
}

/** The only copy of a key must survive a power cut before anything is wrapped with it. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
