import { createHash } from 'node:crypto';

/**
 * The name under which the tokenizer knows a session of the app: base64url(SHA-256(application id ‖ 0x00 ‖ session id)),
 * 43 characters. The app's own session id, which may be a cookie's content, never leaves the server.
 */
export function sidOf(applicationId: string, sessionId: string): string {
  return createHash('sha256').update(applicationId).update('\0').update(sessionId).digest('base64url');
}
