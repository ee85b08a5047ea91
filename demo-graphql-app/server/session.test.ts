import { describe, expect, test } from '@jest/globals';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { readSession, writeSession } from './session.js';

const requestWith = (cookie?: string) =>
  Object.assign(new IncomingMessage(new Socket()), { headers: cookie ? { cookie } : {} });
const sessions = {
  find: (secret: string) => (secret === 'secret' ? { id: 'session-1', userId: 'ada' } : null),
};

/** What a login sets, attribute by attribute. */
function cookieOf(secure: boolean): string[] {
  const response = new ServerResponse(requestWith());
  writeSession(response, 'secret', 60, secure);
  return String(response.getHeader('set-cookie')).split('; ');
}

describe('the cookie of a login', () => {
  test('over TLS is for this host alone, out of reach for scripts and for foreign forms', () => {
    const [pair, ...attributes] = cookieOf(true);
    expect(pair).toBe('__Host-demo_session=secret');
    expect(attributes.sort()).toEqual(['HttpOnly', 'Max-Age=60', 'Path=/', 'SameSite=Lax', 'Secure']);
    expect(readSession(sessions, requestWith(pair), true)?.userId).toBe('ada');
  });

  test('over TLS counts under no name that another host could set', () => {
    expect(readSession(sessions, requestWith('demo_session=secret'), true)).toBeNull();
  });

  test('on this machine works without TLS', () => {
    const [pair, ...attributes] = cookieOf(false);
    expect(attributes).toContain('HttpOnly');
    expect(readSession(sessions, requestWith(pair), false)?.userId).toBe('ada');
  });
});
