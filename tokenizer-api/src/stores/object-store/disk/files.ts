import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { ReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { isObjectKey } from '../key.js';
import type { ListedObject, MultipartUpload, ObjectPage } from '../port.js';
import type { PartPlace } from './signed-url.js';

/** Why an upload was not kept. */
export type UploadFault = 'too-short' | 'too-long' | 'wrong-checksum' | 'too-late' | 'exists' | 'aborted';

export interface ExpectedBody {
  /** Bytes. */
  size: number;
  /** SHA-256, base64. */
  checksum: string;
  /** Asked when the whole body is there. */
  isTooLate: () => boolean;
}

/** Files by key. Every method rejects when the directory is gone, as an unmounted disk would be. */
export interface ObjectFiles {
  /**
   * Keeps a body under a key that is still free. The body is written beside and linked into place when it is complete,
   * right, and on the disk: nobody ever sees half of it, and a broken transfer leaves nothing.
   */
  create(key: string, body: Readable, expected: ExpectedBody): Promise<UploadFault | null>;
  /** Makes room for the parts of an upload. */
  beginParts(upload: MultipartUpload): Promise<void>;
  /** Keeps a part, in the place of an earlier one of its number, while its upload is open. */
  createPart(
    key: string,
    place: PartPlace,
    body: Readable,
    expected: ExpectedBody,
  ): Promise<UploadFault | null>;
  /** Joins the parts 1, 2, 3, … of an upload under its key, if that is free. False: they are not `size` bytes. */
  joinParts(upload: MultipartUpload & { size: number }): Promise<boolean>;
  removeParts(upload: MultipartUpload): Promise<void>;
  size(key: string): Promise<number | null>;
  read(key: string): Promise<{ size: number; stream: ReadStream } | null>;
  remove(key: string): Promise<void>;
  /** Files under a prefix of keys, `<application id>/`, in the order of their keys. */
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
  mkdirSync(partial, { recursive: true, mode: 0o700 });
  const parts = join(directory, '.parts');

  // Spread over 256 directories by the first random digits of the token.
  function pathOf(key: string): string {
    const [application = '', token = ''] = key.split('/');
    return join(directory, application, token.slice('lunasec-'.length).slice(0, 2), token);
  }

  async function create(key: string, body: Readable, expected: ExpectedBody): Promise<UploadFault | null> {
    const temporary = join(partial, randomUUID());
    try {
      const fault = await write(temporary, body, expected);
      if (fault) return fault;
      const path = pathOf(key);
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (expected.isTooLate()) return 'too-late';
      if (!(await linkIfFree(temporary, path))) return 'exists';
      await syncDirectories(dirname(path), made === undefined ? dirname(path) : directory);
      return null;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  const partsOf = ({ key, uploadId }: MultipartUpload) => join(parts, key, uploadId);

  async function createPart(
    key: string,
    { uploadId, number }: PartPlace,
    body: Readable,
    expected: ExpectedBody,
  ): Promise<UploadFault | null> {
    const folder = partsOf({ key, uploadId });
    if ((await unlessMissing(() => stat(folder))) === null) return 'aborted';
    const temporary = join(partial, randomUUID());
    try {
      const fault = await write(temporary, body, expected);
      if (fault) return fault;
      if (expected.isTooLate()) return 'too-late';
      const kept = await unlessMissing(async () => {
        await rename(temporary, join(folder, String(number)));
        return true;
      });
      return kept ? null : 'aborted';
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** The parts of an open upload in order, if they are 1, 2, 3, … and as long together as they should be. */
  async function wholeParts(upload: MultipartUpload & { size: number }): Promise<string[] | null> {
    const folder = partsOf(upload);
    const numbers = ((await unlessMissing(() => readdir(folder))) ?? []).map(Number).sort((a, b) => a - b);
    if (numbers.length === 0 || numbers.some((number, index) => number !== index + 1)) return null;
    const paths = numbers.map((number) => join(folder, String(number)));
    let total = 0;
    for (const path of paths) total += (await unlessMissing(() => stat(path)))?.size ?? NaN;
    return total === upload.size ? paths : null;
  }

  async function joinParts(upload: MultipartUpload & { size: number }): Promise<boolean> {
    const { key, size } = upload;
    const paths = await wholeParts(upload);
    const temporary = join(partial, randomUUID());
    try {
      // Null: somebody else joined or removed them meanwhile.
      const joined = paths && (await unlessMissing(() => concatenate(paths, temporary)));
      if (joined === size) {
        const path = pathOf(key);
        const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await linkIfFree(temporary, path);
        await syncDirectories(dirname(path), made === undefined ? dirname(path) : directory);
      }
    } finally {
      await rm(temporary, { force: true });
    }
    const isThere = (await unlessMissing(async () => (await stat(pathOf(key))).size)) === size;
    if (isThere) await removeParts(upload);
    return isThere;
  }

  async function removeParts(upload: MultipartUpload): Promise<void> {
    const folder = partsOf(upload);
    await rm(folder, { recursive: true, force: true });
    // Stays while there is another upload of the same name.
    await rmdir(dirname(folder)).catch(() => undefined);
  }

  /** What `read` gives, or null when there is no such file, though the directory is there. */
  async function unlessMissing<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      await stat(partial);
      return null;
    }
  }

  return {
    create,
    async beginParts(upload) {
      await mkdir(partsOf(upload), { recursive: true, mode: 0o700 });
    },
    createPart,
    joinParts,
    removeParts,
    size: (key) => unlessMissing(async () => (await stat(pathOf(key))).size),
    read: (key) =>
      unlessMissing(async () => {
        const file = await open(pathOf(key), 'r');
        try {
          const { size } = await file.stat();
          return { size, stream: file.createReadStream() };
        } catch (error) {
          await file.close();
          throw error;
        }
      }),
    async remove(key) {
      await unlessMissing(() => unlink(pathOf(key)));
    },
    async list(prefix, { limit, after }) {
      const top = join(directory, prefix);
      const groups = ((await unlessMissing(() => readdir(top))) ?? [])
        .filter((name) => /^[0-9a-f]{2}$/.test(name))
        .sort();
      const objects: ListedObject[] = [];
      for (const group of groups) {
        // Tokens of this directory are all before the place: they begin with its name.
        if (after !== null && `${prefix}lunasec-${group}~` < after) continue;
        const keys = ((await unlessMissing(() => readdir(join(top, group)))) ?? [])
          .map((token) => prefix + token)
          .filter((key) => isObjectKey(key) && dirname(pathOf(key)) === join(top, group))
          .filter((key) => after === null || key > after)
          .sort();
        for (const key of keys) {
          if (objects.length === limit) return { objects, next: objects.at(-1)!.key };
          const file = await unlessMissing(() => stat(pathOf(key)));
          // The later of both: a copy that was put back keeps the time of its content.
          if (file)
            objects.push({ key, size: file.size, storedAt: new Date(Math.max(file.mtimeMs, file.ctimeMs)) });
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
      for (const name of await readdir(partial)) {
        const path = join(partial, name);
        const changed = await unlessMissing(async () => (await stat(path)).mtimeMs);
        if (changed !== null && changed < now.getTime() - abandonedAfter) await rm(path, { force: true });
      }
      const names = async (path: string) => (await unlessMissing(() => readdir(path))) ?? [];
      for (const application of await names(parts))
        for (const token of await names(join(parts, application)))
          for (const uploadId of await names(join(parts, application, token))) {
            const upload = { key: `${application}/${token}`, uploadId };
            const changed = await unlessMissing(async () => (await stat(partsOf(upload))).mtimeMs);
            if (changed !== null && changed < now.getTime() - partsAbandonedAfter) await removeParts(upload);
          }
    },
  };
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Writes and hashes a body as it comes, and waits until the disk has it. */
async function write(
  path: string,
  body: Readable,
  { size, checksum }: ExpectedBody,
): Promise<UploadFault | null> {
  const hash = createHash('sha256');
  let written = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    // Not destroyed when left early: over the same connection goes the answer.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      written += chunk.length;
      if (written > size) return 'too-long';
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (written < size) return 'too-short';
    if (hash.digest('base64') !== checksum) return 'wrong-checksum';
    await file.sync();
    return null;
  } finally {
    await file.close();
  }
}

/** Writes files one after the other into a new one, and waits until the disk has it. Returns how many bytes they had. */
async function concatenate(paths: readonly string[], to: string): Promise<number> {
  const file = await open(to, 'wx', 0o600);
  try {
    let written = 0;
    for (const path of paths) {
      const part = await open(path, 'r');
      // Closes the file when it ends or breaks off.
      for await (const chunk of part.createReadStream({
        highWaterMark: 1024 * 1024,
      }) as AsyncIterable<Buffer>) {
        await file.writeFile(chunk);
        written += chunk.length;
      }
    }
    await file.sync();
    return written;
  } finally {
    await file.close();
  }
}

/** Unlike a renamed file, a linked one never replaces another. */
async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Makes the names in a directory, and of it in those above up to `top`, survive a power cut. */
async function syncDirectories(path: string, top: string): Promise<void> {
  // Windows has no handle for a directory.
  if (process.platform === 'win32') return;
  for (let current = path; ; current = dirname(current)) {
    const handle = await open(current, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (current === top) return;
  }
}
