import { describe, expect, test } from '@jest/globals';
import { observed } from './observed.js';
import type { ObserveCall } from './observed.js';

describe('an observed store', () => {
  const seen: string[] = [];
  const observe: ObserveCall = (store, method, call) => {
    seen.push(`${store} ${method}`);
    return call();
  };
  const store = {
    origins: ['https://s3.example.com'],
    add: async (a: number, b: number) => a + b,
    fail: async () => Promise.reject(new Error('no')),
    sign: (text: string) => text,
  };
  const wrapped = observed(store, 'database', { except: ['sign'], observe });

  test('answers as before, and tells of every call but the excepted', async () => {
    expect(await wrapped.add(1, 2)).toBe(3);
    await expect(wrapped.fail()).rejects.toThrow('no');
    expect(wrapped.sign('x')).toBe('x');
    expect(wrapped.origins).toEqual(['https://s3.example.com']);
    expect(seen).toEqual(['database add', 'database fail']);
  });
});
