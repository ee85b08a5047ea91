import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import {
  accept,
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

export function acceptanceContract(store: OpenedStore): void {
  describe('accepting tokens', () => {
    test('fixes the binding, and says which were accepted', async () => {
      const [bound, free] = [newToken(), newToken()];
      await store().insertTokens([bound, free]);
      const accepted = await store().acceptTokens(
        app,
        [
          { token: bound.token, sessionId: alice, binding: 'User.ssn:42' },
          { token: free.token, sessionId: alice, binding: null },
        ],
        at(10),
      );
      expect(sorted(accepted)).toEqual(sorted([bound.token, free.token]));
      expect(await recordOf(store(), bound)).toEqual({
        ...pending(bound),
        status: 'accepted',
        acceptedAt: at(10),
        binding: 'User.ssn:42',
      });
      expect(await recordOf(store(), free)).toEqual({
        ...pending(free),
        status: 'accepted',
        acceptedAt: at(10),
      });
    });

    test('again is fine while the grant lives, and keeps the first time and the binding', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      await accept(store(), token, { binding: 'User.ssn:42', now: at(10) });
      expect(await accept(store(), token, { binding: 'User.ssn:42', now: at(899) })).toEqual(
        new Set([token.token]),
      );
      expect(await recordOf(store(), token)).toMatchObject({ acceptedAt: at(10), binding: 'User.ssn:42' });
      expect(await accept(store(), token, { binding: 'User.ssn:42', now: at(900) })).toEqual(new Set());
    });

    test('one that was accepted without a binding can get one', async () => {
      const token = await insertAccepted(store());
      expect(await accept(store(), token, { binding: 'User.ssn:42' })).toEqual(new Set([token.token]));
      expect((await recordOf(store(), token)).binding).toBe('User.ssn:42');
    });

    test.each([
      ['another', 'User.ssn:43'],
      ['no', null],
      ['an empty', ''],
    ])('a bound token is not accepted for %s binding', async (_name, binding) => {
      const token = newToken();
      await store().insertTokens([token]);
      await accept(store(), token, { binding: 'User.ssn:42' });
      const before = await recordOf(store(), token);
      expect(await accept(store(), token, { binding, now: at(2) })).toEqual(new Set());
      expect(await recordOf(store(), token)).toEqual(before);
    });

    test('only the session that made it can have it accepted', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      expect(await accept(store(), { ...token, sessionId: mallory })).toEqual(new Set());
      expect(await recordOf(store(), token)).toEqual(pending(token));
    });

    test('only its own application can accept it', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      expect(await accept(store(), { ...token, applicationId: otherApp })).toEqual(new Set());
      expect(await recordOf(store(), token)).toEqual(pending(token));
    });

    test('not when its store grant has run out, to the millisecond', async () => {
      const token = newToken({ storeGrantExpiresAt: at(10) });
      await store().insertTokens([token]);
      expect(await accept(store(), token, { now: at(10) })).toEqual(new Set());
      expect(await recordOf(store(), token)).toEqual(pending(token));
      expect(await accept(store(), token, { now: new Date(at(10).getTime() - 1) })).toEqual(
        new Set([token.token]),
      );
    });

    test('not when it was deleted, swept, or never made', async () => {
      const [deleted, expired] = [newToken(), newToken({ storeGrantExpiresAt: at(5) })];
      await store().insertTokens([deleted, expired]);
      await store().deleteTokens(app, [deleted.token], at(2));
      await store().takeGarbage(at(5), 10);
      for (const token of [deleted, expired, newToken()])
        expect(await accept(store(), token, { now: at(3) })).toEqual(new Set());
      expect(await recordOf(store(), deleted)).toMatchObject({ status: 'deleted', wrappedKey: null });
      expect(await recordOf(store(), expired)).toMatchObject({ status: 'expired', wrappedKey: null });
    });

    test('in a batch each token is judged alone', async () => {
      const good = newTokens(3);
      const foreign = newToken({ sessionId: mallory });
      const late = newToken({ storeGrantExpiresAt: at(1) });
      const accepted = newToken();
      await store().insertTokens([...good, foreign, late, accepted]);
      await accept(store(), accepted);
      const batch = [good[0]!, foreign, good[1]!, newToken(), late, accepted, good[2]!];
      const answer = await store().acceptTokens(
        app,
        batch.map(({ token }) => ({ token, sessionId: alice, binding: null })),
        at(2),
      );
      expect(sorted(answer)).toEqual(sorted(names([...good, accepted])));
      expect((await recordOf(store(), foreign)).status).toBe('pending');
      expect((await recordOf(store(), late)).status).toBe('pending');
    });

    test('named twice in a batch, a token is accepted once, for the place that is named first', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      const accepted = await store().acceptTokens(
        app,
        ['A', 'B', 'A'].map((binding) => ({ token: token.token, sessionId: alice, binding })),
        at(1),
      );
      expect(accepted).toEqual(new Set([token.token]));
      expect((await recordOf(store(), token)).binding).toBe('A');
    });

    test('an empty batch touches nothing', async () => {
      expect(await store().acceptTokens(app, [], at(1))).toEqual(new Set());
    });

    test('when many places want a token at once, one gets it', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      const places = Array.from({ length: 8 }, (_, index) => `User.ssn:${index}`);
      const answers = await Promise.all(places.map((binding) => accept(store(), token, { binding })));
      const winners = places.filter((_, index) => answers[index]!.has(token.token));
      expect(winners).toEqual([(await recordOf(store(), token)).binding]);
    });

    test('a token that is swept and accepted at once is one of them, never both', async () => {
      const tokens = newTokens(40, { storeGrantExpiresAt: at(10) });
      await store().insertTokens(tokens);
      // Replicas' clocks differ: one still takes the grant for good when another sweeps it.
      const sweeps = [];
      const accepts = [];
      for (const token of tokens) {
        accepts.push(accept(store(), token, { now: at(9) }));
        sweeps.push(store().takeGarbage(at(10), 100));
      }
      const accepted = (await Promise.all(accepts)).flatMap((set) => [...set]);
      const swept = new Set((await Promise.all(sweeps)).flatMap(names));
      for (const token of tokens) {
        const record = await recordOf(store(), token);
        const isAccepted = accepted.includes(token.token);
        expect(record.status).toBe(isAccepted ? 'accepted' : 'expired');
        expect(record.wrappedKey).toEqual(isAccepted ? token.wrappedKey : null);
        expect(swept.has(token.token)).toBe(!isAccepted);
      }
    });

    test('a token that is deleted and accepted at once ends deleted', async () => {
      const tokens = newTokens(20);
      await store().insertTokens(tokens);
      await Promise.all(
        tokens.flatMap((token) => [
          accept(store(), token),
          store().deleteTokens(app, [token.token], at(1)),
          accept(store(), token),
        ]),
      );
      for (const token of tokens)
        expect(await recordOf(store(), token)).toMatchObject({ status: 'deleted', wrappedKey: null });
    });
  });
}
