import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root, UseMiddleware } from 'type-graphql';
import type { AuditAction } from '../database/audit.js';
import { secretColumns } from '../database/patients.js';
import type { DocumentRow, PatientRow } from '../database/patients.js';
import { findStaff } from '../staff.js';
import type { StaffMember } from '../staff.js';
import type { DemoContext } from './context.js';
import { changesOf, noSuchPatient } from './patient-input.js';
import { reads, requireRight, requireStaff } from './rights.js';
import { Document, Patient, PatientInput, StoredColumn } from './types.js';

/** Tokens that a saved row no longer holds; their values are of no more use to anyone. */
const replacedTokens = (before: PatientRow, after: PatientRow | null) =>
  secretColumns.flatMap((column) => {
    const token = before[column];
    return token && token !== after?.[column] ? [token] : [];
  });

@Resolver(() => Patient)
export class PatientResolver {
  @Query(() => [Patient], {
    description: 'Patients whose name, city or reason contains the text, by name; at most 200.',
  })
  patients(
    @Ctx() context: DemoContext,
    @Arg('search', () => String, { defaultValue: '' }) search: string,
  ): PatientRow[] {
    requireStaff(context);
    return context.database.patients.list(search.slice(0, 100));
  }

  @Query(() => Patient, { nullable: true })
  patient(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): PatientRow | null {
    requireStaff(context);
    return context.database.patients.find(id);
  }

  @FieldResolver(() => [Document], { description: 'READ_CLINICAL.' })
  @UseMiddleware(reads('documents', 'READ_CLINICAL'))
  documents(@Ctx() context: DemoContext, @Root() { id }: PatientRow): DocumentRow[] {
    return context.database.patients
      .documents(id)
      .map((row) => ({ ...row, addedBy: findStaff(row.addedBy)?.name ?? row.addedBy }));
  }

  @Query(() => [StoredColumn], {
    nullable: true,
    description: 'The row as the database has it: for the panel “What the server sees”.',
  })
  storedRow(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): StoredColumn[] | null {
    requireStaff(context);
    const row = context.database.patients.find(id);
    if (!row) return null;
    const secret: readonly string[] = secretColumns;
    return [
      ...Object.entries(row).map(([name, value]: [string, string | null]) =>
        value !== null && secret.includes(name) ? shortened(name, value) : { name, value, isToken: false },
      ),
      ...context.database.patients
        .documents(id)
        .map(({ token }, index) => shortened(`documents[${index}]`, token)),
    ];
  }

  @Mutation(() => Patient, { description: 'EDIT; notes and documents also take READ_CLINICAL.' })
  createPatient(
    @Ctx() context: DemoContext,
    @Arg('input', () => PatientInput) input: PatientInput,
  ): PatientRow {
    const member = requireRight(context, 'EDIT');
    const { row, documents, fields } = changesOf(context, input, null);
    const saved = context.database.patients.save(row, documents, member.id);
    record(context, member, 'CREATED', saved, fields);
    return saved;
  }

  @Mutation(() => Patient, { description: 'EDIT; notes and documents also take READ_CLINICAL.' })
  async updatePatient(
    @Ctx() context: DemoContext,
    @Arg('id', () => ID) id: string,
    @Arg('input', () => PatientInput) input: PatientInput,
  ): Promise<PatientRow> {
    const member = requireRight(context, 'EDIT');
    const before = context.database.patients.find(id);
    if (!before) throw noSuchPatient();
    const { row, documents, fields } = changesOf(context, input, before);
    const saved = context.database.patients.save({ ...row, id }, documents, member.id);
    record(context, member, 'CHANGED', saved, fields);
    await deleteTokens(context, replacedTokens(before, saved));
    return saved;
  }

  @Mutation(() => Boolean, { description: 'Deletes a patient and the values behind all tokens. DELETE.' })
  async deletePatient(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): Promise<boolean> {
    const member = requireRight(context, 'DELETE');
    const before = context.database.patients.find(id);
    if (!before) return false;
    const files = context.database.patients.documents(id).map(({ token }) => token);
    await deleteTokens(context, [...replacedTokens(before, null), ...files]);
    record(context, member, 'DELETED', before, []);
    return context.database.patients.remove(id);
  }

  @Mutation(() => Boolean, { description: 'Deletes a document with its content. EDIT and READ_CLINICAL.' })
  async removeDocument(@Ctx() context: DemoContext, @Arg('id', () => ID) id: string): Promise<boolean> {
    requireRight(context, 'READ_CLINICAL');
    const member = requireRight(context, 'EDIT');
    const document = context.database.patients.document(id);
    const patient = document && context.database.patients.find(document.patientId);
    if (!patient) return false;
    await deleteTokens(context, [document.token]);
    record(context, member, 'CHANGED', patient, ['documents']);
    return context.database.patients.removeDocument(id);
  }
}

const shortened = (name: string, token: string): StoredColumn => ({
  name,
  value: `${token.slice(0, 16)}…${token.slice(-4)}`,
  isToken: true,
});

function record(
  { database }: DemoContext,
  { id: userId }: StaffMember,
  action: AuditAction,
  { id: patientId, name: patientName }: PatientRow,
  fields: readonly string[],
): void {
  database.audit.record({ userId, action, patientId, patientName, fields });
}

async function deleteTokens(context: DemoContext, tokens: string[]): Promise<void> {
  if (tokens.length > 0) await context.lunaSec.deleteTokens(tokens);
}
