/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { pass } from '../test-support/time.js';
import { retry, within } from './retry.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('retry', () => {
  test('repeats what failed in passing', async () => {
    const task = jest.fn<() => Promise<string>>().mockRejectedValueOnce('passing').mockResolvedValue('done');
    const outcome = retry(task, (error) => error === 'passing');
    await pass(250);
    expect(await outcome).toBe('done');
    expect(task).toHaveBeenCalledTimes(2);
  });

  test('gives up after five tries, within four seconds of pauses', async () => {
    const task = jest.fn<() => Promise<string>>().mockRejectedValue('passing');
    const outcome = retry(task, () => true).catch((error: unknown) => error);
    await pass(4000);
    expect(await outcome).toBe('passing');
    expect(task).toHaveBeenCalledTimes(5);
  });

  test('waits as long as a failure asks for, besides its own pause, and up to as long again', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const task = jest.fn<() => Promise<string>>().mockRejectedValueOnce('passing').mockResolvedValue('done');
    const outcome = retry(
      task,
      () => true,
      (error) => (error === 'passing' ? 2000 : 0),
    );
    await pass(3186);
    expect(task).toHaveBeenCalledTimes(1);
    await pass(1);
    expect(await outcome).toBe('done');
    jest.restoreAllMocks();
  });

  test('does not repeat what will fail again', async () => {
    const task = jest.fn<() => Promise<string>>().mockRejectedValue('for good');
    await expect(retry(task, (error) => error === 'passing')).rejects.toBe('for good');
    await pass(10_000);
    expect(task).toHaveBeenCalledTimes(1);
  });
});

describe('without a network, retry', () => {
  const network = (isThere: boolean) => {
    jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(isThere);
    if (isThere) window.dispatchEvent(new Event('online'));
  };
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('waits for it, and uses up no try meanwhile', async () => {
    network(false);
    const task = jest.fn<() => Promise<string>>().mockRejectedValueOnce('passing').mockResolvedValue('done');
    const outcome = retry(task, () => true);
    await pass(30_000);
    expect(task).toHaveBeenCalledTimes(1);
    network(true);
    await pass(250);
    expect(await outcome).toBe('done');
  });

  test('gives up when it does not come back', async () => {
    network(false);
    const task = jest.fn<() => Promise<string>>().mockRejectedValue('passing');
    const outcome = retry(task, () => true).catch((error: unknown) => error);
    await pass(45_000);
    expect(await outcome).toBe('passing');
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('within', () => {
  test('a promise that is in time', async () => {
    expect(await within(100, Promise.resolve('done'), () => new Error('late'))).toBe('done');
    await expect(within(100, Promise.reject(new Error('no')), () => new Error('late'))).rejects.toThrow('no');
    expect(jest.getTimerCount()).toBe(0);
  });

  test('one that is not', async () => {
    const outcome = within(100, new Promise(() => {}), () => new Error('late')).catch(
      (error: unknown) => error,
    );
    await pass(99);
    expect(jest.getTimerCount()).toBe(1);
    await pass(1);
    expect(await outcome).toEqual(new Error('late'));
  });
});
