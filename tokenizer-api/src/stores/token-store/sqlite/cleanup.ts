import type { Database } from 'better-sqlite3';
import type { Garbage, TokenStore } from '../port.js';
import { list, listedTokens } from './rows.js';
import { atomically } from './schema.js';

type CleanUp = Pick<TokenStore, 'takeGarbage' | 'settleGarbage' | 'removeExpired'>;

export function createCleanUp(database: Database): CleanUp {
  const expire = database.prepare<[object]>(`
    UPDATE tokens SET status = 'expired', keyId = NULL, keyCiphertext = NULL, garbageAt = @now
    WHERE status = 'pending' AND storeGrantExpiresAt <= @now`);
  const garbage = database.prepare<[object], Garbage>(`
    SELECT token, applicationId, status, size, uploadId FROM tokens
    WHERE garbageAt IS NOT NULL ORDER BY garbageAt LIMIT @limit`);
  const forget = database.prepare<[object]>(
    `DELETE FROM tokens WHERE token IN ${listedTokens} AND status = 'expired'`,
  );
  const settle = database.prepare<[object]>(
    `UPDATE tokens SET garbageAt = NULL WHERE token IN ${listedTokens} AND status = 'deleted'`,
  );
  const removeGrants = database.prepare<[number]>('DELETE FROM readGrants WHERE expiresAt < ?');
  const removeSessions = database.prepare<[number]>('DELETE FROM sessions WHERE expiresAt < ?');

  return {
    async takeGarbage(now, limit) {
      return atomically(database, () => {
        expire.run({ now: now.getTime() });
        return garbage.all({ limit });
      });
    },

    async settleGarbage(garbage) {
      if (garbage.length === 0) return;
      const named = (status: Garbage['status']) => ({
        tokens: list(garbage.filter((it) => it.status === status).map(({ token }) => token)),
      });
      atomically(database, () => {
        forget.run(named('expired'));
        settle.run(named('deleted'));
      });
    },

    async removeExpired(before) {
      const time = before.getTime();
      return atomically(database, () => ({
        readGrants: removeGrants.run(time).changes,
        sessions: removeSessions.run(time).changes,
      }));
    },
  };
}
