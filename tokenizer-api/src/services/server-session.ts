import { createHash } from 'node:crypto';

/**
 * Stands where tokens have the `sid` of the session that made them, for tokens that an application's own servers make.
 * It looks like one and is none: a `sid` hashes a zero byte in the place of the one.
 */
export const serverSessionOf = (applicationId: string): string =>
  createHash('sha256').update(`${applicationId}\u0001server`).digest('base64url');
