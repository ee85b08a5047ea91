import { describe, expect, test } from '@jest/globals';
import type { OpenedStore } from './contract.js';
import {
  alice,
  app,
  at,
  insertAccepted,
  mallory,
  newToken,
  otherApp,
  readGrant,
  recordOf,
} from './fixtures.js';

export function readGrantContract(store: OpenedStore): void {
  describe('read grants', () => {
    test('are found with their tokens, for the session that has them', async () => {
      const token = await insertAccepted(store(), { metadata: { kind: 'ssn' } });
      const grant = readGrant(token.token);
      await store().putReadGrants([grant]);
      expect(await store().findReadable(app, alice, [token.token])).toEqual([
        { grant, token: await recordOf(store(), token) },
      ]);
    });

    test('are for no other session, application, or token', async () => {
      const [token, other] = [await insertAccepted(store()), await insertAccepted(store())];
      await store().putReadGrants([readGrant(token.token)]);
      expect(await store().findReadable(app, mallory, [token.token])).toEqual([]);
      expect(await store().findReadable(otherApp, alice, [token.token])).toEqual([]);
      expect(await store().findReadable(app, alice, [other.token, newToken().token])).toEqual([]);
      expect(await store().findReadable(app, alice, [])).toEqual([]);
    });

    test("one of another application never opens this application's token", async () => {
      const token = await insertAccepted(store());
      await store().putReadGrants([readGrant(token.token, { applicationId: otherApp })]);
      expect(await store().findReadable(otherApp, alice, [token.token])).toEqual([]);
      expect(await store().findReadable(app, alice, [token.token])).toEqual([]);
    });

    test('of a token are found whichever session has them, as long as they last', async () => {
      const [token, other] = [await insertAccepted(store()), await insertAccepted(store())];
      const grants = [
        readGrant(token.token, { expiresAt: at(100) }),
        readGrant(token.token, { sessionId: mallory, createdAt: at(5), expiresAt: at(200) }),
      ];
      await store().putReadGrants([
        ...grants,
        readGrant(other.token),
        readGrant(token.token, { applicationId: otherApp }),
      ]);
      const found = async (now: Date, limit = 10) =>
        (await store().findReadGrants(app, token.token, now, limit)).sort(
          (one, two) => Number(one.createdAt) - Number(two.createdAt),
        );
      expect(await found(at(99))).toEqual(grants);
      expect(await found(at(100))).toEqual([grants[1]]);
      expect(await found(at(200))).toEqual([]);
      expect(await found(at(99), 1)).toHaveLength(1);
    });

    test('can be prolonged and are never shortened', async () => {
      const token = await insertAccepted(store());
      const expiry = async () =>
        (await store().findReadable(app, alice, [token.token])).map(({ grant }) => grant.expiresAt);
      await store().putReadGrants([readGrant(token.token, { expiresAt: at(100) })]);
      await store().putReadGrants([readGrant(token.token, { createdAt: at(50), expiresAt: at(200) })]);
      expect(await expiry()).toEqual([at(200)]);
      await store().putReadGrants([readGrant(token.token, { createdAt: at(60), expiresAt: at(150) })]);
      expect(await expiry()).toEqual([at(200)]);
      const [found] = await store().findReadable(app, alice, [token.token]);
      expect(found!.grant.createdAt).toEqual(at(0));
    });

    test('twice in one batch, the longer one counts', async () => {
      const token = await insertAccepted(store());
      await store().putReadGrants(
        [100, 300, 200].map((seconds) => readGrant(token.token, { expiresAt: at(seconds) })),
      );
      const found = await store().findReadable(app, alice, [token.token]);
      expect(found.map(({ grant }) => grant.expiresAt)).toEqual([at(300)]);
    });

    test('made by many calls at once, there is one, the longest', async () => {
      const token = await insertAccepted(store());
      await Promise.all(
        [100, 400, 300, 200, 350, 150].map((seconds) =>
          store().putReadGrants([readGrant(token.token, { expiresAt: at(seconds) })]),
        ),
      );
      const found = await store().findReadable(app, alice, [token.token]);
      expect(found.map(({ grant }) => grant.expiresAt)).toEqual([at(400)]);
    });

    test('that ran out are remembered until they are removed', async () => {
      const [short, long] = [await insertAccepted(store()), await insertAccepted(store())];
      await store().putReadGrants([
        readGrant(short.token, { expiresAt: at(100) }),
        readGrant(long.token, { expiresAt: at(101) }),
      ]);
      expect(await store().findReadable(app, alice, [short.token])).toHaveLength(1);
      expect(await store().removeExpired(at(100))).toEqual({ readGrants: 0, sessions: 0 });
      expect(await store().removeExpired(at(101))).toEqual({ readGrants: 1, sessions: 0 });
      expect(await store().findReadable(app, alice, [short.token])).toEqual([]);
      expect(await store().findReadable(app, alice, [long.token])).toHaveLength(1);
    });

    test('can be taken back, one session and application at a time', async () => {
      const [token, other] = [await insertAccepted(store()), await insertAccepted(store())];
      await store().putReadGrants([
        readGrant(token.token),
        readGrant(other.token),
        readGrant(token.token, { sessionId: mallory }),
      ]);
      expect(await store().revokeReadGrants(otherApp, alice, [token.token])).toBe(0);
      expect(await store().revokeReadGrants(app, alice, [])).toBe(0);
      expect(await store().revokeReadGrants(app, alice, [token.token, token.token, newToken().token])).toBe(
        1,
      );
      expect(await store().findReadable(app, alice, [token.token])).toEqual([]);
      expect(await store().findReadable(app, alice, [other.token])).toHaveLength(1);
      expect(await store().findReadable(app, mallory, [token.token])).toHaveLength(1);
    });

    test('an empty batch touches nothing', async () => {
      await expect(store().putReadGrants([])).resolves.toBeUndefined();
    });

    test('a batch of 1000 arrives whole', async () => {
      const tokens = Array.from({ length: 1000 }, () => newToken());
      await store().insertTokens(tokens);
      await store().putReadGrants(tokens.map(({ token }) => readGrant(token)));
      const found = await store().findReadable(
        app,
        alice,
        tokens.map(({ token }) => token),
      );
      expect(found).toHaveLength(1000);
      expect(found.every(({ grant, token }) => grant.token === token.token)).toBe(true);
    });
  });
}
