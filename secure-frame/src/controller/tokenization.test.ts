import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { TokenizeInput } from '../protocol/internal.js';
import { ProblemError } from '../protocol/problem.js';
import { pass, settled } from '../test-support/time.js';
import { inputOf, token, uploadOf } from '../test-support/values.js';
import type { TokenizeResult } from './api.js';
import { createTokenization } from './tokenization.js';

function setUp() {
  const tokenize = jest.fn(async (_: string, inputs: TokenizeInput[]): Promise<TokenizeResult[]> =>
    inputs.map((input) => ({ token: input.token, upload: uploadOf(input.token), problem: null })),
  );
  const run = <T>(call: (accessToken: string) => Promise<T>) => call('access');
  const tokenization = createTokenization({ tokenize }, { run });
  const join = (number: number, batch: { id: string; size: number }) =>
    tokenization.join(batch, inputOf(token(number))).catch((error: unknown) => error);
  const calls = () => tokenize.mock.calls.map(([, inputs]) => inputs.map((input) => input.token));
  return { ...tokenization, tokenize, join, calls };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a form', () => {
  test('is one call, once all members have come', async () => {
    const { join, calls } = setUp();
    const batch = { id: 'form', size: 3 };
    const first = join(1, batch);
    const second = join(2, batch);
    await pass(1999);
    expect(calls()).toEqual([]);
    const third = join(3, batch);
    expect(await Promise.all([first, second, third])).toEqual([1, 2, 3].map((n) => uploadOf(token(n))));
    expect(calls()).toEqual([[token(1), token(2), token(3)]]);
  });

  test('does not wait for members that have nothing to store', async () => {
    const { join, skip, calls } = setUp();
    skip({ id: 'form', size: 3 });
    const one = join(1, { id: 'form', size: 3 });
    skip({ id: 'form', size: 3 });
    expect(await one).toEqual(uploadOf(token(1)));
    expect(calls()).toEqual([[token(1)]]);
  });

  test('makes no call when nobody has anything to store', async () => {
    const { skip, calls } = setUp();
    skip({ id: 'form', size: 2 });
    skip({ id: 'form', size: 2 });
    await pass(10_000);
    expect(calls()).toEqual([]);
  });

  test('waits two seconds for its next member, and counts anew with each', async () => {
    const { join, calls } = setUp();
    const batch = { id: 'form', size: 3 };
    void join(1, batch);
    await pass(1900);
    void join(2, batch);
    await pass(1900);
    expect(calls()).toEqual([]);
    await pass(100);
    expect(calls()).toEqual([[token(1), token(2)]]);
    void join(3, batch);
    await pass(2000);
    expect(calls()).toEqual([[token(1), token(2)], [token(3)]]);
  });

  test('does not mix with another', async () => {
    const { join, calls } = setUp();
    void join(1, { id: 'one', size: 2 });
    void join(2, { id: 'other', size: 2 });
    void join(3, { id: 'one', size: 2 });
    void join(4, { id: 'other', size: 2 });
    await settled();
    expect(calls()).toEqual([
      [token(1), token(3)],
      [token(2), token(4)],
    ]);
  });

  test('of more than 1000 members takes a call for each 1000', async () => {
    const { join, calls } = setUp();
    for (let number = 1; number <= 1001; number++) void join(number, { id: 'form', size: 1001 });
    await settled();
    expect(calls().map(({ length }) => length)).toEqual([1000, 1]);
  });
});

describe('a member learns its own outcome', () => {
  const batch = { id: 'form', size: 2 };

  test('one problem does not fail the others', async () => {
    const { tokenize, join } = setUp();
    tokenize.mockResolvedValue([
      { token: token(1), upload: null, problem: { code: 'TOO_LARGE', message: 'Too large.' } },
      { token: token(2), upload: uploadOf(token(2)), problem: null },
    ]);
    expect(await Promise.all([join(1, batch), join(2, batch)])).toEqual([
      new ProblemError('TOO_LARGE', 'Too large.'),
      uploadOf(token(2)),
    ]);
  });

  test('a failed call fails them all', async () => {
    const { tokenize, join } = setUp();
    const error = new ProblemError('RATE_LIMITED', 'Slow down.');
    tokenize.mockRejectedValue(error);
    expect(await Promise.all([join(1, batch), join(2, batch)])).toEqual([error, error]);
  });

  test('a value that goes in parts has no upload, but the size of its parts', async () => {
    const { join, tokenize } = setUp();
    tokenize.mockImplementation(async (_, inputs) =>
      inputs.map(({ token: name }) => ({
        token: name,
        upload: null,
        multipart: { partSize: 8 },
        problem: null,
      })),
    );
    expect(await join(1, { id: 'form', size: 1 })).toEqual({ partSize: 8 });
  });

  test('never takes the answer of another, none, or one without a content', async () => {
    const { tokenize, join } = setUp();
    const unavailable = { code: 'UNAVAILABLE' };
    tokenize.mockResolvedValue([
      { token: token(2), upload: uploadOf(token(2)), problem: null },
      { token: token(1), upload: uploadOf(token(1)), problem: null },
    ]);
    for (const outcome of await Promise.all([join(1, batch), join(2, batch)]))
      expect(outcome).toMatchObject(unavailable);
    tokenize.mockResolvedValue([{ token: token(1), upload: null, problem: null }]);
    for (const outcome of await Promise.all([join(1, batch), join(2, batch)]))
      expect(outcome).toMatchObject(unavailable);
  });
});
