import Database from 'better-sqlite3';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type SQLite = Database.Database;

/** Opens the demo's SQLite file in a directory, creating both when missing. */
export function openSQLite(directory: string): SQLite {
  mkdirSync(directory, { recursive: true });
  const sqlite = new Database(join(directory, 'clinic.sqlite'));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('foreign_keys = ON');
  // Columns of sensitive data hold tokens, never values.
  sqlite.exec(`
    CREATE TABLE IF NOT EXISTS patients (
      id TEXT PRIMARY KEY, name TEXT NOT NULL, born TEXT NOT NULL, city TEXT NOT NULL, reason TEXT NOT NULL,
      nationalId TEXT, card TEXT, notes TEXT, updatedAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS patients_by_name ON patients (name, id);
    CREATE TABLE IF NOT EXISTS documents (
      id TEXT PRIMARY KEY, patientId TEXT NOT NULL REFERENCES patients (id) ON DELETE CASCADE,
      token TEXT NOT NULL UNIQUE, addedBy TEXT NOT NULL, addedAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS documents_by_patient ON documents (patientId, addedAt, id);
    CREATE TABLE IF NOT EXISTS audit (
      id INTEGER PRIMARY KEY, at TEXT NOT NULL, userId TEXT NOT NULL, action TEXT NOT NULL,
      patientId TEXT, patientName TEXT, fields TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS sessions (
      id TEXT PRIMARY KEY, secretDigest TEXT NOT NULL UNIQUE, userId TEXT NOT NULL, expiresAt INTEGER NOT NULL
    ) STRICT;
  `);
  return sqlite;
}
