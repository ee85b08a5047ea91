import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { MultipartUpload } from '../port.js';
import { contentAt, partsIn } from './content.js';
import {
  codeOf,
  directoryMode,
  makeDirectory,
  receive,
  removeIfOlder,
  syncDirectories,
} from './file-system.js';
import type { ExpectedBody, UploadFault } from './file-system.js';
import type { PartPlace } from './signed-url.js';

/** Uploads in parts. An open one has a directory, which becomes the object when it is complete. */
export interface PartFiles {
  /** Makes room for the parts of an upload. */
  beginParts(upload: MultipartUpload): Promise<void>;
  /** Keeps a part, in the place of an earlier one of its number, while its upload is open. */
  createPart(
    key: string,
    place: PartPlace,
    body: Readable,
    expected: ExpectedBody,
  ): Promise<UploadFault | null>;
  /** Makes the parts 1, 2, 3, … of an upload an object under its key, if that is free. False: they are not `size` bytes. */
  joinParts(upload: MultipartUpload & { size: number }): Promise<boolean>;
  removeParts(upload: MultipartUpload): Promise<void>;
  /** Removes uploads that had no part since a time. */
  removeOlder(time: number): Promise<void>;
}

/** What the systems say when there is an object already where a directory should go. */
const taken = ['ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM'];

export function createPartFiles({
  directory,
  partial,
  pathOf,
  ifThere,
}: {
  directory: string;
  /** Where files are while they are written. */
  partial: string;
  pathOf(key: string): string;
  /** What `read` gives, or null when there is no such file. */
  ifThere<T>(read: () => Promise<T>): Promise<T | null>;
}): PartFiles {
  const all = join(directory, '.parts');
  const openAt = ({ key, uploadId }: MultipartUpload) => join(all, key, uploadId);
  /** Where its parts are while they become an object: no part can come there any more. */
  const closedAt = (upload: MultipartUpload) => `${openAt(upload)}.closed`;

  async function createPart(
    key: string,
    { uploadId, number }: PartPlace,
    body: Readable,
    expected: ExpectedBody,
  ): Promise<UploadFault | null> {
    const folder = openAt({ key, uploadId });
    if ((await ifThere(() => stat(folder))) === null) return 'aborted';
    return receive(partial, body, expected, async (file) => {
      if (expected.isTooLate()) return 'too-late';
      const kept = await ifThere(async () => {
        await rename(file, join(folder, String(number)));
        return true;
      });
      return kept ? null : 'aborted';
    });
  }

  const isWhole = async (folder: string, size: number) =>
    (await ifThere(() => partsIn(folder)))?.size === size;

  /** Closes an upload whose parts are whole. One whose process ended meanwhile is closed already. */
  async function closeWhole(upload: MultipartUpload & { size: number }): Promise<boolean> {
    const [open, closed] = [openAt(upload), closedAt(upload)];
    if (await isWhole(open, upload.size)) await ifThere(() => rename(open, closed));
    if (await isWhole(closed, upload.size)) return true;
    // Another part came between the look and the closing.
    await ifThere(() => rename(closed, open));
    return false;
  }

  async function joinParts(upload: MultipartUpload & { size: number }): Promise<boolean> {
    const path = pathOf(upload.key);
    if (await closeWhole(upload)) {
      const sync = await makeDirectory(dirname(path), directory);
      // Null: somebody else was faster, with these parts.
      await ifThere(async () => {
        const closed = closedAt(upload);
        await syncDirectories(closed, closed);
        await moveIfFree(closed, path);
      });
      await sync();
    }
    const isThere = (await ifThere(() => contentAt(path)))?.size === upload.size;
    if (isThere) await removeParts(upload);
    return isThere;
  }

  async function removeParts(upload: MultipartUpload): Promise<void> {
    for (const folder of [openAt(upload), closedAt(upload)])
      await rm(folder, { recursive: true, force: true });
    await removeIfEmpty(dirname(openAt(upload)));
  }

  return {
    async beginParts(upload) {
      await mkdir(openAt(upload), { recursive: true, mode: directoryMode });
    },
    createPart,
    joinParts,
    removeParts,
    async removeOlder(time) {
      const names = async (path: string) => (await ifThere(() => readdir(path))) ?? [];
      for (const application of await names(all))
        for (const token of await names(join(all, application)))
          for (const name of await names(join(all, application, token))) {
            const folder = join(all, application, token, name);
            if (await removeIfOlder(partial, folder, time)) await removeIfEmpty(dirname(folder));
          }
    },
  };
}

/** Never takes the place of anything. */
async function moveIfFree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!taken.includes(String(codeOf(error)))) throw error;
    // EPERM may mean something else as well.
    await stat(to);
  }
}

/** One that is not stays: there is another upload of the same name. */
const removeIfEmpty = (folder: string): Promise<void> => rmdir(folder).catch(() => undefined);
