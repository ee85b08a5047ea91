import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ProblemError } from '../protocol/problem.js';
import { pass } from '../test-support/time.js';
import { downloadOf, token } from '../test-support/values.js';
import type { DetokenizeResult } from './api.js';
import { createDetokenization } from './detokenization.js';

const granted = (name: string): DetokenizeResult => ({
  token: name,
  download: downloadOf(name),
  problem: null,
});
const refused = (name: string): DetokenizeResult => ({
  token: name,
  download: null,
  problem: { code: 'READ_GRANT_MISSING', message: 'No.' },
});

function setUp() {
  const detokenize = jest.fn(async (_: string, tokens: string[]) => tokens.map(granted));
  let session = Promise.resolve('access');
  const run = async <T>(call: (accessToken: string) => Promise<T>) => call(await session);
  const detokenization = createDetokenization({ detokenize }, { run });
  return {
    ...detokenization,
    detokenize,
    claim: (number: number) => detokenization.claim(token(number)).catch((error: unknown) => error),
    calls: () => detokenize.mock.calls.map(([, tokens]) => tokens),
    /** Calls wait until the returned function is called. */
    holdSession() {
      let open = () => {};
      session = new Promise((resolve) => (open = () => resolve('access')));
      return open;
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('one call', () => {
  test('for what the page announced and the elements then ask', async () => {
    const { prefetch, claim, calls } = setUp();
    prefetch([token(1), token(2)]);
    const early = claim(1);
    await pass(10);
    expect(await early).toEqual(downloadOf(token(1)));
    expect(await claim(2)).toEqual(downloadOf(token(2)));
    await pass(60_000);
    expect(calls()).toEqual([[token(1), token(2)]]);
  });

  test('for elements that ask at about the same time, without any announcement', async () => {
    const { claim, calls } = setUp();
    const first = claim(1);
    await pass(5);
    const second = claim(2);
    await pass(5);
    expect(await Promise.all([first, second])).toEqual([downloadOf(token(1)), downloadOf(token(2))]);
    expect(calls()).toEqual([[token(1), token(2)]]);
  });

  test('for a token that is shown several times', async () => {
    const { prefetch, claim, calls } = setUp();
    prefetch([token(1), token(1), token(1)]);
    await pass(10);
    expect(await Promise.all([claim(1), claim(1), claim(1)])).toEqual(Array(3).fill(downloadOf(token(1))));
    expect(calls()).toEqual([[token(1)]]);
  });

  test('for what is asked while a session is being made', async () => {
    const { prefetch, claim, calls, holdSession } = setUp();
    const open = holdSession();
    prefetch([token(1)]);
    await pass(500);
    const later = claim(2);
    await pass(500);
    expect(calls()).toEqual([]);
    open();
    expect(await later).toEqual(downloadOf(token(2)));
    expect(calls()).toEqual([[token(1), token(2)]]);
  });

  test('for each 1000 tokens', async () => {
    const { prefetch, calls } = setUp();
    prefetch(Array.from({ length: 2001 }, (_, index) => token(index)));
    await pass(10);
    expect(calls().map(({ length }) => length)).toEqual([1000, 1000, 1]);
  });
});

describe('a download is used once for each that was announced', () => {
  test('an ask more is another call: presigned downloads run out', async () => {
    const { prefetch, claim, calls } = setUp();
    prefetch([token(1)]);
    await pass(10);
    await claim(1);
    void claim(1);
    await pass(10);
    expect(calls()).toEqual([[token(1)], [token(1)]]);
  });

  test('what nobody claimed for 45 seconds is asked for anew', async () => {
    const { prefetch, claim, calls } = setUp();
    prefetch([token(1), token(1)]);
    await pass(10);
    await pass(44_999);
    await claim(1);
    expect(calls()).toHaveLength(1);
    await pass(1);
    void claim(1);
    await pass(10);
    expect(calls()).toHaveLength(2);
  });
});

describe('a refusal', () => {
  test('is of one token, not of the others', async () => {
    const { prefetch, claim, detokenize } = setUp();
    detokenize.mockImplementation(async (_, [one, other]) => [refused(one!), granted(other!)]);
    prefetch([token(1), token(2)]);
    await pass(10);
    expect(await claim(1)).toEqual(new ProblemError('READ_GRANT_MISSING', 'No.'));
    expect(await claim(2)).toEqual(downloadOf(token(2)));
  });

  test('holds until the page announces the token again', async () => {
    const { prefetch, claim, detokenize } = setUp();
    detokenize.mockImplementationOnce(async (_, tokens) => tokens.map(refused));
    prefetch([token(1), token(1)]);
    await pass(10);
    expect(await claim(1)).toMatchObject({ code: 'READ_GRANT_MISSING' });
    prefetch([token(1)]);
    await pass(10);
    expect(await claim(1)).toEqual(downloadOf(token(1)));
  });

  test('of the whole call is everybody’s, and is forgotten', async () => {
    const { claim, detokenize } = setUp();
    detokenize.mockRejectedValueOnce(new ProblemError('RATE_LIMITED', 'Slow down.'));
    const outcomes = Promise.all([claim(1), claim(2)]);
    await pass(10);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ code: 'RATE_LIMITED' });
    const again = claim(1);
    await pass(10);
    expect(await again).toEqual(downloadOf(token(1)));
  });

  test.each<[string, (tokens: string[]) => DetokenizeResult[]]>([
    ['of another token', () => [granted(token(9))]],
    ['missing', () => []],
    ['empty', ([name]) => [{ token: name!, download: null, problem: null }]],
  ])('also if the answer is %s', async (_, answer) => {
    const { claim, detokenize } = setUp();
    detokenize.mockImplementation(async (_access, tokens) => answer(tokens));
    const outcome = claim(1);
    await pass(10);
    expect(await outcome).toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('that nobody asked about is no unhandled rejection', async () => {
    const { prefetch, detokenize } = setUp();
    detokenize.mockRejectedValue(new ProblemError('UNAVAILABLE', 'No.'));
    prefetch([token(1)]);
    await pass(10);
    expect(detokenize).toHaveBeenCalledTimes(1);
  });
});

describe('another session', () => {
  test('gets nothing of what was fetched for the former', async () => {
    const { prefetch, claim, clear, detokenize, calls } = setUp();
    prefetch([token(1)]);
    await pass(10);
    clear();
    detokenize.mockImplementation(async (_, tokens) => tokens.map(refused));
    const outcome = claim(1);
    await pass(10);
    expect(await outcome).toMatchObject({ code: 'READ_GRANT_MISSING' });
    expect(calls()).toHaveLength(2);
  });

  test('nor of what is on its way for the former', async () => {
    const { claim, clear, detokenize } = setUp();
    let answer = (_: DetokenizeResult[]) => {};
    detokenize.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const former = claim(1);
    await pass(10);
    clear();
    detokenize.mockImplementation(async (_, tokens) => tokens.map(refused));
    const latter = claim(1);
    await pass(10);
    answer([granted(token(1))]);
    expect(await former).toEqual(downloadOf(token(1)));
    expect(await latter).toMatchObject({ code: 'READ_GRANT_MISSING' });
  });

  test('answers what was asked but not called for yet', async () => {
    const { claim, clear, calls } = setUp();
    const before = claim(1);
    clear();
    const after = claim(1);
    await pass(10);
    expect(await Promise.all([before, after])).toEqual(Array(2).fill(downloadOf(token(1))));
    expect(calls()).toEqual([[token(1)]]);
  });
});
