import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLimiter } from './limiter.js';
import { networkOf } from './network.js';

/** The count that replicas share, as a database would keep it. */
function createShared() {
  const totals = new Map<string, number>();
  const shared = {
    isAway: false,
    left: 42_000,
    calls: [] as [string, number][],
    async add(key: string, points: number) {
      shared.calls.push([key, points]);
      if (shared.isAway) throw new Error('connect ECONNREFUSED');
      totals.set(key, (totals.get(key) ?? 0) + points);
      return { total: totals.get(key)!, left: shared.left };
    },
  };
  return shared;
}

function createReplica(points: number, counter?: ReturnType<typeof createShared>) {
  const failures: unknown[] = [];
  const limiter = createLimiter({ name: 'rate', points, counter, onFailure: (it) => failures.push(it) });
  /** How many of so many calls pass. */
  const pass = async (calls: number, key = 'ada', each = 1) => {
    let passed = 0;
    for (let call = 0; call < calls; call++) if ((await limiter.consume(key, each)) === null) passed++;
    return passed;
  };
  return { ...limiter, pass, failures };
}

describe('a limit per minute', () => {
  test('lets through what it says, per key, and says how long to wait', async () => {
    const { pass, consume } = createReplica(5);
    expect(await pass(8)).toBe(5);
    const wait = await consume('ada', 1);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60_000);
    expect(await pass(8, 'grace')).toBe(5);
  });

  test('counts points: few calls of many, or many of few', async () => {
    expect(await createReplica(100).pass(3, 'ada', 40)).toBe(2);
    expect(await createReplica(100).pass(1, 'ada', 101)).toBe(0);
  });

  test('is shared by replicas, but for a twentieth each', async () => {
    const shared = createShared();
    const replicas = Array.from({ length: 4 }, () => createReplica(100, shared));
    let passed = 0;
    for (let round = 0; round < 100; round++) for (const replica of replicas) passed += await replica.pass(1);
    expect(passed).toBeGreaterThanOrEqual(100);
    expect(passed).toBeLessThanOrEqual(100 + 4 * 5);
  });

  test('costs no call to the database for who uses little, and one for a twentieth of it else', async () => {
    const shared = createShared();
    const { pass } = createReplica(1000, shared);
    await pass(49);
    expect(shared.calls).toEqual([]);
    await pass(101);
    expect(shared.calls).toEqual([
      ['rate/ada', 50],
      ['rate/ada', 50],
      ['rate/ada', 50],
    ]);
    await pass(1, 'ada', 120);
    expect(shared.calls.at(-1)).toEqual(['rate/ada', 100]);
  });

  test('refused by the count of all, a key stays refused without asking again', async () => {
    const shared = createShared();
    await shared.add('rate/ada', 100);
    const { pass, consume } = createReplica(100, shared);
    expect(await pass(10)).toBe(4);
    expect(shared.calls).toHaveLength(2);
    expect(await consume('ada', 1)).toBeLessThanOrEqual(42_000);
    expect(shared.calls).toHaveLength(2);
    expect(await pass(4, 'grace')).toBe(4);
  });

  test('when the database is away holds per replica: no open gate, no closed one', async () => {
    const shared = createShared();
    shared.isAway = true;
    const { pass, failures } = createReplica(100, shared);
    expect(await pass(500)).toBe(100);
    expect(failures).toHaveLength(20);
  });

  test.each([0, -5])('a window that is over (%d ms left) blocks nobody', async (left) => {
    const shared = createShared();
    shared.left = left;
    await shared.add('rate/ada', 1000);
    expect(await createReplica(100, shared).pass(50)).toBe(50);
  });

  test('a clock that is an hour ahead on another replica blocks for a minute', async () => {
    const shared = createShared();
    shared.left = 3600_000;
    await shared.add('rate/ada', 1000);
    const { pass, consume } = createReplica(100, shared);
    await pass(5);
    expect(await consume('ada', 1)).toBeLessThanOrEqual(60_000);
  });
});

describe('one client among addresses', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['', ''],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the memory of a limit', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  // The library has a timer for every key that it remembers.
  const remembered = () => jest.getTimerCount();

  test('ends with the minute', async () => {
    const { pass } = createReplica(5);
    for (let key = 0; key < 100; key++) await pass(1, `key-${key}`);
    expect(remembered()).toBe(100);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(remembered()).toBe(0);
  });

  test('is bounded, whoever makes up keys; the least recent ones are forgotten first', async () => {
    const { pass } = createReplica(5);
    await pass(5, 'attacker');
    for (let key = 0; key < 60_000; key++) {
      await pass(1, `made-up-${key}`);
      if (key % 10_000 === 0) expect(await pass(1, 'attacker')).toBe(0);
    }
    expect(remembered()).toBe(50_000);
    expect(await pass(1, 'attacker')).toBe(0);
  });

  test('of a key that replicas refuse ends with the minute, too', async () => {
    const shared = createShared();
    const { pass } = createReplica(20, shared);
    await pass(25);
    expect(remembered()).toBe(1);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(remembered()).toBe(0);
  });
});
