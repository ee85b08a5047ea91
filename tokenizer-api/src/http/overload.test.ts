import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createOverload } from './overload.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('an overload', () => {
  const arrive = (overload: ReturnType<typeof createOverload>) =>
    overload.refuses(
      { url: '/graphql', headers: {} } as IncomingMessage,
      { setHeader: () => undefined, end: () => undefined } as unknown as ServerResponse,
    );

  test('is told once with its reason, and when five seconds passed without a refusal, with how many there were', () => {
    let delay = 0;
    const told: unknown[] = [];
    const overload = createOverload({
      limits: { maxCalls: 1, maxDelay: 100 },
      delay: () => delay,
      setHeaders: () => undefined,
      count: () => undefined,
      onBegin: (reason) => told.push(reason),
      onEnd: (refused) => told.push(refused),
    });
    expect([arrive(overload), overload.isOverloaded()]).toEqual([false, false]);
    delay = 101;
    for (let i = 0; i < 3; i++) {
      expect([arrive(overload), overload.isOverloaded()]).toEqual([true, true]);
      jest.advanceTimersByTime(4999);
    }
    expect(told).toEqual(['delay']);
    jest.advanceTimersByTime(1);
    expect([told, overload.isOverloaded()]).toEqual([['delay', 3], false]);
    arrive(overload);
    overload.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  test('gives back the place of work that failed', async () => {
    const overload = createOverload({
      limits: { maxCalls: 1, maxDelay: 100 },
      delay: () => 0,
      setHeaders: () => undefined,
      count: () => undefined,
      onBegin: () => undefined,
      onEnd: () => undefined,
    });
    const response = {} as ServerResponse;
    for (let i = 0; i < 3; i++)
      await expect(overload.run(response, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(
      overload.run(response, () => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    let ran = false;
    await overload.run(response, () => (ran = true));
    expect(ran).toBe(true);
  });
});
