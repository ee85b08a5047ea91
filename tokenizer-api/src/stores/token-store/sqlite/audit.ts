import type { Database } from 'better-sqlite3';
import { AuditConflictError } from '../audit-conflict.js';
import type { TokenStore } from '../port.js';
import { firstIdAt } from '../event-id.js';
import { auditEventOf, auditRowOf } from './rows.js';
import type { AuditRow } from './rows.js';
import { writingTogether } from './together.js';

type Audit = Pick<TokenStore, 'appendAudit' | 'findAuditHeads' | 'readAudit' | 'readAuditChains'>;

export function createAudit(database: Database): Audit {
  const write = writingTogether(database);
  const append = database.prepare<[AuditRow]>(`
    INSERT INTO auditEvents (id, at, applicationId, sessionId, requestId, action, token, outcome, code, details,
      instance, chain, number, hash)
    VALUES (@id, @at, @applicationId, @sessionId, @requestId, @action, @token, @outcome, @code, @details,
      @instance, @chain, @number, @hash)`);
  const isStored = database.prepare<[AuditRow]>(
    'SELECT 1 FROM auditEvents WHERE id = @id AND chain = @chain AND number = @number AND hash = @hash',
  );
  const head = database.prepare<[string], AuditRow>(
    'SELECT * FROM auditEvents WHERE chain = ? ORDER BY number DESC LIMIT 1',
  );
  const read = database.prepare<[object], AuditRow>(`
    SELECT * FROM auditEvents
    WHERE id > @after AND id >= @from AND (@applicationId IS NULL OR applicationId = @applicationId)
      AND (@since IS NULL OR at >= @since) AND (@until IS NULL OR at < @until)
    ORDER BY id LIMIT @limit`);
  const readChains = database.prepare<[object], AuditRow>(`
    SELECT * FROM auditEvents WHERE (chain, number) > (@chain, @number) ORDER BY chain, number LIMIT @limit`);

  const appendAll = (rows: readonly AuditRow[]) =>
    write(() => {
      for (const row of rows) append.run(row);
    });
  const appendMissing = (rows: readonly AuditRow[]) =>
    write(() => {
      for (const row of rows) if (!isStored.get(row)) append.run(row);
    });

  return {
    async appendAudit(events) {
      if (events.length === 0) return;
      const rows = events.map(auditRowOf);
      try {
        await appendAll(rows);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        try {
          await appendMissing(rows);
        } catch (again) {
          throw isDuplicate(again) ? new AuditConflictError() : again;
        }
      }
    },

    async findAuditHeads(chains) {
      return chains.flatMap((chain) => head.all(chain)).map(auditEventOf);
    },

    async readAudit({ applicationId, since, until }, after, limit) {
      return read
        .all({
          after: after ?? '',
          from: since ? firstIdAt(since) : '',
          applicationId: applicationId ?? null,
          since: since?.getTime() ?? null,
          until: until?.getTime() ?? null,
          limit,
        })
        .map(auditEventOf);
    },

    async readAuditChains(after, limit) {
      return readChains
        .all({ chain: after?.chain ?? '', number: after?.number ?? 0, limit })
        .map(auditEventOf);
    },
  };
}

const isDuplicate = (error: unknown): boolean =>
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT_UNIQUE'].includes(
    String((error as { code?: unknown } | null)?.code),
  );
