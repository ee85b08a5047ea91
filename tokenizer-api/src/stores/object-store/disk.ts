import type { RequestHandler } from 'express';
import { randomUUID } from 'node:crypto';
import { createObjectFiles } from './disk/files.js';
import { createObjectHandler } from './disk/handler.js';
import { signedPath } from './disk/signed-url.js';
import { checkObjectKey, checkPart, checkUpload, prefixOf } from './key.js';
import type { MultipartUpload, ObjectStore } from './port.js';
import { presignedSeconds } from './presigned.js';

export interface DiskObjectStoreOptions {
  /** Created (mode 0700) when missing. */
  directory: string;
  /** The tokenizer's own origin, without a trailing slash: signed URLs point there. */
  publicURL: string;
  /** Signs the URLs: 32 random bytes, the same in every process that serves them. */
  signingKey: Uint8Array;
  now: () => Date;
}

/** How many files are removed at a time. */
const concurrency = 32;

/**
 * The embedded object store: a file per object, or a directory of its parts, reached through signed, expiring URLs that
 * `handler` serves under `/objects/`. Throws when the directory cannot be made.
 */
export function createDiskObjectStore({ directory, publicURL, signingKey, now }: DiskObjectStoreOptions): {
  store: ObjectStore;
  handler: RequestHandler;
} {
  const files = createObjectFiles(directory);
  // Only tidies up: what fails now is tried again, at the next start or look through the whole store.
  const tidyUp = () => files.removeAbandoned(now()).catch(() => undefined);
  void tidyUp();

  const expiry = () => {
    const expires = Math.floor(now().getTime() / 1000) + presignedSeconds;
    return { expires, expiresAt: new Date(expires * 1000) };
  };
  const store: ObjectStore = {
    async presignUpload({ key, size, checksum }) {
      checkUpload({ size, checksum });
      const { expires, expiresAt } = expiry();
      const permission = { method: 'PUT', key: checkObjectKey(key), expires, size, checksum } as const;
      return { url: publicURL + signedPath(permission, signingKey), method: 'PUT', headers: {}, expiresAt };
    },
    async beginMultipart(key) {
      const uploadId = randomUUID();
      await files.beginParts({ key: checkObjectKey(key), uploadId });
      return uploadId;
    },
    async presignPart({ key, uploadId, number, size, checksum }) {
      checkPart({ number, size, checksum });
      checkMultipart({ key, uploadId });
      const { expires, expiresAt } = expiry();
      const part = { uploadId, number };
      const permission = { method: 'PUT', key, expires, size, checksum, part } as const;
      return { url: publicURL + signedPath(permission, signingKey), method: 'PUT', headers: {}, expiresAt };
    },
    completeMultipart: async (upload) => files.joinParts({ ...upload, ...checkMultipart(upload) }),
    abortMultipart: async (upload) => files.removeParts(checkMultipart(upload)),
    async presignDownload(key) {
      const { expires, expiresAt } = expiry();
      const permission = { method: 'GET', key: checkObjectKey(key), expires } as const;
      return { url: publicURL + signedPath(permission, signingKey), method: 'GET', headers: {}, expiresAt };
    },
    async head(key) {
      const size = await files.size(checkObjectKey(key));
      return size === null ? null : { size };
    },
    async delete(keys) {
      keys.forEach(checkObjectKey);
      for (let start = 0; start < keys.length; start += concurrency)
        await Promise.all(keys.slice(start, start + concurrency).map((key) => files.remove(key)));
    },
    async list(applicationId, page) {
      // The sweeper's daily look begins: a process that crashed and was started at once left its last transfers too young.
      if (page.after === null) await tidyUp();
      return files.list(prefixOf(applicationId), page);
    },
    connectOrigins: [],
    ping: () => files.check(),
    async close() {},
  };
  return { store, handler: createObjectHandler({ files, signingKey, now }) };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** It becomes a path. Throws a `TypeError` for anything but what `beginMultipart` gives. */
function checkMultipart({ key, uploadId }: MultipartUpload): MultipartUpload {
  if (!uuid.test(uploadId)) throw new TypeError('This is not the id of an upload.');
  return { key: checkObjectKey(key), uploadId };
}
