import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import { app, at, otherApp } from './fixtures.js';

export function orphanContract(store: OpenedStore): void {
  describe('notes about objects without a token', () => {
    test('tell when each was seen first, by application', async () => {
      expect(await store().noteOrphans(app, ['t1', 't2', 't1'], at(1))).toEqual(
        new Map([
          ['t1', at(1)],
          ['t2', at(1)],
        ]),
      );
      expect(await store().noteOrphans(otherApp, ['t1'], at(2))).toEqual(new Map([['t1', at(2)]]));
      expect(await store().noteOrphans(app, ['t2', 't3'], at(3))).toEqual(
        new Map([
          ['t2', at(1)],
          ['t3', at(3)],
        ]),
      );
      expect(await store().noteOrphans(app, [], at(4))).toEqual(new Map());
    });

    test('are forgotten when they are not seen again; then they begin anew', async () => {
      await store().noteOrphans(app, ['gone', 'still'], at(1));
      await store().noteOrphans(app, ['still'], at(5));
      expect(await store().forgetOrphans(at(5))).toBe(1);
      expect(await store().forgetOrphans(at(5))).toBe(0);
      expect(await store().noteOrphans(app, ['gone', 'still'], at(9))).toEqual(
        new Map([
          ['gone', at(9)],
          ['still', at(1)],
        ]),
      );
    });

    test('take many at a time', async () => {
      const names = Array.from({ length: 100 }, (_, index) => `t${index}`);
      expect((await store().noteOrphans(app, names, at(1))).size).toBe(100);
      expect((await store().noteOrphans(app, names, at(2))).get('t99')).toEqual(at(1));
    });
  });
}
