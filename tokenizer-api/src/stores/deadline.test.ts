import { describe, expect, jest, test } from '@jest/globals';
import { DeadlineError, inTime, patienceWith } from './deadline.js';

describe('deadlines of stores', () => {
  test('what answers in time is as it was, results and errors alike', async () => {
    expect(await inTime(Promise.resolve(1), 1000)).toBe(1);
    await expect(inTime(Promise.reject(new Error('why')), 1000)).rejects.toThrow('why');
  });

  test('what does not answer is given up', async () => {
    jest.useFakeTimers();
    try {
      const given = expect(inTime(new Promise(() => undefined), 1000)).rejects.toBeInstanceOf(DeadlineError);
      jest.advanceTimersByTime(1000);
      await given;
    } finally {
      jest.useRealTimers();
    }
  });

  test('a frame, which waits 20 s for a call, outwaits every store but for joining parts', () => {
    for (const method of ['findSession', 'findTokens', 'insertTokens', 'appendAudit', 'head', 'unwrap'])
      expect(patienceWith(method)).toBeLessThanOrEqual(10_000);
    expect(patienceWith('completeMultipart')).toBeLessThan(150_000);
  });
});
