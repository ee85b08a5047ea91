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
  readGrant,
  recordOf,
  sorted,
} from './fixtures.js';

export function deletionContract(store: OpenedStore): void {
  describe('deleting tokens', () => {
    test('destroys the key, leaves a tombstone, and makes the object garbage', async () => {
      const [fresh, accepted] = [newToken(), await insertAccepted(store())];
      await store().insertTokens([fresh]);
      const deleted = await store().deleteTokens(app, names([fresh, accepted]), at(20));
      expect(sorted(deleted)).toEqual(sorted(names([fresh, accepted])));
      expect(await recordOf(store(), fresh)).toEqual({
        ...pending(fresh),
        status: 'deleted',
        wrappedKey: null,
        deletedAt: at(20),
      });
      expect(await recordOf(store(), accepted)).toMatchObject({
        status: 'deleted',
        wrappedKey: null,
        acceptedAt: at(1),
        deletedAt: at(20),
      });
      expect(sorted(names(await store().takeGarbage(at(20), 10)))).toEqual(sorted(names([fresh, accepted])));
    });

    test('takes the read grants of every session with it', async () => {
      const [token, other] = [await insertAccepted(store()), await insertAccepted(store())];
      await store().putReadGrants([
        readGrant(token.token),
        readGrant(token.token, { sessionId: mallory }),
        readGrant(other.token),
      ]);
      await store().deleteTokens(app, [token.token], at(2));
      for (const session of [alice, mallory])
        expect(await store().findReadable(app, session, [token.token])).toEqual([]);
      expect(await store().revokeReadGrants(app, alice, [token.token])).toBe(0);
      expect(await store().revokeReadGrants(app, alice, [other.token])).toBe(1);
    });

    test('says only what this call deleted', async () => {
      const tokens = newTokens(3);
      await store().insertTokens(tokens);
      const [first, second, third] = names(tokens) as [string, string, string];
      expect(await store().deleteTokens(app, [first], at(1))).toEqual(new Set([first]));
      expect(
        sorted(await store().deleteTokens(app, [first, second, newToken().token, third, second], at(2))),
      ).toEqual(sorted([second, third]));
      expect(await store().deleteTokens(app, [first, second, third], at(3))).toEqual(new Set());
      expect((await recordOf(store(), tokens[0]!)).deletedAt).toEqual(at(1));
    });

    test('other applications delete nothing', async () => {
      const token = await insertAccepted(store());
      await store().putReadGrants([readGrant(token.token)]);
      expect(await store().deleteTokens(otherApp, [token.token], at(2))).toEqual(new Set());
      expect(await recordOf(store(), token)).toMatchObject({
        status: 'accepted',
        wrappedKey: token.wrappedKey,
      });
      expect(await store().findReadable(app, alice, [token.token])).toHaveLength(1);
    });

    test('not what was swept already', async () => {
      const token = newToken({ storeGrantExpiresAt: at(5) });
      await store().insertTokens([token]);
      await store().takeGarbage(at(5), 10);
      expect(await store().deleteTokens(app, [token.token], at(6))).toEqual(new Set());
      expect((await recordOf(store(), token)).status).toBe('expired');
    });

    test('an empty batch touches nothing', async () => {
      const token = await insertAccepted(store());
      expect(await store().deleteTokens(app, [], at(1))).toEqual(new Set());
      expect((await recordOf(store(), token)).status).toBe('accepted');
    });

    test('of many calls at once, each token is deleted by one', async () => {
      const tokens = newTokens(10);
      await store().insertTokens(tokens);
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, index) => store().deleteTokens(app, names(tokens.slice(index)), at(1))),
      );
      const deleted = answers.flatMap((set) => [...set]);
      expect(sorted(deleted)).toEqual(sorted(names(tokens)));
    });
  });
}
