import { parse, serialize } from 'cookie';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A value that an example stored. The server holds its token, never the value. */
export interface StoredValue {
  /** Names the example and its field, such as `secure-input/types/value`. */
  name: string;
  token: string;
  /** ISO 8601. */
  storedAt: string;
}

/** An anonymous visitor. `id` names the session inside the server; the cookie holds a secret of which only the digest is kept. */
export interface GallerySession {
  id: string;
  secretDigest: string;
  expiresAt: number;
  values: Map<string, StoredValue>;
}

export interface Sessions {
  /** The session that a request's cookie proves, or null. */
  read(request: IncomingMessage): GallerySession | null;
  /** Begins a session and sets its cookie. Returns the sessions that it pushed out, for whose values nobody is left. */
  begin(response: ServerResponse): GallerySession[];
  end(session: GallerySession, response: ServerResponse): void;
}

export interface SessionOptions {
  /** Whether the cookie may only travel over TLS. */
  secure: boolean;
  now?: () => number;
  /** How many sessions are kept at once; the oldest goes first. */
  maxSessions?: number;
}

const maxAgeSeconds = 8 * 60 * 60;
const digest = (secret: string) => createHash('sha256').update(secret).digest('base64url');

/** Sessions kept in memory: they end with the server. */
export function createSessions({ secure, now = Date.now, maxSessions = 1000 }: SessionOptions): Sessions {
  const sessions = new Map<string, GallerySession>();
  // Over TLS a browser lets only this host set it (RFC 6265bis §4.1.3); without, it would not take that name.
  const cookieName = secure ? '__Host-gallery_session' : 'gallery_session';

  const setCookie = (response: ServerResponse, secret: string, maxAge: number) =>
    response.appendHeader(
      'Set-Cookie',
      serialize(cookieName, secret, { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge }),
    );

  return {
    read(request) {
      const secret = parse(request.headers.cookie ?? '')[cookieName];
      const session = secret ? sessions.get(digest(secret)) : undefined;
      return session && session.expiresAt > now() ? session : null;
    },
    begin(response) {
      const pushedOut: GallerySession[] = [];
      // In the order in which they began, all of the same length: the first are the oldest.
      for (const [key, session] of sessions) {
        if (session.expiresAt > now() && sessions.size < maxSessions) break;
        sessions.delete(key);
        pushedOut.push(session);
      }
      const secret = randomBytes(32).toString('base64url');
      const session = {
        id: randomUUID(),
        secretDigest: digest(secret),
        expiresAt: now() + maxAgeSeconds * 1000,
        values: new Map(),
      };
      sessions.set(session.secretDigest, session);
      setCookie(response, secret, maxAgeSeconds);
      return pushedOut;
    },
    end(session, response) {
      sessions.delete(session.secretDigest);
      setCookie(response, '', 0);
    },
  };
}
