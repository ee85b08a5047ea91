import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from './stack.js';

/** Takes the embedded object store away, as an unmounted disk would be, until the returned function puts it back. */
export async function stopObjectStore({ directory }: Stack): Promise<() => Promise<void>> {
  const objects = join(directory, 'tokenizer/objects');
  const away = join(directory, 'tokenizer/objects-away');
  await rename(objects, away);
  // A file where the directory was: every access fails, and nothing can quietly make it anew.
  await writeFile(objects, '');
  return async () => {
    await rm(objects);
    await rename(away, objects);
  };
}
