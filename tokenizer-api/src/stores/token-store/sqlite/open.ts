import type { Database } from 'better-sqlite3';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadDriver } from './driver.js';
import { migrate } from './schema.js';

/**
 * After so many pages of 4 KiB the log is written into the database. Pages that many calls change, such as those of the audit's
 * indexes, are written less often than with SQLite's 1000; the log, which stays on the disk, is 16 MiB.
 */
const checkpointAfter = 4000;
/** How long a statement waits for another process's write, in milliseconds. */
const busyTimeout = 5000;

/**
 * Opens a database file that is this user's only (mode 0600), creating it and its directory (0700) when missing.
 * Write-ahead log with full synchronization: an application keeps a token for good once it was accepted, so what was
 * answered must survive a power cut.
 */
export async function openDatabase(path: string): Promise<Database> {
  checkNode(process.versions.node);
  const SQLite = await loadDriver();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite would create it with the process's umask. Its log files take the mode of this one.
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new SQLite(path, { timeout: busyTimeout });
  try {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`wal_autocheckpoint = ${checkpointAfter}`);
    // A destroyed key must not linger in a free page.
    database.pragma('secure_delete = ON');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Throws for versions of Node under which SQLite's module would abort the process at some later garbage collection
 * (https://github.com/nodejs/node/issues/65446).
 */
export function checkNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 24 && minor >= 19)
    throw new Error(
      `Node ${version} has a fault that ends the process when SQLite is used. Take Node 20, 22, or 24 before 24.19; or ` +
        'keep tokens in MongoDB.',
    );
}
