import type { Database } from 'better-sqlite3';
import { metadataEntries } from '../metadata-entries.js';
import { emptyPage, pageKey, pageOf, parsePageKey } from '../page-key.js';
import type { Grant, TokenStore } from '../port.js';
import { auditEventOf, list, tokenOf } from './rows.js';
import type { AuditRow, TokenRow } from './rows.js';

type Lists = Pick<TokenStore, 'listTokens' | 'listGrants' | 'listAudit'>;

/** Part of a WHERE, with the values of its question marks. */
interface Condition {
  sql: string;
  values: (string | number | null)[];
}

const condition = (sql: string, ...values: (string | number | null)[]): Condition => ({ sql, values });

/** A condition that only counts when its value is there. */
const given = (sql: string, value: string | Date | undefined): Condition[] =>
  value === undefined ? [] : [condition(sql, value instanceof Date ? value.getTime() : value)];

const after = (from: { at: Date; name: string } | null): Condition[] =>
  from ? [condition('(createdAt, token) < (?, ?)', from.at.getTime(), from.name)] : [];
const newestFirst = 'createdAt DESC, token DESC';

/** The paged reads. All of them read one item more than asked for, to know whether there are more. */
export function createLists(database: Database): Lists {
  function read<Row>(select: string, conditions: Condition[], order: string, first: number): Row[] {
    const where = conditions.map(({ sql }) => sql).join(' AND ');
    return database
      .prepare<unknown[], Row>(`${select} WHERE ${where} ORDER BY ${order} LIMIT ?`)
      .all(...conditions.flatMap(({ values }) => values), first + 1);
  }

  return {
    async listTokens(applicationId, filter, page) {
      const from = page.after === null ? null : parsePageKey(page.after);
      if (from === undefined) return emptyPage;
      const entries = metadataEntries(filter.metadata ?? {});
      const rows = read<TokenRow>(
        'SELECT * FROM tokens',
        [
          condition('applicationId = ?', applicationId),
          ...given('status = ?', filter.status),
          ...given('sessionId = ?', filter.sessionId),
          ...given('createdAt > ?', filter.createdAfter),
          ...given('createdAt < ?', filter.createdBefore),
          ...(entries.length === 0
            ? []
            : [
                condition(
                  'NOT EXISTS (SELECT value FROM json_each(?) EXCEPT SELECT value FROM json_each(metadataEntries))',
                  list(entries),
                ),
              ]),
          ...after(from),
        ],
        newestFirst,
        page.first,
      );
      return pageOf(rows.map(tokenOf), page.first, ({ createdAt, token }) => pageKey(createdAt, token));
    },

    async listGrants(applicationId, sessionId, kind, now, page) {
      const from = page.after === null ? null : parsePageKey(page.after);
      if (from === undefined) return emptyPage;
      const isRead = kind === 'read';
      const expiry = isRead ? 'expiresAt' : 'storeGrantExpiresAt';
      const rows = read<{ token: string; createdAt: number; expiresAt: number }>(
        `SELECT token, createdAt, ${expiry} AS expiresAt FROM ${isRead ? 'readGrants' : 'tokens'}`,
        [
          condition('applicationId = ? AND sessionId = ?', applicationId, sessionId),
          condition(`${expiry} > ?`, now.getTime()),
          ...(isRead ? [] : [condition("status IN ('pending', 'accepted')")]),
          ...after(from),
        ],
        newestFirst,
        page.first,
      );
      const grants = rows.map(({ token, createdAt, expiresAt }): Grant => ({
        kind,
        token,
        sessionId,
        createdAt: new Date(createdAt),
        expiresAt: new Date(expiresAt),
      }));
      return pageOf(grants, page.first, ({ createdAt, token }) => pageKey(createdAt, token));
    },

    async listAudit(applicationId, filter, page) {
      const rows = read<AuditRow>(
        'SELECT * FROM auditEvents',
        [
          condition('applicationId IS ?', applicationId),
          ...given('sessionId = ?', filter.sessionId),
          ...given('token = ?', filter.token),
          ...given('action = ?', filter.action),
          ...given('outcome = ?', filter.outcome),
          ...given('at > ?', filter.after),
          ...given('at < ?', filter.before),
          ...(page.after === null ? [] : [condition('id < ?', page.after)]),
        ],
        'id DESC',
        page.first,
      );
      return pageOf(rows.map(auditEventOf), page.first, ({ id }) => id);
    },
  };
}
