import Database from 'better-sqlite3';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A row of the app's own database. The sensitive columns hold tokens, never values. */
export interface PersonRow {
  id: string;
  ownerId: string;
  name: string;
  nationalId: string | null;
  notes: string | null;
  updatedAt: string;
}

export interface UserRow {
  id: string;
  name: string;
}

/** A login. `id` names it inside the server; the cookie holds a secret of which only the digest is stored. */
export interface SessionRow {
  id: string;
  userId: string;
}

export const users: readonly UserRow[] = [
  { id: 'ada', name: 'Ada Lovelace' },
  { id: 'grace', name: 'Grace Hopper' },
];

const sessionSeconds = 8 * 60 * 60;
const digest = (secret: string) => createHash('sha256').update(secret).digest('base64url');

export type DemoDatabase = ReturnType<typeof openDatabase>;

/** Opens the demo's SQLite file in a directory, creating both when missing. */
export function openDatabase(directory: string) {
  mkdirSync(directory, { recursive: true });
  const database = new Database(join(directory, 'demo.sqlite'));
  database.pragma('journal_mode = WAL');
  database.exec(`
    CREATE TABLE IF NOT EXISTS people (
      id TEXT PRIMARY KEY, ownerId TEXT NOT NULL, name TEXT NOT NULL,
      nationalId TEXT, notes TEXT, updatedAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS people_by_owner ON people (ownerId, name);
    CREATE TABLE IF NOT EXISTS sessions (
      id TEXT PRIMARY KEY, secretDigest TEXT NOT NULL UNIQUE, userId TEXT NOT NULL, expiresAt INTEGER NOT NULL
    ) STRICT;
  `);

  const statements = {
    people: database.prepare<[string], PersonRow>('SELECT * FROM people WHERE ownerId = ? ORDER BY name, id'),
    person: database.prepare<[string, string], PersonRow>(
      'SELECT * FROM people WHERE ownerId = ? AND id = ?',
    ),
    save: database.prepare<[PersonRow]>(`
      INSERT INTO people VALUES (@id, @ownerId, @name, @nationalId, @notes, @updatedAt)
      ON CONFLICT (id) DO UPDATE SET name = @name, nationalId = @nationalId, notes = @notes, updatedAt = @updatedAt
      WHERE ownerId = @ownerId`),
    remove: database.prepare<[string, string]>('DELETE FROM people WHERE ownerId = ? AND id = ?'),
    addSession: database.prepare<[string, string, string, number]>(
      'INSERT INTO sessions VALUES (?, ?, ?, ?)',
    ),
    session: database.prepare<[string, number], SessionRow>(
      'SELECT id, userId FROM sessions WHERE secretDigest = ? AND expiresAt > ?',
    ),
    removeSession: database.prepare<[string]>('DELETE FROM sessions WHERE id = ?'),
    removeExpiredSessions: database.prepare<[number]>('DELETE FROM sessions WHERE expiresAt <= ?'),
  };

  return {
    people: (ownerId: string) => statements.people.all(ownerId),
    person: (ownerId: string, id: string) => statements.person.get(ownerId, id) ?? null,
    savePerson: (row: Omit<PersonRow, 'id' | 'updatedAt'> & { id?: string }): PersonRow => {
      const saved = { ...row, id: row.id ?? randomUUID(), updatedAt: new Date().toISOString() };
      statements.save.run(saved);
      return saved;
    },
    removePerson: (ownerId: string, id: string) => statements.remove.run(ownerId, id).changes === 1,

    /** Starts a login and returns the secret for its cookie. */
    createSession: (userId: string) => {
      const now = Date.now();
      statements.removeExpiredSessions.run(now);
      const secret = randomBytes(32).toString('base64url');
      statements.addSession.run(randomUUID(), digest(secret), userId, now + sessionSeconds * 1000);
      return { secret, maxAgeSeconds: sessionSeconds };
    },
    session: (secret: string) => statements.session.get(digest(secret), Date.now()) ?? null,
    removeSession: (id: string) => void statements.removeSession.run(id),
    close: () => void database.close(),
  };
}
