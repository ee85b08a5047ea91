import { describe, expect, test } from '@jest/globals';
import { mapConcurrently } from './concurrency.js';

describe('mapConcurrently', () => {
  test('keeps the order, and never runs more than allowed at once', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([...Array(20).keys()], 4, async (item) => {
      most = Math.max(most, ++running);
      for (let turns = item % 3; turns >= 0; turns--) await Promise.resolve();
      running--;
      return item * 2;
    });
    expect(results).toEqual([...Array(20).keys()].map((item) => item * 2));
    expect(most).toBe(4);
  });

  test('fails with the first failure, and starts nothing after it', async () => {
    const started: number[] = [];
    const task = mapConcurrently([...Array(20).keys()], 2, async (item) => {
      started.push(item);
      await Promise.resolve();
      if (item === 3) throw new Error('third');
    });
    await expect(task).rejects.toThrow('third');
    await new Promise((resolve) => setImmediate(resolve));
    expect(started.length).toBeLessThan(8);
  });

  test('nothing to do is done', async () => {
    await expect(mapConcurrently([], 4, async () => 1)).resolves.toEqual([]);
  });
});
