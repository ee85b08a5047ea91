import { parse, serialize } from 'cookie';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A cookie of the console, out of reach for scripts. */
export interface ConsoleCookie {
  read(request: IncomingMessage): string | undefined;
  write(response: ServerResponse, value: string): void;
  clear(response: ServerResponse): void;
}

/**
 * Lives until the browser is closed; the server ends what it stands for. Over TLS a browser lets only this host set it, for
 * this host alone (`__Host-`); without TLS it would not take that name.
 *
 * `strict`: not sent when another site leads here. A login that comes back from its provider needs `lax`.
 */
export function consoleCookie(
  name: string,
  { isHTTPS, sameSite }: { isHTTPS: boolean; sameSite: 'strict' | 'lax' },
): ConsoleCookie {
  const fullName = isHTTPS ? `__Host-${name}` : name;
  const set = (response: ServerResponse, value: string, more: { maxAge?: number } = {}) =>
    response.appendHeader(
      'Set-Cookie',
      serialize(fullName, value, { httpOnly: true, sameSite, secure: isHTTPS, path: '/', ...more }),
    );
  return {
    read: ({ headers }) => parse(headers.cookie ?? '')[fullName] || undefined,
    write: (response, value) => void set(response, value),
    clear: (response) => void set(response, '', { maxAge: 0 }),
  };
}
