import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import { at } from './fixtures.js';

export function leaseContract(store: OpenedStore): void {
  const lease = (holder: string, seconds: number, name = 'work') => ({
    name,
    holder,
    expiresAt: at(seconds),
  });

  describe('a lease', () => {
    test('has one holder at a time; of another name it is another lease', async () => {
      expect(await store().takeLease(lease('one', 60), at(0))).toEqual({ progress: null });
      expect(await store().takeLease(lease('two', 60), at(1))).toBeNull();
      expect(await store().takeLease(lease('two', 60, 'other work'), at(1))).toEqual({ progress: null });
      expect(await store().takeLease(lease('one', 61), at(1))).toEqual({ progress: null });
    });

    test('is free at the moment it expires, by the clock of the call', async () => {
      await store().takeLease(lease('one', 60), at(0));
      expect(await store().takeLease(lease('two', 200), new Date(at(60).getTime() - 1))).toBeNull();
      expect(await store().takeLease(lease('two', 200), at(60))).toEqual({ progress: null });
      expect(await store().takeLease(lease('one', 200), at(61))).toBeNull();
    });

    test('is prolonged by its holder only, and only while it lasts', async () => {
      await store().takeLease(lease('one', 60), at(0));
      expect(await store().renewLease(lease('two', 200), 'theirs', at(1))).toBe(false);
      expect(await store().renewLease(lease('one', 90), 'mine', at(59))).toBe(true);
      expect(await store().takeLease(lease('two', 200), at(89))).toBeNull();
      expect(await store().renewLease(lease('one', 200), 'too late', at(90))).toBe(false);
      expect(await store().renewLease(lease('one', 200, 'nobody’s'), 'x', at(0))).toBe(false);
      expect(await store().takeLease(lease('two', 200), at(90))).toEqual({ progress: 'mine' });
      expect(await store().renewLease(lease('one', 300), 'lost', at(91))).toBe(false);
    });

    test('given back, it is free at once; what was noted is there for the next', async () => {
      await store().takeLease(lease('one', 60), at(0));
      await store().renewLease(lease('one', 60), '{"after":"x"}', at(1));
      await store().releaseLease('work', 'two');
      expect(await store().takeLease(lease('two', 60), at(2))).toBeNull();
      await store().releaseLease('work', 'one');
      expect(await store().renewLease(lease('one', 60), 'late', at(2))).toBe(false);
      expect(await store().takeLease(lease('two', 60), at(2))).toEqual({ progress: '{"after":"x"}' });
      await store().renewLease(lease('two', 60), null, at(3));
      expect(await store().takeLease(lease('two', 60), at(4))).toEqual({ progress: null });
      await expect(store().releaseLease('never taken', 'one')).resolves.toBeUndefined();
    });

    test('of many that take it at once, one gets it: new, and expired', async () => {
      for (const now of [0, 100]) {
        const taken = await Promise.all(
          Array.from({ length: 8 }, (_, index) =>
            store().takeLease(lease(`${now}-${index}`, now + 60), at(now)),
          ),
        );
        expect(taken.filter((it) => it !== null)).toHaveLength(1);
      }
    });

    test('taken over while its holder prolongs it, one of them has it', async () => {
      await store().takeLease(lease('one', 60), at(0));
      const [renewed, taken] = await Promise.all([
        store().renewLease(lease('one', 200), 'one', at(59)),
        store().takeLease(lease('two', 200), at(61)),
      ]);
      expect([renewed, taken !== null].filter(Boolean).length).toBeGreaterThanOrEqual(1);
      // Whoever has it can prolong it, the other cannot.
      const both = [
        await store().renewLease(lease('one', 300), 'x', at(62)),
        await store().renewLease(lease('two', 300), 'x', at(62)),
      ];
      expect(both.filter(Boolean)).toHaveLength(1);
    });
  });
}
