import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { secretColumns } from '../database/patients.js';
import type { NewPatient, PatientRow, SecretColumn } from '../database/patients.js';
import type { DemoContext } from './context.js';
import { requireRight } from './rights.js';
import type { PatientInput } from './types.js';

const text = (name: string, most: number, least = 1) =>
  z.string().trim().min(least, `${name} is missing.`).max(most, `${name} has at most ${most} characters.`);

/** What the app itself checks: the plain fields. The others are tokens, which the SDK has checked before any resolver ran. */
const plain = z.object({
  name: text('The name', 200),
  born: z.iso.date('The date of birth is a date such as 1984-03-12.'),
  city: text('The city', 100, 0),
  reason: text('The reason', 300, 0),
});

export const noSuchPatient = () => badInput('There is no such patient.');
const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/** What a row becomes with an input, which documents are added, and the names of the sensitive fields in it. */
export function changesOf(
  context: DemoContext,
  input: PatientInput,
  before: PatientRow | null,
): { row: NewPatient; documents: string[]; fields: string[] } {
  const documents = input.addDocuments ?? [];
  if (input.notes !== undefined || documents.length > 0) requireRight(context, 'READ_CLINICAL');
  const read = plain.safeParse({
    name: input.name ?? before?.name ?? '',
    born: input.born ?? before?.born ?? '',
    city: input.city ?? before?.city ?? '',
    reason: input.reason ?? before?.reason ?? '',
  });
  if (!read.success) throw badInput(read.error.issues[0]!.message);
  const kept = (name: SecretColumn) => (input[name] === undefined ? (before?.[name] ?? null) : input[name]);
  return {
    row: { ...read.data, nationalId: kept('nationalId'), card: kept('card'), notes: kept('notes') },
    documents,
    fields: [
      ...secretColumns.filter((name) => input[name] !== undefined),
      ...(documents.length > 0 ? ['documents'] : []),
    ],
  };
}
