import { isToken } from '@lunasec/secure-frame/protocol';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { AuditEvent, TokenStore } from '../stores/token-store/port.js';

/** On whose behalf something was done. */
export interface AuditSubject {
  applicationId: string;
  sessionId: string | null;
  requestId: string;
}

export interface AuditEntry {
  token: string | null;
  /** Null when it went well. */
  code: ProblemCode | null;
}

export interface Audit {
  /**
   * Appends one event per entry, in one database call. Rejects when that fails: nobody gets an answer that is not in
   * the audit.
   */
  record(action: string, subject: AuditSubject, entries: readonly AuditEntry[]): Promise<void>;
}

export function createAudit({
  store,
  now,
  createId,
}: {
  store: Pick<TokenStore, 'appendAudit'>;
  now: () => Date;
  createId: () => string;
}): Audit {
  return {
    async record(action, { applicationId, sessionId, requestId }, entries) {
      if (entries.length === 0) return;
      const at = now();
      await store.appendAudit(
        entries.map(({ token, code }): AuditEvent => ({
          id: createId(),
          at,
          applicationId,
          sessionId,
          requestId,
          action,
          // What is not a token might be anything, such as a value that was sent by mistake.
          token: isToken(token) ? token : null,
          outcome: code === null ? 'ok' : code === 'UNAVAILABLE' ? 'failed' : 'denied',
          code,
        })),
      );
    },
  };
}
