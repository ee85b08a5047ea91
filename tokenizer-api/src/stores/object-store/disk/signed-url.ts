import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObjectKey } from '../key.js';

/** What a signed URL allows: one method on one key for a while; uploads of exactly one body. */
export type Permission = { key: string; /** Seconds since 1970. */ expires: number } & (
  | { method: 'GET' }
  | {
      method: 'PUT';
      /** Bytes. */
      size: number;
      /** SHA-256, base64. */
      checksum: string;
      /** Undefined: the whole object. */
      part?: PartPlace | undefined;
    }
);

/** A part's place in an upload. */
export interface PartPlace {
  /** A UUID. */
  uploadId: string;
  number: number;
}

/** The path and query that carry a permission. */
export function signedPath(permission: Permission, signingKey: Uint8Array): string {
  const { key, expires } = permission;
  const part =
    permission.method === 'PUT' && permission.part
      ? `&upload=${permission.part.uploadId}&part=${permission.part.number}`
      : '';
  const upload =
    permission.method === 'PUT'
      ? `&size=${permission.size}&checksum=${Buffer.from(permission.checksum, 'base64').toString('base64url')}${part}`
      : '';
  return `/objects/${key}?expires=${expires}${upload}&signature=${sign(permission, signingKey)}`;
}

const form =
  /^\/objects\/([^/?]+\/[^/?]+)\?expires=(\d{1,12})(?:&size=(\d{1,15})&checksum=([\w-]{43})(?:&upload=([0-9a-f-]{36})&part=(\d{1,5}))?)?&signature=[\w-]{43}$/;

/** The permission of a request, if its URL has the one form that {@link signedPath} writes and is signed with the key. */
export function readSignedPath(
  method: 'GET' | 'PUT',
  url: string,
  signingKey: Uint8Array,
): Permission | undefined {
  const [, key, expires, size, checksum, uploadId, number] = form.exec(url) ?? [];
  if (key === undefined || !isObjectKey(key)) return undefined;
  if ((method === 'PUT') !== (size !== undefined)) return undefined;
  const common = { key, expires: Number(expires) };
  const permission: Permission =
    method === 'GET'
      ? { ...common, method }
      : {
          ...common,
          method,
          size: Number(size),
          checksum: Buffer.from(checksum ?? '', 'base64url').toString('base64'),
          part: uploadId === undefined ? undefined : { uploadId, number: Number(number) },
        };
  // The whole, not the signature alone: a number or a checksum could be spelled in other ways that mean the same.
  return isEqual(signedPath(permission, signingKey), url) ? permission : undefined;
}

/** HMAC-SHA-256 (RFC 2104) over an unambiguous encoding of the whole permission, base64url. */
function sign(permission: Permission, signingKey: Uint8Array): string {
  const { method, key, expires } = permission;
  const { size, checksum, part } = permission.method === 'PUT' ? permission : {};
  const upload = size === undefined ? [] : [size, checksum, ...(part ? [part.uploadId, part.number] : [])];
  return createHmac('sha256', signingKey)
    .update(JSON.stringify([method, key, expires, ...upload]))
    .digest('base64url');
}

/** In constant time, but for the length, which is no secret. */
function isEqual(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}
