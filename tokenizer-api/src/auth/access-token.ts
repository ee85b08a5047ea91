import { createHash, randomBytes } from 'node:crypto';

const pattern = /^[A-Za-z0-9_-]{43}$/;

/** A frame's new access token: 256 random bits, base64url. Only its digest may be stored. */
export const createAccessToken = (): string => randomBytes(32).toString('base64url');

export const isAccessToken = (text: string): boolean => pattern.test(text);

/**
 * SHA-256 of an access token, base64url. Sessions are looked up by it, so how long a comparison takes tells nothing
 * about any token; and being random, a token needs no salt.
 */
export const digestOf = (accessToken: string): string =>
  createHash('sha256').update(accessToken).digest('base64url');
