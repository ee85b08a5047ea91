import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ProblemError } from '../protocol/problem.js';
import { pass, settled } from '../test-support/time.js';
import type { Api } from './api.js';
import { createSessions } from './session.js';
import type { SessionState } from './session.js';

const minutes = 60_000;
let serial = 0;
/** A new assertion for a user. */
const assertionOf = (user: string) =>
  ['e30', Buffer.from(JSON.stringify({ sub: user, jti: ++serial })).toString('base64url'), 'signature'].join(
    '.',
  );
const replayed = () => new ProblemError('ASSERTION_REPLAYED', 'Used before.');
const unauthenticated = () => new ProblemError('UNAUTHENTICATED', 'No.');
const offline = () => new ProblemError('UNAVAILABLE', 'No connection.');

function setUp({ isVisible = true } = {}) {
  const events: string[] = [];
  let made = 0;
  const createSession = jest.fn<Api['createSession']>(async () => {
    events.push(`made ${++made}`);
    return { accessToken: `access ${made}`, lifetime: 15 * minutes };
  });
  const askForAssertion = jest.fn();
  const states: SessionState[] = [];
  const sessions = createSessions({
    api: { createSession },
    isVisible: () => isVisible,
    askForAssertion,
    onState: (state) => states.push(state),
    onChange: () => events.push('change'),
  });
  const call = jest.fn(async (accessToken: string) => accessToken);
  const run = () => sessions.run(call).catch((error: unknown) => error);
  return {
    ...sessions,
    createSession,
    askForAssertion,
    states,
    events,
    call,
    run,
    /** The page answers each wish for an assertion with one of this user, or with null. */
    renewAs(user: string | null) {
      askForAssertion.mockImplementation(
        () => void sessions.accept(user === null ? null : assertionOf(user)),
      );
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('with an assertion', () => {
  test('a session is made, and calls go with its token', async () => {
    const { accept, run, states } = setUp();
    await accept(assertionOf('ada'));
    expect(states).toEqual([{ state: 'active' }]);
    expect(await run()).toBe('access 1');
  });

  test('a call waits for the session that is being made', async () => {
    const { accept, run, createSession } = setUp();
    void accept(assertionOf('ada'));
    expect(await Promise.all([run(), run()])).toEqual(['access 1', 'access 1']);
    expect(createSession).toHaveBeenCalledTimes(1);
  });

  test('a lost answer of the network is tried again, with the same assertion', async () => {
    const { accept, createSession, states } = setUp();
    createSession.mockRejectedValueOnce(offline());
    void accept(assertionOf('ada'));
    await pass(1000);
    expect(states).toEqual([{ state: 'active' }]);
    expect(createSession.mock.calls[0]).toEqual(createSession.mock.calls[1]);
  });

  test('that the tokenizer refuses, the page and the calls learn why', async () => {
    const { accept, run, states, createSession, askForAssertion } = setUp();
    const problem = { code: 'RATE_LIMITED', message: 'Slow down.' } as const;
    createSession.mockRejectedValue(new ProblemError(problem.code, problem.message));
    void accept(assertionOf('ada'));
    expect(await run()).toMatchObject(problem);
    expect(states).toEqual([{ state: 'failed', problem }]);
    expect(askForAssertion).not.toHaveBeenCalled();
  });
});

describe('an assertion whose first use was not answered', () => {
  test('reads as replayed: a new one is asked for, once', async () => {
    const { accept, run, createSession, askForAssertion, renewAs } = setUp();
    createSession.mockRejectedValueOnce(offline()).mockRejectedValueOnce(replayed());
    renewAs('ada');
    void accept(assertionOf('ada'));
    const outcome = run();
    await pass(1000);
    expect(await outcome).toBe('access 1');
    expect(askForAssertion).toHaveBeenCalledTimes(1);
  });

  test('when that is replayed as well, the call fails', async () => {
    const { accept, run, createSession, askForAssertion, renewAs } = setUp();
    createSession.mockRejectedValue(replayed());
    renewAs('ada');
    void accept(assertionOf('ada'));
    expect(await run()).toMatchObject({ code: 'ASSERTION_REPLAYED' });
    expect(askForAssertion).toHaveBeenCalledTimes(1);
  });
});

describe('after a session has ended at the tokenizer', () => {
  async function ended() {
    const parts = setUp();
    parts.renewAs('ada');
    await parts.accept(assertionOf('ada'));
    parts.call.mockImplementation(async (accessToken) => {
      if (accessToken === 'access 1') throw unauthenticated();
      return accessToken;
    });
    return parts;
  }

  test('the next call has a new one', async () => {
    const { run } = await ended();
    expect(await run()).toBe('access 2');
  });

  test('also when the answer to the assertion’s first use was lost: by another assertion', async () => {
    const { run, createSession, askForAssertion } = await ended();
    createSession.mockRejectedValueOnce(replayed());
    expect(await run()).toBe('access 2');
    expect(askForAssertion).toHaveBeenCalledTimes(2);
  });

  test('and none can be made: the call tells why, and does not try the former one again', async () => {
    const { run, call, createSession } = await ended();
    createSession.mockRejectedValueOnce(new ProblemError('RATE_LIMITED', 'Slow down.'));
    expect(await run()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(call).toHaveBeenCalledTimes(1);
    expect(await run()).toBe('access 2');
  });
});

describe('without a session of the app', () => {
  test('nothing is called', async () => {
    const { accept, run, call, states, renewAs } = setUp();
    renewAs(null);
    await accept(null);
    expect(states).toEqual([{ state: 'unauthenticated' }]);
    expect(await run()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(call).not.toHaveBeenCalled();
  });

  test('the next call asks for one: somebody may have logged in', async () => {
    const { accept, run, renewAs } = setUp();
    await accept(null);
    renewAs('ada');
    expect(await run()).toBe('access 1');
  });
});

describe('a session is renewed', () => {
  test('a minute before its end', async () => {
    const { accept, askForAssertion, renewAs, run } = setUp();
    renewAs('ada');
    await accept(assertionOf('ada'));
    await pass(14 * minutes - 1);
    expect(askForAssertion).not.toHaveBeenCalled();
    await pass(1);
    expect(askForAssertion).toHaveBeenCalledTimes(1);
    expect(await run()).toBe('access 2');
  });

  test('without any change for the elements', async () => {
    const { accept, renewAs, events } = setUp();
    renewAs('ada');
    await accept(assertionOf('ada'));
    await pass(14 * minutes);
    expect(events).toEqual(['made 1', 'made 2']);
  });

  test('not while nobody looks: that would keep the app’s session alive', async () => {
    const { accept, askForAssertion } = setUp({ isVisible: false });
    await accept(assertionOf('ada'));
    await pass(60 * minutes);
    expect(askForAssertion).not.toHaveBeenCalled();
  });

  test.each([-minutes, 0, 1, 10 * minutes * 60 * 24 * 365])(
    'never in a loop, even with a lifetime of %i ms',
    async (lifetime) => {
      const { accept, createSession, askForAssertion, renewAs } = setUp();
      createSession.mockResolvedValue({ accessToken: 'access', lifetime });
      renewAs('ada');
      await accept(assertionOf('ada'));
      await pass(9999);
      expect(askForAssertion).not.toHaveBeenCalled();
      await pass(15 * minutes);
      expect(askForAssertion.mock.calls.length).toBeGreaterThanOrEqual(1);
    },
  );

  test('when the tokenizer no longer knows it; the call is repeated once', async () => {
    const { accept, call, run, renewAs } = setUp();
    renewAs('ada');
    await accept(assertionOf('ada'));
    call.mockRejectedValueOnce(unauthenticated());
    expect(await run()).toBe('access 2');
    expect(call.mock.calls).toEqual([['access 1'], ['access 2']]);
  });

  test('once for all calls that were refused', async () => {
    const { accept, call, run, renewAs, askForAssertion } = setUp();
    renewAs('ada');
    await accept(assertionOf('ada'));
    call.mockImplementation(async (accessToken) => {
      if (accessToken === 'access 1') throw unauthenticated();
      return accessToken;
    });
    expect(await Promise.all([run(), run(), run()])).toEqual(Array(3).fill('access 2'));
    expect(askForAssertion).toHaveBeenCalledTimes(1);
  });

  test('not again for a call that was refused with the former token', async () => {
    const { accept, call, run, renewAs, askForAssertion } = setUp();
    renewAs('ada');
    await accept(assertionOf('ada'));
    let refuse = () => {};
    call.mockImplementationOnce(() => new Promise((_, reject) => (refuse = () => reject(unauthenticated()))));
    const slow = run();
    call.mockRejectedValueOnce(unauthenticated());
    expect(await run()).toBe('access 2');
    refuse();
    expect(await slow).toBe('access 2');
    expect(askForAssertion).toHaveBeenCalledTimes(1);
  });

  test('a call that is refused twice fails', async () => {
    const { accept, call, run, renewAs } = setUp();
    renewAs('ada');
    await accept(assertionOf('ada'));
    call.mockRejectedValue(unauthenticated());
    expect(await run()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(call).toHaveBeenCalledTimes(2);
  });

  test('a call that fails for another reason is not repeated', async () => {
    const { accept, call, run, askForAssertion } = setUp();
    await accept(assertionOf('ada'));
    call.mockRejectedValue(new ProblemError('RATE_LIMITED', 'Slow down.'));
    expect(await run()).toMatchObject({ code: 'RATE_LIMITED' });
    expect(call).toHaveBeenCalledTimes(1);
    expect(askForAssertion).not.toHaveBeenCalled();
  });

  test('within 15 seconds, or the call fails; the next one asks again', async () => {
    const { accept, call, run, renewAs, askForAssertion } = setUp();
    await accept(assertionOf('ada'));
    call.mockRejectedValueOnce(unauthenticated());
    const outcome = run();
    await pass(15_000);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
    renewAs('ada');
    expect(await run()).toBe('access 2');
    expect(askForAssertion).toHaveBeenCalledTimes(2);
  });
});

describe('another subject', () => {
  test('is announced before its session exists', async () => {
    const { accept, events } = setUp();
    await accept(assertionOf('ada'));
    await accept(assertionOf('bob'));
    expect(events).toEqual(['made 1', 'change', 'made 2']);
  });

  test('logout: announced, and the former token is of no use any more', async () => {
    const { accept, events, run, call, renewAs } = setUp();
    renewAs(null);
    await accept(assertionOf('ada'));
    await accept(null);
    expect(events).toEqual(['made 1', 'change']);
    expect(await run()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(call).not.toHaveBeenCalled();
  });

  test('also when the tokenizer refuses its assertion', async () => {
    const { accept, events, run, createSession, call, renewAs } = setUp();
    await accept(assertionOf('ada'));
    createSession.mockRejectedValue(unauthenticated());
    renewAs('bob');
    await accept(assertionOf('bob'));
    expect(events).toEqual(['made 1', 'change']);
    expect(await run()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(call).not.toHaveBeenCalled();
  });

  test.each([
    'rubbish',
    'a.b.c',
    'e30.e30.x',
    `e30.${Buffer.from('{"sub":1}').toString('base64url')}.x`,
    'a.bnVsbA.c',
  ])('or one that cannot be read: %s', async (assertion) => {
    const { accept, events, createSession } = setUp();
    await accept(assertionOf('ada'));
    createSession.mockRejectedValue(unauthenticated());
    await accept(assertion);
    expect(events).toEqual(['made 1', 'change']);
  });

  test('the first one is no change', async () => {
    const { accept, events } = setUp();
    await accept(null);
    await accept(assertionOf('ada'));
    expect(events).toEqual(['made 1']);
  });

  test('while the former one’s session is being made: one after the other, the last one stays', async () => {
    const { accept, events, run, states } = setUp();
    void accept(assertionOf('ada'));
    void accept(assertionOf('bob'));
    expect(await run()).toBe('access 2');
    expect(events).toEqual(['made 1', 'change', 'made 2']);
    await settled();
    expect(states).toEqual([{ state: 'active' }, { state: 'active' }]);
  });

  test('the former session’s renewal is off', async () => {
    const { accept, askForAssertion } = setUp();
    await accept(assertionOf('ada'));
    await accept(null);
    await pass(60 * minutes);
    expect(askForAssertion).not.toHaveBeenCalled();
  });
});
