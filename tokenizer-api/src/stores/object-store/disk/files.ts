import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { isObjectKey } from '../key.js';
import type { ListedObject, ObjectPage } from '../port.js';
import { contentAt, readAt, removeAt } from './content.js';
import {
  directoryMode,
  linkIfFree,
  makeDirectory,
  receive,
  removeIfOlder,
  unlessMissing,
} from './file-system.js';
import type { ExpectedBody, UploadFault } from './file-system.js';
import { createPartFiles } from './parts.js';
import type { PartFiles } from './parts.js';

/** Files by key. Every method rejects when the directory is gone, as an unmounted disk would be. */
export interface ObjectFiles extends Omit<PartFiles, 'removeOlder'> {
  /**
   * Keeps a body under a key that is still free. The body is written beside and linked into place when it is complete,
   * right, and on the disk: nobody ever sees half of it, and a broken transfer leaves nothing.
   */
  create(key: string, body: Readable, expected: ExpectedBody): Promise<UploadFault | null>;
  size(key: string): Promise<number | null>;
  read(key: string): Promise<{ size: number; stream: Readable } | null>;
  remove(key: string): Promise<void>;
  /** Objects under a prefix of keys, `<application id>/`, in the order of their keys. */
  list(prefix: string, page: { limit: number; after: string | null }): Promise<ObjectPage>;
  /** Rejects when the directory cannot be written to. */
  check(): Promise<void>;
  /** Removes what transfers left behind whose process ended: for an hour no change, or for two days no part. */
  removeAbandoned(now: Date): Promise<void>;
}

const abandonedAfter = 3600_000;
const partsAbandonedAfter = 48 * 3600_000;

export function createObjectFiles(location: string): ObjectFiles {
  const directory = resolve(location);
  const partial = join(directory, '.partial');
  mkdirSync(partial, { recursive: true, mode: directoryMode });
  const ifThere = <T>(read: () => Promise<T>) => unlessMissing(partial, read);

  // Spread over 256 directories by the first random digits of the token.
  function pathOf(key: string): string {
    const [application = '', token = ''] = key.split('/');
    return join(directory, application, token.slice('lunasec-'.length).slice(0, 2), token);
  }
  const { removeOlder, ...parts } = createPartFiles({ directory, partial, pathOf, ifThere });

  async function create(key: string, body: Readable, expected: ExpectedBody): Promise<UploadFault | null> {
    return receive(partial, body, expected, async (file) => {
      const path = pathOf(key);
      const sync = await makeDirectory(dirname(path), directory);
      if (expected.isTooLate()) return 'too-late';
      if (!(await linkIfFree(file, path))) return 'exists';
      await sync();
      return null;
    });
  }

  return {
    ...parts,
    create,
    size: async (key) => (await ifThere(() => contentAt(pathOf(key))))?.size ?? null,
    read: (key) => ifThere(() => readAt(pathOf(key))),
    async remove(key) {
      await ifThere(() => removeAt(pathOf(key), join(partial, randomUUID())));
    },
    async list(prefix, { limit, after }) {
      const top = join(directory, prefix);
      const groups = ((await ifThere(() => readdir(top))) ?? [])
        .filter((name) => /^[0-9a-f]{2}$/.test(name))
        .sort();
      const objects: ListedObject[] = [];
      for (const group of groups) {
        // Tokens of this directory are all before the place: they begin with its name.
        if (after !== null && `${prefix}lunasec-${group}~` < after) continue;
        const keys = ((await ifThere(() => readdir(join(top, group)))) ?? [])
          .map((token) => prefix + token)
          .filter((key) => isObjectKey(key) && dirname(pathOf(key)) === join(top, group))
          .filter((key) => after === null || key > after)
          .sort();
        for (const key of keys) {
          if (objects.length === limit) return { objects, next: objects.at(-1)!.key };
          const content = await ifThere(() => contentAt(pathOf(key)));
          if (content) objects.push({ key, ...content });
        }
      }
      return { objects, next: null };
    },
    async check() {
      const probe = join(partial, randomUUID());
      try {
        // A full disk has room for a name, and for nothing in it.
        await writeFile(probe, 'lunasec', { flag: 'wx', mode: 0o600 });
      } finally {
        await rm(probe, { force: true });
      }
    },
    async removeAbandoned(now) {
      for (const name of await readdir(partial))
        await removeIfOlder(partial, join(partial, name), now.getTime() - abandonedAfter);
      await removeOlder(now.getTime() - partsAbandonedAfter);
    },
  };
}
