import { parse, serialize } from 'cookie';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DemoDatabase, SessionRow } from './database.js';

const name = 'demo_session';

/** The login that a request's cookie proves, or null. */
export function readSession(database: DemoDatabase, request: IncomingMessage): SessionRow | null {
  const secret = parse(request.headers.cookie ?? '')[name];
  return secret ? database.session(secret) : null;
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
    serialize(name, secret, { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: maxAgeSeconds }),
  );
}
