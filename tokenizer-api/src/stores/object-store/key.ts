import { isToken } from '@lunasec/secure-frame/protocol';

const applicationId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** `<application id>/<token>`: two plain names, so that a key is the same in a path, a URL and a bucket. */
export function isObjectKey(key: string): boolean {
  const [application = '', token, ...rest] = key.split('/');
  return applicationId.test(application) && isToken(token) && rest.length === 0;
}

/** Throws a `TypeError` for anything else. */
export function checkObjectKey(key: string): string {
  if (!isObjectKey(key)) throw new TypeError('This is not the key of an object.');
  return key;
}

/** The part of keys that names the application: `<application id>/`. Throws a `TypeError` for anything else. */
export function prefixOf(application: string): string {
  if (!applicationId.test(application)) throw new TypeError('This is not the id of an application.');
  return `${application}/`;
}

/** Throws a `TypeError` for anything but whole bytes and a SHA-256 digest in base64. */
export function checkUpload({ size, checksum }: { size: number; checksum: string }): void {
  if (!Number.isSafeInteger(size) || size < 0 || !/^[A-Za-z0-9+/]{43}=$/.test(checksum))
    throw new TypeError('These are not the size and the SHA-256 digest of an upload.');
}

/** Most parts of one upload (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
export const maxParts = 10_000;

/** Throws a `TypeError` for anything but the number of a part, its size and its digest. */
export function checkPart({ number, ...upload }: { number: number; size: number; checksum: string }): void {
  checkUpload(upload);
  if (!Number.isInteger(number) || number < 1 || number > maxParts)
    throw new TypeError('This is not the number of a part.');
}
