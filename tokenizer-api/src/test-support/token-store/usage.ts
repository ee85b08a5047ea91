import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import { app, at, insertAccepted, newToken, otherApp } from './fixtures.js';

export function usageContract(store: OpenedStore): void {
  describe('the record of an application’s usage', () => {
    const nothing = { tokens: 0, bytes: 0 };

    test('begins with nothing, grows and shrinks, by application', async () => {
      expect(await store().addUsage(app, nothing)).toEqual({ ...nothing, countedAt: null });
      expect(await store().addUsage(app, { tokens: 3, bytes: 300 })).toMatchObject({ tokens: 3, bytes: 300 });
      expect(await store().addUsage(otherApp, { tokens: 1, bytes: 7 })).toMatchObject({
        tokens: 1,
        bytes: 7,
      });
      expect(await store().addUsage(app, { tokens: -1, bytes: -50 })).toMatchObject({
        tokens: 2,
        bytes: 250,
      });
      expect(await store().addUsage(app, nothing)).toMatchObject({ tokens: 2, bytes: 250 });
    });

    test('holds more bytes than 32 bits say', async () => {
      await store().addUsage(app, { tokens: 1, bytes: 2 ** 40 });
      expect((await store().addUsage(app, { tokens: 1, bytes: 1 })).bytes).toBe(2 ** 40 + 1);
    });

    test('can be counted: all tokens whose objects may be there', async () => {
      await store().addUsage(app, { tokens: 99, bytes: 99 });
      await store().insertTokens([
        newToken({ size: 1 }),
        newToken({ size: 10, storeGrantExpiresAt: at(3) }),
        newToken({ size: 1000, applicationId: otherApp }),
      ]);
      await insertAccepted(store(), { size: 100 });
      const deleted = await insertAccepted(store(), { size: 10_000 });
      await store().deleteTokens(app, [deleted.token], at(2));
      const garbage = await store().takeGarbage(at(3), 10);
      expect(await store().countUsage(app, at(4))).toEqual({ tokens: 4, bytes: 10_111 });
      expect(await store().addUsage(app, nothing)).toEqual({ tokens: 4, bytes: 10_111, countedAt: at(4) });

      await store().settleGarbage(garbage);
      expect(await store().countUsage(app, at(5))).toEqual({ tokens: 2, bytes: 101 });
      expect(await store().addUsage(app, { tokens: 1, bytes: 1 })).toEqual({
        tokens: 3,
        bytes: 102,
        countedAt: at(5),
      });
      expect(await store().countUsage('nobody', at(5))).toEqual(nothing);
    });

    test('loses nothing of what is added at the same moment, from the first on', async () => {
      await Promise.all(Array.from({ length: 20 }, () => store().addUsage(app, { tokens: 1, bytes: 5 })));
      expect(await store().addUsage(app, nothing)).toMatchObject({ tokens: 20, bytes: 100 });
    });
  });
}
