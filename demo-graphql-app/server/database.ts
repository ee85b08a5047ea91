import { createAudit } from './database/audit.js';
import { openSQLite } from './database/open.js';
import { createPatients } from './database/patients.js';
import { createSessions } from './database/sessions.js';

export type Database = ReturnType<typeof openDatabase>;

/** The app's own database, in a directory. */
export function openDatabase(directory: string) {
  const sqlite = openSQLite(directory);
  return {
    patients: createPatients(sqlite),
    sessions: createSessions(sqlite),
    audit: createAudit(sqlite),
    close: () => void sqlite.close(),
  };
}
