import { changeKeyFile, KeyFileError, newKey, writeKeyFile } from './key-file.js';
import type { Keys } from './keys.js';

/** How long the file must have been left alone before a key is taken out of it, in milliseconds. */
export const settlingTime = 60_000;

/** Adds a new key to a key file, which nothing is wrapped under yet. Gives its id. */
export async function addKey(path: string): Promise<string> {
  const key = newKey();
  await changeKeyFile(path, ({ keys: { active, keys } }) => ({ active, keys: [...keys, key] }));
  return key.id;
}

/** Makes a key of the file the one that wraps. Tokenizers that read this file follow within some seconds. */
export async function activateKey(path: string, id: string): Promise<void> {
  await changeKeyFile(path, ({ keys }) => ({ ...keys, active: keyOf(keys, id).id }));
}

/**
 * Takes a key out of the file, and into a file of its own beside it, whose path it gives. Rejects for the active key,
 * and for any within a minute after a change of the file: a tokenizer might still be wrapping under a key that was
 * active before. That nothing is under the key is for the caller to know.
 */
export async function retireKey(path: string, id: string, now: () => Date): Promise<string> {
  const retired = `${path}.retired-${id}`;
  await changeKeyFile(path, async ({ keys, changedAt }) => {
    const key = keyOf(keys, id);
    if (id === keys.active)
      throw new KeyFileError(`The key ${id} is active. Make another one active before.`);
    const wait = Math.ceil((changedAt.getTime() + settlingTime - now().getTime()) / 1000);
    if (wait > 0)
      throw new KeyFileError(
        `The key file was changed less than a minute ago, and tokenizers might still wrap under ${id}. Try again in ${wait} s.`,
      );
    await writeKeyFile(retired, { active: id, keys: [key] }).catch((error: NodeJS.ErrnoException) => {
      // Left from a time that did not come to its end.
      if (error.code !== 'EEXIST') throw error;
    });
    return { ...keys, keys: keys.keys.filter((it) => it.id !== id) };
  });
  return retired;
}

function keyOf(keys: Keys, id: string): Keys['keys'][number] {
  const key = keys.keys.find((it) => it.id === id);
  if (!key)
    throw new KeyFileError(
      `There is no key ${id} in the file. It has ${keys.keys.map((it) => it.id).join(', ')}.`,
    );
  return key;
}
