import { parse, serialize } from 'cookie';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from './database.js';
import type { SessionRow } from './database/sessions.js';

/**
 * Over TLS a browser lets only this host set it, for all of the host and nothing beside it (RFC 6265bis §4.1.3). Without
 * TLS, as on this machine, it would not take that name.
 */
const nameOf = (secure: boolean) => (secure ? '__Host-demo_session' : 'demo_session');

/** The login that a request's cookie proves, or null. */
export function readSession(
  { find }: Pick<Database['sessions'], 'find'>,
  request: IncomingMessage,
  secure: boolean,
): SessionRow | null {
  const secret = parse(request.headers.cookie ?? '')[nameOf(secure)];
  return secret ? find(secret) : null;
}

/** Sets the session cookie; an empty secret removes it. Scripts of the page cannot read it. */
export function writeSession(
  response: ServerResponse,
  secret: string,
  maxAgeSeconds: number,
  secure: boolean,
) {
  response.appendHeader(
    'Set-Cookie',
    serialize(nameOf(secure), secret, {
      httpOnly: true,
      sameSite: 'lax',
      secure,
      path: '/',
      maxAge: maxAgeSeconds,
    }),
  );
}
