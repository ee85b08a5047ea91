import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import {
  accept,
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

export function tokenContract(store: OpenedStore): void {
  describe('inserting tokens', () => {
    test('they are pending, and found as they were given', async () => {
      const tokens = [
        newToken(),
        newToken({ metadata: { kind: 'ssn', deep: { list: [1, 'two', null, true] } }, size: 2 ** 31 - 1 }),
      ];
      expect(sorted(await store().insertTokens(tokens))).toEqual(sorted(names(tokens)));

      const found = await store().findTokens(app, names(tokens));
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining(tokens.map(pending)));
    });

    test('one that exists is left as it is, and missing from the answer; the rest of the batch is inserted', async () => {
      const first = newToken();
      await store().insertTokens([first]);
      const [before, after] = newTokens(2);
      const clash = newToken({ token: first.token, sessionId: mallory, size: 1 });

      const created = await store().insertTokens([before!, clash, after!]);
      expect(sorted(created)).toEqual(sorted([before!.token, after!.token]));
      expect(await recordOf(store(), first)).toEqual(pending(first));
    });

    test('inserting the same again changes nothing', async () => {
      const tokens = newTokens(3);
      await store().insertTokens(tokens);
      expect(await store().insertTokens(tokens)).toEqual(new Set());
      expect(await store().findTokens(app, names(tokens))).toHaveLength(3);
    });

    test('of two with one name in a batch, the first is kept', async () => {
      const first = newToken({ size: 1 });
      const second = { ...first, size: 2 };
      expect(await store().insertTokens([first, second])).toEqual(new Set([first.token]));
      expect((await recordOf(store(), first)).size).toBe(1);
    });

    test('names are unique over all applications, and nobody learns whose one is', async () => {
      const theirs = newToken({ applicationId: otherApp });
      await store().insertTokens([theirs]);
      expect(await store().insertTokens([{ ...theirs, applicationId: app }])).toEqual(new Set());
      expect(await store().findTokens(app, [theirs.token])).toEqual([]);
      expect(await recordOf(store(), theirs)).toEqual(pending(theirs));
    });

    test('a name of a deleted token stays taken', async () => {
      const token = await insertAccepted(store());
      await store().deleteTokens(app, [token.token], at(2));
      expect(await store().insertTokens([token])).toEqual(new Set());
      expect((await recordOf(store(), token)).status).toBe('deleted');
    });

    test('when many insert the same name at once, one of them does', async () => {
      const token = newToken();
      const created = await Promise.all(
        Array.from({ length: 8 }, (_, size) => store().insertTokens([{ ...token, size: size + 1 }])),
      );
      const winners = created.flatMap((set, index) => (set.has(token.token) ? [index + 1] : []));
      expect(winners).toHaveLength(1);
      expect((await recordOf(store(), token)).size).toBe(winners[0]);
    });

    test('an empty batch touches nothing', async () => {
      expect(await store().insertTokens([])).toEqual(new Set());
      expect(await store().findTokens(app, [])).toEqual([]);
    });

    test('a batch of 1000 arrives whole', async () => {
      const tokens = newTokens(1000);
      expect((await store().insertTokens(tokens)).size).toBe(1000);
      expect(await store().findTokens(app, names(tokens))).toHaveLength(1000);
    });
  });

  describe('finding tokens', () => {
    test('unknown ones are left out, and one that is asked for twice is found once', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      const found = await store().findTokens(app, [token.token, newToken().token, token.token]);
      expect(found).toEqual([pending(token)]);
    });

    test('other applications find nothing', async () => {
      const token = await insertAccepted(store());
      expect(await store().findTokens(otherApp, [token.token])).toEqual([]);
    });
  });

  describe('updating metadata', () => {
    test('replaces all of it, of pending and accepted tokens', async () => {
      const fresh = newToken({ metadata: { a: 1 } });
      await store().insertTokens([fresh]);
      const accepted = await insertAccepted(store(), { metadata: { a: 1, b: 2 } });
      for (const token of [fresh, accepted]) {
        const updated = await store().updateMetadata(app, token.token, { c: [3] });
        expect(updated).toEqual({ ...(await recordOf(store(), token)), metadata: { c: [3] } });
        expect((await recordOf(store(), token)).metadata).toEqual({ c: [3] });
      }
    });

    test('finds neither unknown, nor deleted, nor expired tokens, nor those of others', async () => {
      const deleted = await insertAccepted(store());
      await store().deleteTokens(app, [deleted.token], at(2));
      const expired = newToken({ storeGrantExpiresAt: at(5) });
      const mine = newToken({ metadata: { mine: true } });
      await store().insertTokens([expired, mine]);
      await store().takeGarbage(at(5), 10);

      for (const { token } of [newToken(), deleted, expired])
        expect(await store().updateMetadata(app, token, { a: 1 })).toBeNull();
      expect(await store().updateMetadata(otherApp, mine.token, { a: 1 })).toBeNull();
      expect((await recordOf(store(), mine)).metadata).toEqual({ mine: true });
      expect((await recordOf(store(), deleted)).metadata).toEqual({});
    });

    test('keys and values that mean something to a database are data', async () => {
      const metadata = JSON.parse(
        '{"$set":{"status":"accepted"},"$where":"1","a.b":1,"__proto__":{"x":1},"constructor":"y","":"empty","\\u0000":"\\u0000\\ud800"}',
      ) as Record<string, unknown>;
      const token = newToken({ metadata });
      await store().insertTokens([token]);
      expect(JSON.stringify((await recordOf(store(), token)).metadata)).toBe(JSON.stringify(metadata));
      expect((await recordOf(store(), token)).status).toBe('pending');

      const updated = await store().updateMetadata(app, token.token, { ...metadata, $unset: { token: 1 } });
      expect(updated).toMatchObject({ token: token.token, status: 'pending' });
      expect((await recordOf(store(), token)).metadata).toHaveProperty('$unset', { token: 1 });
    });
  });

  test('what was answered is there for the next call', async () => {
    const token = newToken();
    await store().insertTokens([token]);
    expect(await accept(store(), token)).toEqual(new Set([token.token]));
    expect(await recordOf(store(), token)).toEqual({
      ...pending(token),
      status: 'accepted',
      acceptedAt: at(1),
    });
  });
}
