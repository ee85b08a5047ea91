import { beforeEach, describe, expect, test } from '@jest/globals';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createSessions, type Sessions } from './sessions.js';

describe('anonymous sessions', () => {
  let time: number;
  let sessions: Sessions;

  beforeEach(() => {
    time = 0;
    sessions = createSessions({ secure: true, now: () => time, maxSessions: 2 });
  });

  const requestWith = (cookie?: string) =>
    Object.assign(new IncomingMessage(new Socket()), { headers: cookie ? { cookie } : {} });
  const answer = () => new ServerResponse(requestWith());
  /** Begins a session and gives the request that its browser would send next. */
  function visit() {
    const response = answer();
    const pushedOut = sessions.begin(response);
    const setCookie = String(response.getHeader('set-cookie'));
    return { setCookie, pushedOut, request: requestWith(setCookie.split(';')[0]) };
  }

  test('a visit begins one, known again by a cookie that no script and no other site can use', () => {
    const { setCookie, request } = visit();
    expect(setCookie).toMatch(/^__Host-gallery_session=[\w-]{43};/);
    expect(setCookie).toMatch(/; HttpOnly/);
    expect(setCookie).toMatch(/; Secure/);
    expect(setCookie).toMatch(/; SameSite=Lax/);
    expect(sessions.read(request)).not.toBeNull();
  });

  test('two visits are two sessions', () => {
    const [first, second] = [visit(), visit()];
    expect(sessions.read(first.request)!.id).not.toBe(sessions.read(second.request)!.id);
  });

  test.each([[undefined], ['__Host-gallery_session='], ['__Host-gallery_session=guessed'], ['other=1']])(
    'the cookie %s proves nothing',
    (cookie) => {
      visit();
      expect(sessions.read(requestWith(cookie))).toBeNull();
    },
  );

  test('neither the id nor the digest of a session is good as a cookie', () => {
    const { id, secretDigest } = sessions.read(visit().request)!;
    expect(sessions.read(requestWith(`__Host-gallery_session=${id}`))).toBeNull();
    expect(sessions.read(requestWith(`__Host-gallery_session=${secretDigest}`))).toBeNull();
  });

  test('one ends after eight hours', () => {
    const { request } = visit();
    time = 8 * 60 * 60 * 1000 - 1;
    expect(sessions.read(request)).not.toBeNull();
    time++;
    expect(sessions.read(request)).toBeNull();
  });

  test('one that was ended is not known any more, and its cookie is taken back', () => {
    const { request } = visit();
    const response = answer();
    sessions.end(sessions.read(request)!, response);
    expect(sessions.read(request)).toBeNull();
    expect(String(response.getHeader('set-cookie'))).toMatch(/^__Host-gallery_session=; Max-Age=0/);
  });

  test('a new one pushes out the oldest when there are too many, and those that ran out', () => {
    const [first, second] = [visit(), visit()];
    const oldest = sessions.read(first.request);
    const third = visit();
    expect(third.pushedOut).toEqual([oldest]);
    expect(sessions.read(first.request)).toBeNull();
    expect(sessions.read(second.request)).not.toBeNull();
    time = 9 * 60 * 60 * 1000;
    expect(visit().pushedOut).toHaveLength(2);
  });
});
