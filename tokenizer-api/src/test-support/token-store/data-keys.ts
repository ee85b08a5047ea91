import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { WrappedKey } from '../../stores/key-provider/port.js';
import type { NewToken } from '../../stores/token-store/port.js';
import type { OpenedStore } from './contract.js';
import {
  app,
  at,
  insertAccepted,
  names,
  newToken,
  newTokens,
  otherApp,
  pending,
  recordOf,
  sorted,
} from './fixtures.js';

export function dataKeyContract(store: OpenedStore): void {
  const under = (keyId: string): WrappedKey => ({
    keyId,
    ciphertext: randomBytes(60).toString('base64'),
  });
  const rewrapping = ({ token, wrappedKey }: NewToken, to = under('key-2')) => ({
    token,
    from: wrappedKey,
    to,
  });
  const dataKeyOf = ({ token, applicationId, wrappedKey }: NewToken) => ({
    token,
    applicationId,
    wrappedKey,
  });

  describe('data keys', () => {
    test('are counted by the key that they are under; destroyed ones are not', async () => {
      expect(await store().countDataKeys()).toEqual(new Map());
      await store().insertTokens(newTokens(3));
      await store().insertTokens(newTokens(2, { wrappedKey: under('key-2'), applicationId: otherApp }));
      const deleted = await insertAccepted(store());
      await store().deleteTokens(app, [deleted.token], at(2));
      await store().insertTokens([newToken({ wrappedKey: under('key-3'), storeGrantExpiresAt: at(1) })]);
      await store().takeGarbage(at(1), 10);
      expect(await store().countDataKeys()).toEqual(
        new Map([
          ['key-1', 3],
          ['key-2', 2],
        ]),
      );
    });

    test('under a key are found in portions, of all applications, pending and accepted', async () => {
      const tokens = [...newTokens(3), newToken({ applicationId: otherApp }), await insertAccepted(store())];
      await store().insertTokens(tokens.slice(0, 4));
      await store().insertTokens(newTokens(2, { wrappedKey: under('key-2') }));
      const deleted = await insertAccepted(store());
      await store().deleteTokens(app, [deleted.token], at(2));

      const found: { token: string }[] = [];
      for (let after: string | null = null; ;) {
        const portion = await store().findDataKeys('key-1', after, 2);
        if (portion.length === 0) break;
        expect(portion.length).toBeLessThanOrEqual(2);
        found.push(...portion);
        after = portion.at(-1)!.token;
      }
      expect(names(found)).toEqual(sorted(names(tokens)));
      expect(found).toEqual(expect.arrayContaining(tokens.map(dataKeyOf)));
      expect(await store().findDataKeys('key-3', null, 9)).toEqual([]);
    });

    test('are wrapped anew; nothing else about their tokens changes', async () => {
      const tokens = newTokens(3);
      await store().insertTokens(tokens);
      const [first, second, third] = tokens as [NewToken, NewToken, NewToken];
      const changes = [rewrapping(first), rewrapping(second)];
      expect(await store().rewrapDataKeys(changes)).toBe(2);
      for (const [index, token] of [first, second].entries())
        expect(await recordOf(store(), token)).toEqual({ ...pending(token), wrappedKey: changes[index]!.to });
      expect(await recordOf(store(), third)).toEqual(pending(third));
      expect(await store().countDataKeys()).toEqual(
        new Map([
          ['key-1', 1],
          ['key-2', 2],
        ]),
      );
    });

    test('that are not as they were found are left alone', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      const other = rewrapping(token);
      for (const from of [
        { ...token.wrappedKey, keyId: 'key-2' },
        { ...token.wrappedKey, ciphertext: 'AAAA' },
      ])
        expect(await store().rewrapDataKeys([{ ...other, from }])).toBe(0);
      expect(await store().rewrapDataKeys([rewrapping(newToken()), other])).toBe(1);
      expect(await store().rewrapDataKeys([rewrapping(token)])).toBe(0);
      expect((await recordOf(store(), token)).wrappedKey).toEqual(other.to);
    });

    test('that were destroyed stay destroyed', async () => {
      const deleted = await insertAccepted(store());
      await store().deleteTokens(app, [deleted.token], at(2));
      const expired = newToken({ storeGrantExpiresAt: at(1) });
      await store().insertTokens([expired]);
      await store().takeGarbage(at(1), 10);
      expect(await store().rewrapDataKeys([rewrapping(deleted), rewrapping(expired)])).toBe(0);
      expect(await recordOf(store(), deleted)).toMatchObject({ status: 'deleted', wrappedKey: null });
      expect(await recordOf(store(), expired)).toMatchObject({ status: 'expired', wrappedKey: null });
    });

    test('deleted while they are wrapped anew are destroyed in the end', async () => {
      const tokens = newTokens(20);
      await store().insertTokens(tokens);
      await Promise.all([
        store().rewrapDataKeys(tokens.map((token) => rewrapping(token))),
        ...tokens.map(({ token }) => store().deleteTokens(app, [token], at(2))),
      ]);
      expect(await store().countDataKeys()).toEqual(new Map());
    });

    test('wrapped anew by two at once are wrapped by one of them', async () => {
      const tokens = newTokens(20);
      await store().insertTokens(tokens);
      const attempts = ['key-2', 'key-3'].map((keyId) =>
        tokens.map((token) => rewrapping(token, under(keyId))),
      );
      const done = await Promise.all(attempts.map((changes) => store().rewrapDataKeys(changes)));
      expect(done[0]! + done[1]!).toBe(20);
      for (const [index, token] of tokens.entries())
        expect(attempts.map((changes) => changes[index]!.to)).toContainEqual(
          (await recordOf(store(), token)).wrappedKey,
        );
    });

    test('none at all touch nothing', async () => {
      expect(await store().rewrapDataKeys([])).toBe(0);
    });
  });
}
