import { randomUUID } from 'node:crypto';
import type { SQLite } from './open.js';

/** A row of the app's own database: what is sensitive is a token, never a value. */
export interface PatientRow {
  id: string;
  name: string;
  /** Date of birth, ISO 8601. */
  born: string;
  city: string;
  /** Why they come, in plain words for everybody at the desk. */
  reason: string;
  nationalId: string | null;
  card: string | null;
  notes: string | null;
  updatedAt: string;
}

/** Columns that hold tokens. */
export const secretColumns = ['nationalId', 'card', 'notes'] as const;
export type SecretColumn = (typeof secretColumns)[number];

export interface DocumentRow {
  id: string;
  patientId: string;
  token: string;
  /** Id of the member of staff. */
  addedBy: string;
  addedAt: string;
}

export type NewPatient = Omit<PatientRow, 'id' | 'updatedAt'>;

/** Most rows of a list. */
const mostListed = 200;

export function createPatients(sqlite: SQLite) {
  const statements = {
    list: sqlite.prepare<[{ pattern: string }], PatientRow>(`
      SELECT * FROM patients WHERE name LIKE @pattern ESCAPE '\\' OR city LIKE @pattern ESCAPE '\\' OR reason LIKE @pattern ESCAPE '\\'
      ORDER BY name, id LIMIT ${mostListed}`),
    find: sqlite.prepare<[string], PatientRow>('SELECT * FROM patients WHERE id = ?'),
    save: sqlite.prepare<[PatientRow]>(`
      INSERT INTO patients VALUES (@id, @name, @born, @city, @reason, @nationalId, @card, @notes, @updatedAt)
      ON CONFLICT (id) DO UPDATE SET name = @name, born = @born, city = @city, reason = @reason,
        nationalId = @nationalId, card = @card, notes = @notes, updatedAt = @updatedAt`),
    remove: sqlite.prepare<[string]>('DELETE FROM patients WHERE id = ?'),
    documents: sqlite.prepare<[string], DocumentRow>(
      'SELECT * FROM documents WHERE patientId = ? ORDER BY addedAt, id',
    ),
    document: sqlite.prepare<[string], DocumentRow>('SELECT * FROM documents WHERE id = ?'),
    addDocument: sqlite.prepare<[DocumentRow]>(
      'INSERT INTO documents VALUES (@id, @patientId, @token, @addedBy, @addedAt)',
    ),
    removeDocument: sqlite.prepare<[string]>('DELETE FROM documents WHERE id = ?'),
  };
  const save = sqlite.transaction(
    (patient: NewPatient & { id?: string }, documents: readonly string[], addedBy: string): PatientRow => {
      const updatedAt = new Date().toISOString();
      const saved = { ...patient, id: patient.id ?? randomUUID(), updatedAt };
      statements.save.run(saved);
      for (const token of documents)
        statements.addDocument.run({
          id: randomUUID(),
          patientId: saved.id,
          token,
          addedBy,
          addedAt: updatedAt,
        });
      return saved;
    },
  );

  return {
    /** Those whose plain fields contain the text, by name; 200 at most. */
    list: (search: string) =>
      statements.list.all({ pattern: `%${search.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%` }),
    find: (id: string) => statements.find.get(id) ?? null,
    /** Writes a patient, and documents that are added, or neither. */
    save: (
      patient: NewPatient & { id?: string },
      documents: readonly string[],
      addedBy: string,
    ): PatientRow => save(patient, documents, addedBy),
    remove: (id: string) => statements.remove.run(id).changes === 1,
    documents: (patientId: string) => statements.documents.all(patientId),
    document: (id: string) => statements.document.get(id) ?? null,
    removeDocument: (id: string) => statements.removeDocument.run(id).changes === 1,
  };
}
