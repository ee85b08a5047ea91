import { describe, expect, test } from '@jest/globals';
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

export function garbageContract(store: OpenedStore): void {
  describe('garbage', () => {
    test('is every pending token whose store grant ran out; its key is destroyed at once', async () => {
      const due = newToken({ storeGrantExpiresAt: at(10) });
      const live = newToken({ storeGrantExpiresAt: new Date(at(10).getTime() + 1) });
      const theirs = newToken({ applicationId: otherApp, storeGrantExpiresAt: at(9) });
      const accepted = await insertAccepted(store(), { storeGrantExpiresAt: at(10) });
      await store().insertTokens([due, live, theirs]);

      const garbage = await store().takeGarbage(at(10), 10);
      expect(garbage).toHaveLength(2);
      expect(garbage).toEqual(
        expect.arrayContaining([
          { token: due.token, applicationId: app, status: 'expired', size: due.size, uploadId: null },
          {
            token: theirs.token,
            applicationId: otherApp,
            status: 'expired',
            size: theirs.size,
            uploadId: null,
          },
        ]),
      );
      expect(await recordOf(store(), due)).toEqual({ ...pending(due), status: 'expired', wrappedKey: null });
      expect(await recordOf(store(), live)).toEqual(pending(live));
      expect((await recordOf(store(), accepted)).status).toBe('accepted');
    });

    test('names the upload in parts that a token had, accepted or not', async () => {
      const open = newToken({ uploadId: 'upload-1', checksum: '', storeGrantExpiresAt: at(1) });
      await store().insertTokens([open]);
      const kept = await insertAccepted(store(), { uploadId: 'upload-2', checksum: '' });
      expect(await recordOf(store(), open)).toEqual(pending(open));
      await store().deleteTokens(app, [kept.token], at(2));
      const garbage = await store().takeGarbage(at(3), 10);
      expect(sorted(garbage.map(({ uploadId }) => String(uploadId)))).toEqual(['upload-1', 'upload-2']);
    });

    test('is given again until it is settled', async () => {
      const expired = newToken({ storeGrantExpiresAt: at(1) });
      await store().insertTokens([expired]);
      const deleted = await insertAccepted(store());
      await store().deleteTokens(app, [deleted.token], at(2));
      const garbage = await store().takeGarbage(at(3), 10);
      expect(sorted(names(garbage))).toEqual(sorted(names([expired, deleted])));
      expect(sorted(names(await store().takeGarbage(at(3), 10)))).toEqual(sorted(names(garbage)));

      await store().settleGarbage(garbage);
      expect(await store().takeGarbage(at(3), 10)).toEqual([]);
    });

    test('settled, an expired token is forgotten and a deleted one keeps its tombstone', async () => {
      const expired = newToken({ storeGrantExpiresAt: at(1) });
      await store().insertTokens([expired]);
      const deleted = await insertAccepted(store());
      await store().deleteTokens(app, [deleted.token], at(2));
      await store().settleGarbage(await store().takeGarbage(at(3), 10));
      expect(await store().findTokens(app, [expired.token])).toEqual([]);
      expect(await recordOf(store(), deleted)).toMatchObject({ status: 'deleted', deletedAt: at(2) });
      expect(await store().insertTokens([deleted])).toEqual(new Set());
    });

    test('settling late does not touch what has the name by then', async () => {
      const token = newToken({ storeGrantExpiresAt: at(1) });
      await store().insertTokens([token]);
      const garbage = await store().takeGarbage(at(3), 10);
      await store().settleGarbage(garbage);
      const again = { ...token, storeGrantExpiresAt: at(900) };
      await store().insertTokens([again]);
      await store().settleGarbage(garbage);
      expect(await recordOf(store(), again)).toEqual(pending(again));
    });

    test('comes in portions, the oldest first, so that none is left behind', async () => {
      const tokens = newTokens(5);
      await store().insertTokens(tokens);
      for (const [index, { token }] of tokens.entries())
        await store().deleteTokens(app, [token], at(10 - index));
      const oldestFirst = names(tokens).reverse();
      expect(names(await store().takeGarbage(at(20), 3))).toEqual(oldestFirst.slice(0, 3));

      const found: string[] = [];
      for (;;) {
        const garbage = await store().takeGarbage(at(20), 2);
        if (garbage.length === 0) break;
        expect(garbage.length).toBeLessThanOrEqual(2);
        found.push(...names(garbage));
        await store().settleGarbage(garbage);
      }
      expect(found).toEqual(oldestFirst);
    });

    test('beyond the portion the keys are destroyed as well', async () => {
      const tokens = newTokens(4, { storeGrantExpiresAt: at(1) });
      await store().insertTokens(tokens);
      await store().takeGarbage(at(2), 1);
      for (const token of tokens)
        expect(await recordOf(store(), token)).toMatchObject({ status: 'expired', wrappedKey: null });
    });

    test('settling nothing touches nothing', async () => {
      await expect(store().settleGarbage([])).resolves.toBeUndefined();
    });

    test('migrating and pinging may be repeated and lose nothing', async () => {
      const token = newToken();
      await store().insertTokens([token]);
      await Promise.all([store().migrate(), store().migrate(), store().ping()]);
      expect(await recordOf(store(), token)).toEqual(pending(token));
    });
  });
}
