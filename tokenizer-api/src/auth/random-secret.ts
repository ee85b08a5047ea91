import { createHash, randomBytes } from 'node:crypto';

const pattern = /^[A-Za-z0-9_-]{43}$/;

/** What its holder shows to be let in, such as a frame's access token: 256 random bits, base64url. Only its digest may be stored. */
export const createSecret = (): string => randomBytes(32).toString('base64url');

export const isSecret = (text: unknown): text is string => typeof text === 'string' && pattern.test(text);

/**
 * SHA-256 of a secret, base64url. What it stands for is looked up by it, so how long a comparison takes tells nothing
 * about any secret; and being random, it needs no salt.
 */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
