import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';
import { auditRowOf } from './rows.js';
import type { AuditRow } from './rows.js';
import { atomically } from './schema.js';

export function createAudit(database: Database): Pick<TokenStore, 'appendAudit'> {
  const append = database.prepare<[AuditRow]>(`
    INSERT INTO audit (id, at, applicationId, sessionId, requestId, action, token, outcome, code)
    VALUES (@id, @at, @applicationId, @sessionId, @requestId, @action, @token, @outcome, @code)`);
  return {
    async appendAudit(events) {
      if (events.length === 0) return;
      atomically(database, () => {
        for (const event of events) append.run(auditRowOf(event));
      });
    },
  };
}
