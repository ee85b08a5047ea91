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
  newSession,
  newToken,
  otherApp,
  readGrant,
  recordOf,
} from './fixtures.js';

export function sessionContract(store: OpenedStore): void {
  describe("frames' sessions", () => {
    test('are found by the digest of their access token until they expire, to the millisecond', async () => {
      const session = newSession({ expiresAt: at(900) });
      expect(await store().insertSession(session)).toBe(true);
      expect(await store().findSession(session.digest, at(0))).toEqual(session);
      expect(await store().findSession(session.digest, new Date(at(900).getTime() - 1))).toEqual(session);
      expect(await store().findSession(session.digest, at(900))).toBeNull();
      expect(await store().findSession(newSession().digest, at(0))).toBeNull();
    });

    test('an assertion works once, even after the session expired or was ended', async () => {
      const session = newSession({ expiresAt: at(10) });
      await store().insertSession(session);
      const replay = newSession({ assertionId: session.assertionId, createdAt: at(20), expiresAt: at(900) });
      expect(await store().insertSession(replay)).toBe(false);
      expect(await store().findSession(replay.digest, at(20))).toBeNull();

      await store().endSession(app, alice, at(5));
      expect(await store().insertSession(replay)).toBe(false);
      await store().removeExpired(at(10));
      expect(await store().insertSession(replay)).toBe(false);
    });

    test('of many that use an assertion at once, one gets a session', async () => {
      const { assertionId } = newSession();
      const sessions = Array.from({ length: 8 }, () => newSession({ assertionId }));
      const results = await Promise.all(sessions.map((session) => store().insertSession(session)));
      expect(results.filter(Boolean)).toHaveLength(1);
      for (const [index, session] of sessions.entries())
        expect((await store().findSession(session.digest, at(1))) !== null).toBe(results[index]);
    });

    test('applications do not share names of assertions', async () => {
      const session = newSession();
      await store().insertSession(session);
      expect(
        await store().insertSession(
          newSession({ assertionId: session.assertionId, applicationId: otherApp }),
        ),
      ).toBe(true);
    });

    test('are forgotten after their time', async () => {
      const session = newSession({ expiresAt: at(10) });
      await store().insertSession(session);
      expect(await store().removeExpired(new Date(at(10).getTime() + 1))).toEqual({
        readGrants: 0,
        sessions: 1,
      });
      expect(await store().insertSession(session)).toBe(true);
    });
  });

  describe('ending a session', () => {
    test('stops all of its frames, now', async () => {
      const [first, second] = [newSession(), newSession()];
      await store().insertSession(first);
      await store().insertSession(second);
      await store().endSession(app, alice, at(10));
      expect(await store().findSession(first.digest, at(10))).toBeNull();
      expect(await store().findSession(second.digest, at(10))).toBeNull();
    });

    test('takes its read grants and lets its store grants run out, and counts both', async () => {
      const [fresh, late] = [newToken(), newToken({ storeGrantExpiresAt: at(5) })];
      await store().insertTokens([fresh, late]);
      const accepted = await insertAccepted(store());
      await store().putReadGrants([readGrant(accepted.token)]);

      expect(await store().endSession(app, alice, at(10))).toBe(3);
      expect(await store().findReadable(app, alice, [accepted.token])).toEqual([]);
      expect(await recordOf(store(), fresh)).toMatchObject({
        status: 'expired',
        wrappedKey: null,
        storeGrantExpiresAt: at(10),
      });
      expect(await accept(store(), fresh, { now: at(10) })).toEqual(new Set());
      expect(await recordOf(store(), late)).toMatchObject({ status: 'expired', storeGrantExpiresAt: at(5) });
      expect((await recordOf(store(), accepted)).status).toBe('accepted');
      expect(await store().endSession(app, alice, at(11))).toBe(0);
    });

    test('is final for store grants: calls with an earlier time bring none back', async () => {
      for (const token of [newToken(), newToken({ storeGrantExpiresAt: at(10) })]) {
        await store().insertTokens([token]);
        await store().endSession(app, alice, at(10));
        // A call that was under way, or a replica whose clock is behind.
        const prolongation = { token: token.token, until: at(900) };
        expect(await store().prolongStoreGrants(app, alice, [prolongation], at(9))).toEqual(new Set());
        expect(await accept(store(), token, { now: at(9) })).toEqual(new Set());
        expect(names(await store().takeGarbage(at(0), 10))).toContain(token.token);
      }
    });

    test('leaves other sessions and applications alone', async () => {
      const others = [
        { applicationId: app, sessionId: mallory },
        { applicationId: otherApp, sessionId: alice },
      ];
      const kept = [];
      for (const who of others) {
        const [session, fresh, accepted] = [
          newSession(who),
          newToken(who),
          await insertAccepted(store(), who),
        ];
        await store().insertSession(session);
        await store().insertTokens([fresh]);
        await store().putReadGrants([readGrant(accepted.token, who)]);
        kept.push({ ...who, session, fresh, accepted });
      }
      expect(await store().endSession(app, alice, at(10))).toBe(0);
      for (const { applicationId, sessionId, session, fresh, accepted } of kept) {
        expect(await store().findSession(session.digest, at(10))).toEqual(session);
        expect((await recordOf(store(), fresh)).storeGrantExpiresAt).toEqual(at(900));
        expect(await store().findReadable(applicationId, sessionId, [accepted.token])).toHaveLength(1);
      }
    });

    test('does not end those that begin later', async () => {
      await store().endSession(app, alice, at(10));
      const session = newSession({ createdAt: at(11) });
      await store().insertSession(session);
      expect(await store().findSession(session.digest, at(12))).toEqual(session);
    });
  });
}
