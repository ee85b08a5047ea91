import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createAdmissionQueue } from './admission-queue.js';
import type { AdmissionQueue } from './admission-queue.js';

describe('an admission queue', () => {
  let now: number;
  let queue: AdmissionQueue;
  let takenUp: { name: string; waited: number }[];
  /** A request that keeps the event loop busy for so many milliseconds when it is taken up. */
  const arrive = (name: string, takes: number) =>
    queue.admit(() => {
      takenUp.push({ name, waited: queue.delay() });
      now += takes;
    });
  const names = () => takenUp.map(({ name }) => name).join(' ');
  const endTurn = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    now = 0;
    takenUp = [];
    queue = createAdmissionQueue();
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('takes up at once what there is time for in this turn', () => {
    for (const name of ['a', 'b', 'c']) arrive(name, 0.5);
    expect(names()).toBe('a b c');
    expect(queue.delay()).toBe(0);
  });

  test('leaves the rest to the next turns, two milliseconds in each, in order', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) arrive(name, 1);
    expect(names()).toBe('a b');
    await endTurn();
    expect(names()).toBe('a b c d');
    arrive('h', 1);
    await endTurn();
    expect(names()).toBe('a b c d e f');
    await endTurn();
    await endTurn();
    expect(names()).toBe('a b c d e f g h');
  });

  test('takes up one in each turn, however long others of it take', async () => {
    for (const name of ['a', 'b', 'c']) arrive(name, 100);
    expect(names()).toBe('a');
    await endTurn();
    expect(names()).toBe('a b');
    await endTurn();
    expect(names()).toBe('a b c');
  });

  test('lets nobody go before who came earlier, also when there is time again', async () => {
    arrive('a', 3);
    arrive('b', 0);
    await endTurn();
    arrive('c', 0);
    expect(names()).toBe('a b c');
  });

  test('tells each request how long it has waited', async () => {
    arrive('a', 5);
    arrive('b', 5);
    arrive('c', 5);
    now += 10;
    expect(queue.delay()).toBe(10);
    await endTurn();
    await endTurn();
    expect(takenUp.map(({ waited }) => waited)).toEqual([0, 10, 15]);
    expect(queue.delay()).toBe(0);
  });
});
