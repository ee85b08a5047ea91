import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { SQLite } from './open.js';

/** A login. `id` names it inside the server; the cookie holds a secret of which only the digest is stored. */
export interface SessionRow {
  id: string;
  userId: string;
}

const sessionSeconds = 8 * 60 * 60;

const digest = (secret: string) => createHash('sha256').update(secret).digest('base64url');

export function createSessions(sqlite: SQLite) {
  const statements = {
    add: sqlite.prepare<[string, string, string, number]>('INSERT INTO sessions VALUES (?, ?, ?, ?)'),
    find: sqlite.prepare<[string, number], SessionRow>(
      'SELECT id, userId FROM sessions WHERE secretDigest = ? AND expiresAt > ?',
    ),
    remove: sqlite.prepare<[string]>('DELETE FROM sessions WHERE id = ?'),
    removeExpired: sqlite.prepare<[number]>('DELETE FROM sessions WHERE expiresAt <= ?'),
  };
  return {
    /** Starts a login and returns the secret for its cookie. */
    create: (userId: string) => {
      const now = Date.now();
      statements.removeExpired.run(now);
      const secret = randomBytes(32).toString('base64url');
      statements.add.run(randomUUID(), digest(secret), userId, now + sessionSeconds * 1000);
      return { secret, maxAgeSeconds: sessionSeconds };
    },
    find: (secret: string) => statements.find.get(digest(secret), Date.now()) ?? null,
    remove: (id: string) => void statements.remove.run(id),
  };
}
