import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import {
  alice,
  app,
  at,
  insertAccepted,
  mallory,
  names,
  newToken,
  newTokens,
  otherApp,
  pending,
  recordOf,
  sorted,
} from './fixtures.js';

export function storeGrantContract(store: OpenedStore): void {
  describe('prolonging store grants', () => {
    test('lets tokens be accepted until later, each until its own time', async () => {
      const [first, second] = [newToken(), newToken()];
      await store().insertTokens([first, second]);
      const prolonged = await store().prolongStoreGrants(
        app,
        alice,
        [
          { token: first.token, until: at(1000) },
          { token: second.token, until: at(2000) },
        ],
        at(899),
      );
      expect(sorted(prolonged)).toEqual(sorted(names([first, second])));
      expect(await recordOf(store(), first)).toEqual({ ...pending(first), storeGrantExpiresAt: at(1000) });
      expect(await recordOf(store(), second)).toEqual({ ...pending(second), storeGrantExpiresAt: at(2000) });
      expect(await store().takeGarbage(at(999), 10)).toEqual([]);
    });

    test('shortens none, and then names it all the same', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      const earlier = [{ token: token.token, until: at(10) }];
      expect(await store().prolongStoreGrants(app, alice, earlier, at(1))).toEqual(new Set([token.token]));
      expect(await recordOf(store(), token)).toEqual(pending(token));
    });

    test('does nothing for another session or application, or what ran out, was accepted, deleted or never was', async () => {
      const live = newToken();
      const late = newToken({ storeGrantExpiresAt: at(10) });
      const hers = newToken({ sessionId: mallory });
      const theirs = newToken({ applicationId: otherApp });
      const gone = newToken();
      await store().insertTokens([live, late, hers, theirs, gone]);
      const accepted = await insertAccepted(store());
      await store().deleteTokens(app, [gone.token], at(2));
      const others = [late, hers, theirs, gone, accepted, newToken()];
      const wanted = [live, ...others].map(({ token }) => ({ token, until: at(5000) }));
      expect(await store().prolongStoreGrants(app, alice, wanted, at(10))).toEqual(new Set([live.token]));
      expect((await recordOf(store(), late)).storeGrantExpiresAt).toEqual(at(10));
      expect((await recordOf(store(), hers)).storeGrantExpiresAt).toEqual(at(900));
      expect((await recordOf(store(), theirs)).storeGrantExpiresAt).toEqual(at(900));
      expect((await recordOf(store(), accepted)).storeGrantExpiresAt).toEqual(at(900));
      const none = others.map(({ token }) => ({ token, until: at(5000) }));
      expect(await store().prolongStoreGrants(app, alice, none, at(10))).toEqual(new Set());
    });

    test('a session that ended gets none back', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      await store().endSession(app, alice, at(5));
      const wanted = [{ token: token.token, until: at(5000) }];
      expect(await store().prolongStoreGrants(app, alice, wanted, at(5))).toEqual(new Set());
    });

    test('of nothing touches nothing, and of many is complete', async () => {
      expect(await store().prolongStoreGrants(app, alice, [], at(1))).toEqual(new Set());
      const tokens = newTokens(200);
      await store().insertTokens(tokens);
      const wanted = tokens.map(({ token }) => ({ token, until: at(1000) }));
      expect((await store().prolongStoreGrants(app, alice, wanted, at(1))).size).toBe(200);
    });
  });
}
