import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';
import { sessionOf, sessionRowOf } from './rows.js';
import type { SessionRow } from './rows.js';
import { atomically } from './schema.js';

type Sessions = Pick<TokenStore, 'insertSession' | 'findSession' | 'endSession'>;

export function createSessions(database: Database): Sessions {
  const insert = database.prepare<[SessionRow]>(`
    INSERT INTO sessions (digest, applicationId, sessionId, assertionId, createdAt, expiresAt)
    VALUES (@digest, @applicationId, @sessionId, @assertionId, @createdAt, @expiresAt)
    ON CONFLICT (applicationId, assertionId) DO NOTHING`);
  const find = database.prepare<[object], SessionRow>(
    'SELECT * FROM sessions WHERE digest = @digest AND expiresAt > @now AND ended = 0',
  );
  // Kept, not removed: the assertions must stay used.
  const end = database.prepare<[object]>(
    'UPDATE sessions SET ended = 1 WHERE applicationId = @applicationId AND sessionId = @sessionId',
  );
  const endReadGrants = database.prepare<[object]>(
    'DELETE FROM readGrants WHERE applicationId = @applicationId AND sessionId = @sessionId',
  );
  // For good, and not by the clock alone: a call that is under way, or another replica, may have an earlier time.
  const endStoreGrants = database.prepare<[object]>(`
    UPDATE tokens
    SET status = 'expired', keyId = NULL, keyCiphertext = NULL, garbageAt = @now,
      storeGrantExpiresAt = min(storeGrantExpiresAt, @now)
    WHERE applicationId = @applicationId AND sessionId = @sessionId AND status = 'pending'`);

  return {
    async insertSession(session) {
      return insert.run(sessionRowOf(session)).changes === 1;
    },

    async findSession(digest, now) {
      const row = find.get({ digest, now: now.getTime() });
      return row ? sessionOf(row) : null;
    },

    async endSession(applicationId, sessionId, now) {
      const session = { applicationId, sessionId };
      return atomically(database, () => {
        end.run(session);
        const read = endReadGrants.run(session).changes;
        return read + endStoreGrants.run({ ...session, now: now.getTime() }).changes;
      });
    },
  };
}
