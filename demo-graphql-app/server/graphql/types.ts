import { Token } from '@lunasec/node-sdk/type-graphql';
import { Field, ID, InputType, ObjectType, registerEnumType, UseMiddleware } from 'type-graphql';
import { auditActions } from '../database/audit.js';
import type { AuditAction } from '../database/audit.js';
import { rights } from '../staff.js';
import type { Right } from '../staff.js';
import { reads } from './rights.js';

const enumOf = <T extends string>(names: readonly T[]) =>
  Object.fromEntries(names.map((name) => [name, name])) as Record<T, T>;

export const RightEnum = enumOf(rights);
registerEnumType(RightEnum, { name: 'Right', description: 'What somebody may do with patients’ data.' });
export const AuditActionEnum = enumOf(auditActions);
registerEnumType(AuditActionEnum, { name: 'AuditAction' });

@ObjectType({ description: 'Someone who works at the clinic.' })
export class Staff {
  @Field(() => ID)
  id!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String)
  role!: string;
  @Field(() => String, { description: 'What the role is for, in a line.' })
  about!: string;
  @Field(() => [RightEnum])
  rights!: readonly Right[];
}

@ObjectType({ description: 'A file about a patient. Its name and type are inside the ciphertext.' })
export class Document {
  @Field(() => ID)
  id!: string;
  @Token()
  @Field(() => String, { description: 'Token of the file.' })
  token!: string;
  @Field(() => String, { description: 'Name of who added it.' })
  addedBy!: string;
  @Field(() => String, { description: 'ISO 8601.' })
  addedAt!: string;
}

@ObjectType({ description: 'A patient. The server holds tokens where the page shows values.' })
export class Patient {
  @Field(() => ID)
  id!: string;
  @Field(() => String)
  name!: string;
  @Field(() => String, { description: 'Date of birth, ISO 8601.' })
  born!: string;
  @Field(() => String)
  city!: string;
  @Field(() => String, { description: 'Why they come, for everybody at the desk to read.' })
  reason!: string;
  @Token({ duration: '15m' })
  @UseMiddleware(reads('nationalId', 'READ_IDENTITY'))
  @Field(() => String, { nullable: true, description: 'Token of the national id. READ_IDENTITY.' })
  nationalId!: string | null;
  @Token({ duration: '15m' })
  @UseMiddleware(reads('card', 'READ_IDENTITY'))
  @Field(() => String, { nullable: true, description: 'Token of the card number. READ_IDENTITY.' })
  card!: string | null;
  @Token({ duration: '15m' })
  @UseMiddleware(reads('notes', 'READ_CLINICAL'))
  @Field(() => String, { nullable: true, description: 'Token of the notes. READ_CLINICAL.' })
  notes!: string | null;
  @Field(() => String, { description: 'When the record last changed, ISO 8601.' })
  updatedAt!: string;
}

@ObjectType({ description: 'A column of a row, as the app’s database has it.' })
export class StoredColumn {
  @Field(() => String)
  name!: string;
  @Field(() => String, {
    nullable: true,
    description: 'Tokens are shortened: a whole one in an answer would be one to read.',
  })
  value!: string | null;
  @Field(() => Boolean)
  isToken!: boolean;
}

@ObjectType({ description: 'Who did what with whose record.' })
export class AuditEntry {
  @Field(() => ID)
  id!: number;
  @Field(() => String, { description: 'ISO 8601.' })
  at!: string;
  @Field(() => Staff, { nullable: true })
  by!: Staff | null;
  @Field(() => AuditActionEnum)
  action!: AuditAction;
  @Field(() => String, { nullable: true })
  patientName!: string | null;
  @Field(() => [String], { description: 'Names of the sensitive fields that were read or written.' })
  fields!: readonly string[];
}

@InputType({ description: 'A patient as the form has it: a field left out stays as it is, null empties it.' })
export class PatientInput {
  @Field(() => String, { nullable: true })
  name?: string | null;
  @Field(() => String, { nullable: true, description: 'Date of birth, ISO 8601.' })
  born?: string | null;
  @Field(() => String, { nullable: true })
  city?: string | null;
  @Field(() => String, { nullable: true })
  reason?: string | null;
  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the national id.' })
  nationalId?: string | null;
  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the card number.' })
  card?: string | null;
  @Token()
  @Field(() => String, { nullable: true, description: 'Token of the notes. READ_CLINICAL.' })
  notes?: string | null;
  @Token()
  @Field(() => [String], { nullable: true, description: 'Tokens of files to add. READ_CLINICAL.' })
  addDocuments?: string[] | null;
}
