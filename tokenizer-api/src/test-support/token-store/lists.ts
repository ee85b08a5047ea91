import { describe, expect, test } from '@jest/globals';
import type { Page, PageRequest, TokenFilter } from '../../stores/token-store/port.js';
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
  otherApp,
  pending,
  readGrant,
  sorted,
} from './fixtures.js';

/** Reads all pages; every page but the last must be full and say that there is more. */
export async function readPages<T>(
  first: number,
  read: (page: PageRequest) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Page<T> = await read({ first, after });
    all.push(...page.items.map(({ item }) => item));
    if (!page.hasMore) return all;
    expect(page.items).toHaveLength(first);
    after = page.items.at(-1)!.key;
  }
}

export function listContract(store: OpenedStore): void {
  const list = async (filter: TokenFilter) =>
    (await store().listTokens(app, filter, { first: 100, after: null })).items.map(({ item }) => item);

  describe('the list of tokens', () => {
    test.each([1, 2, 3, 6, 7, 8])('comes in pages of %d, the newest first', async (first) => {
      // Two at each time: names decide where times are equal.
      const tokens = Array.from({ length: 7 }, (_, index) => newToken({ createdAt: at(index >> 1) }));
      await store().insertTokens(tokens);
      const expected = [...tokens].sort(
        (a, b) => Number(b.createdAt) - Number(a.createdAt) || (a.token < b.token ? 1 : -1),
      );
      const all = await readPages(first, (page) => store().listTokens(app, {}, page));
      expect(names(all)).toEqual(names(expected));
      expect(all[0]).toEqual(pending(expected[0]!));
    });

    test('a page is not disturbed by what is added or goes meanwhile', async () => {
      const tokens = Array.from({ length: 4 }, (_, index) =>
        newToken({ createdAt: at(index), storeGrantExpiresAt: at(index === 2 ? 5 : 900) }),
      );
      await store().insertTokens(tokens);
      const first = await store().listTokens(app, {}, { first: 2, after: null });
      expect(names(first.items.map(({ item }) => item))).toEqual([tokens[3]!.token, tokens[2]!.token]);

      await store().insertTokens([newToken({ createdAt: at(10) })]);
      await store().settleGarbage(await store().takeGarbage(at(5), 10));
      const second = await store().listTokens(app, {}, { first: 2, after: first.items[1]!.key });
      expect(names(second.items.map(({ item }) => item))).toEqual([tokens[1]!.token, tokens[0]!.token]);
      expect(second.hasMore).toBe(false);
    });

    test.each(['', 'x', ':', '1:', "1:' OR 1=1 --", '{"$gt":""}', '99999999999999999999:a'])(
      'a key that no list gave (%j) continues nothing',
      async (after) => {
        await store().insertTokens([newToken()]);
        const page = await store().listTokens(otherApp, {}, { first: 10, after });
        expect(page).toEqual({ items: [], hasMore: false });
        await expect(store().listGrants(app, alice, 'read', at(0), { first: 10, after })).resolves.toEqual({
          items: [],
          hasMore: false,
        });
      },
    );

    test('holds tokens of the application only', async () => {
      const mine = newToken();
      await store().insertTokens([mine, newToken({ applicationId: otherApp })]);
      expect(await list({})).toEqual([pending(mine)]);
    });

    test('can be filtered by status, tombstones included', async () => {
      const [fresh, expired] = [newToken(), newToken({ storeGrantExpiresAt: at(3) })];
      await store().insertTokens([fresh, expired]);
      const [accepted, deleted] = [await insertAccepted(store()), await insertAccepted(store())];
      await store().deleteTokens(app, [deleted.token], at(2));
      await store().takeGarbage(at(3), 10);
      expect(names(await list({ status: 'pending' }))).toEqual([fresh.token]);
      expect(names(await list({ status: 'accepted' }))).toEqual([accepted.token]);
      expect(names(await list({ status: 'expired' }))).toEqual([expired.token]);
      expect(names(await list({ status: 'deleted' }))).toEqual([deleted.token]);
      expect(await list({})).toHaveLength(4);
    });

    test('can be filtered by session and by time, both ends left out', async () => {
      const tokens = [1, 2, 3, 4].map((seconds) => newToken({ createdAt: at(seconds) }));
      const theirs = newToken({ sessionId: mallory, createdAt: at(3) });
      await store().insertTokens([...tokens, theirs]);
      const [, second, third, fourth] = names(tokens);
      expect(names(await list({ sessionId: mallory }))).toEqual([theirs.token]);
      expect(names(await list({ sessionId: alice, createdAfter: at(2) }))).toEqual([fourth, third]);
      expect(names(await list({ sessionId: alice, createdAfter: at(1), createdBefore: at(4) }))).toEqual([
        third,
        second,
      ]);
      expect(
        names(
          await readPages(1, (page) =>
            store().listTokens(app, { sessionId: alice, createdAfter: at(1), createdBefore: at(4) }, page),
          ),
        ),
      ).toEqual([third, second]);
    });

    test('can be filtered by entries of metadata, all of which must be equal in value and type', async () => {
      const tokens = [
        { kind: 'ssn', level: 1, active: true },
        { kind: 'ssn', level: 2, active: false },
        { kind: 'SSN', level: 1.5, active: true },
        { kind: ['ssn'], level: '1', active: 'true' },
        { kind: { ssn: 1 }, level: null, active: 1 },
        {},
      ].map((metadata, index) => newToken({ metadata, createdAt: at(100 - index) }));
      await store().insertTokens(tokens);
      const found = async (metadata: NonNullable<TokenFilter['metadata']>) =>
        names(await list({ metadata })).map((token) => names(tokens).indexOf(token));
      expect(await found({ kind: 'ssn' })).toEqual([0, 1]);
      expect(await found({ kind: 'ssn', level: 1 })).toEqual([0]);
      expect(await found({ level: 1.5 })).toEqual([2]);
      expect(await found({ level: '1' })).toEqual([3]);
      expect(await found({ active: true })).toEqual([0, 2]);
      expect(await found({ active: false })).toEqual([1]);
      expect(await found({ active: 1 })).toEqual([4]);
      expect(await found({ missing: 'x' })).toEqual([]);
      expect(await found({ kind: 'ssn', missing: 'x' })).toEqual([]);
      expect(await found({})).toEqual([0, 1, 2, 3, 4, 5]);
    });

    test('a filter follows metadata that was updated', async () => {
      const token = newToken({ metadata: { kind: 'old' } });
      await store().insertTokens([token]);
      await store().updateMetadata(app, token.token, { kind: 'new' });
      expect(await list({ metadata: { kind: 'old' } })).toEqual([]);
      expect(await list({ metadata: { kind: 'new' } })).toHaveLength(1);
    });

    test('in filters too, keys and values that mean something to a database are data', async () => {
      const odd = {
        $ne: 'x',
        $where: 'return true',
        'a.b': '$c',
        "' OR 1=1 --": '"; DROP TABLE tokens; --',
        '%': '%',
        '*': '.*',
        ['__proto__']: 'p',
        'ключ\u0000': 'значение\u0000',
      };
      const [token, plain] = [
        newToken({ metadata: odd }),
        newToken({ metadata: { a: { b: '$c' }, c: 'x' } }),
      ];
      await store().insertTokens([token, plain]);
      for (const [key, value] of Object.entries(odd)) {
        expect(names(await list({ metadata: { [key]: value } }))).toEqual([token.token]);
        expect(await list({ metadata: { [key]: 'something else' } })).toEqual([]);
      }
      expect(await list({ metadata: odd })).toHaveLength(1);
      expect(await list({})).toHaveLength(2);
    });
  });

  describe('the list of grants', () => {
    const grants = async (kind: 'store' | 'read', now: Date) =>
      (await store().listGrants(app, alice, kind, now, { first: 100, after: null })).items.map(
        ({ item }) => item,
      );

    test('shows read grants of the session that have not run out', async () => {
      await store().putReadGrants([
        readGrant('t1', { expiresAt: at(100) }),
        readGrant('t2', { createdAt: at(1), expiresAt: at(200) }),
        readGrant('t3', { sessionId: mallory }),
        readGrant('t4', { applicationId: otherApp }),
      ]);
      expect(await grants('read', at(99))).toEqual([
        { kind: 'read', token: 't2', sessionId: alice, createdAt: at(1), expiresAt: at(200) },
        { kind: 'read', token: 't1', sessionId: alice, createdAt: at(0), expiresAt: at(100) },
      ]);
      expect(names(await grants('read', at(100)))).toEqual(['t2']);
      expect(await grants('store', at(0))).toEqual([]);
    });

    test('shows store grants of pending and accepted tokens that have not run out', async () => {
      const [fresh, late, gone] = [
        newToken({ createdAt: at(5) }),
        newToken({ storeGrantExpiresAt: at(10) }),
        newToken(),
      ];
      await store().insertTokens([
        fresh,
        late,
        gone,
        newToken({ sessionId: mallory }),
        newToken({ applicationId: otherApp }),
      ]);
      const accepted = newToken({ createdAt: at(4) });
      await store().insertTokens([accepted]);
      await accept(store(), accepted, { now: at(6) });
      await store().deleteTokens(app, [gone.token], at(7));
      expect(await grants('store', at(10))).toEqual(
        [fresh, accepted].map(({ token, createdAt }) => ({
          kind: 'store',
          token,
          sessionId: alice,
          createdAt,
          expiresAt: at(900),
        })),
      );
    });

    test.each(['read', 'store'] as const)('comes in pages: %s', async (kind) => {
      const tokens = Array.from({ length: 5 }, () => newToken());
      await store().insertTokens(tokens);
      await store().putReadGrants(tokens.map(({ token }) => readGrant(token)));
      const all = await readPages(2, (page) => store().listGrants(app, alice, kind, at(1), page));
      expect(names(all)).toEqual(sorted(names(tokens)).reverse());
    });
  });
}
