import type { SQLite } from './open.js';

export const auditActions = [
  'LOGGED_IN',
  'LOGGED_OUT',
  'CREATED',
  'OPENED',
  'CHANGED',
  'DELETED',
  'REFUSED',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Who did what with whose record. Names of fields, never what is in them. */
export interface AuditEntry {
  userId: string;
  action: AuditAction;
  patientId: string | null;
  patientName: string | null;
  fields: readonly string[];
}
export interface StoredAuditEntry extends AuditEntry {
  id: number;
  /** ISO 8601. */
  at: string;
}

type Row = Omit<StoredAuditEntry, 'fields'> & { fields: string };

export function createAudit(sqlite: SQLite) {
  const add = sqlite.prepare<[Omit<Row, 'id'>]>(`
    INSERT INTO audit (at, userId, action, patientId, patientName, fields)
    VALUES (@at, @userId, @action, @patientId, @patientName, @fields)`);
  const addField = sqlite.prepare<[string, number]>(
    "UPDATE audit SET fields = fields || ' ' || ? WHERE id = ?",
  );
  const latest = sqlite.prepare<[number], Row>('SELECT * FROM audit ORDER BY id DESC LIMIT ?');
  return {
    /** Gives the id of the entry. */
    record: ({ fields, ...entry }: AuditEntry): number =>
      Number(add.run({ ...entry, at: new Date().toISOString(), fields: fields.join(' ') }).lastInsertRowid),
    addField: (id: number, field: string) => void addField.run(field, id),
    latest: (count: number): StoredAuditEntry[] =>
      latest.all(count).map(({ fields, ...row }) => ({ ...row, fields: fields.split(' ').filter(Boolean) })),
  };
}
