import { beforeEach, describe, expect, test } from '@jest/globals';
import { createConsoleSessions } from './sessions.js';
import type { ConsoleSessions } from './sessions.js';

describe('sessions of the console', () => {
  let seconds: number;
  let sessions: ConsoleSessions;
  beforeEach(() => {
    seconds = 0;
    sessions = createConsoleSessions({
      idleTimeout: 60,
      sessionTimeout: 300,
      now: () => new Date(seconds * 1000),
    });
  });

  test('are found by their ids only, which are 256 bits and never alike', () => {
    const [one, other] = [sessions.begin('ada'), sessions.begin('grace')];
    expect(one).toMatch(/^[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(sessions.find(one)?.operator).toBe('ada');
    expect(sessions.find(other)?.operator).toBe('grace');
    expect(sessions.find(one)!.formToken).not.toBe(sessions.find(other)!.formToken);
    for (const id of [undefined, '', 'x', one.slice(1), one.toLowerCase() + 'x'])
      expect(sessions.find(id)).toBeNull();
  });

  test('end when nobody uses them', () => {
    const id = sessions.begin('ada');
    seconds = 59;
    expect(sessions.find(id)).not.toBeNull();
    seconds = 118;
    expect(sessions.find(id)).not.toBeNull();
    seconds = 178;
    expect(sessions.find(id)).toBeNull();
    seconds = 119;
    expect(sessions.find(id)).toBeNull();
  });

  test('end in any case after their time', () => {
    const id = sessions.begin('ada');
    for (seconds = 0; seconds < 300; seconds += 50) expect(sessions.find(id)).not.toBeNull();
    expect(sessions.find(id)).toBeNull();
  });

  test('are gone after they were ended', () => {
    const id = sessions.begin('ada');
    sessions.end(id);
    sessions.end(undefined);
    expect(sessions.find(id)).toBeNull();
  });

  test('are a thousand at most: the one that was not used for longest goes first', () => {
    const [used, unused] = [sessions.begin('ada'), sessions.begin('grace')];
    for (let i = 0; i < 999; i++) {
      sessions.find(used);
      sessions.begin('others');
    }
    expect([sessions.find(used)?.operator, sessions.find(unused)]).toEqual(['ada', null]);
  });
});
