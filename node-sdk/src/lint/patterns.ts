/** What a name has to say for a field to look sensitive. */
export interface SensitivePattern {
  /** What it is about, as the report says it: "looks like …". */
  subject: string;
  /** Tried on the words of the field's name, in lower case and between single spaces: `nationalId` is `national id`. */
  field?: RegExp | undefined;
  /** Tried on the words of the type's name and the field's: `Patient.notes` is `patient notes`. */
  typeAndField?: RegExp | undefined;
}

export const defaultPatterns: readonly SensitivePattern[] = [
  {
    subject: 'a national identity number',
    field:
      /\b(ssn|nino|bsn|cpf|curp|aadhaar|personnummer|social security|social insurance|national (id|identity|identifier|insurance|number)|identity (number|card)|citizen (id|number))\b/,
  },
  { subject: 'a tax number', field: /\b(tin|ein|itin|tax (id|number|identifier|payer|code)|taxpayer)\b/ },
  {
    subject: 'a number of an identity document',
    field:
      /\b(passport|driver s? ?licen[cs]e|drivers? licen[cs]e|driving licen[cs]e|licen[cs]e number|visa number)\b/,
  },
  {
    subject: 'a payment card',
    field: /\b(card (number|no|cvv|cvc|pin)|credit card|debit card|cvv|cvc|primary account number)\b/,
  },
  {
    subject: 'a bank account',
    field: /\b(iban|bank account|account (number|no)|routing number|sort code|bban)\b/,
  },
  { subject: 'a date of birth', field: /\b(dob|date of birth|birth date|birthdate|birthday)\b/ },
  {
    subject: 'something about health',
    field:
      /\b(diagnos[ie]s|medications?|prescriptions?|allerg(y|ies)|symptoms?|blood (type|group)|medical|health (notes?|record|history|condition|insurance)|treatment|disabilit(y|ies)|therapy notes?)\b/,
    typeAndField:
      /\b(patient|medical|health|clinical|therapy|treatment|consultation)\b.* (notes?|comments?|remarks?|history|summary)$/,
  },
  {
    subject: 'something about beliefs, origin or private life',
    field: /\b(religion|ethnicity|sexual orientation|political (views?|opinions?)|trade union)\b/,
  },
  {
    subject: 'an answer that proves an identity',
    field: /\b(mother s? ?maiden name|mothers? maiden name|security answer)\b/,
  },
];

/** Endings of names that are about a sensitive value, and are none themselves. */
const aboutIt =
  /\b(count|total|status|state|(?<!blood )type|kind|verified|valid|required|enabled|hint|label|placeholder|masked|provider|issuer|country|url|format)$/;

/** What a field or argument looks like by its name; undefined if like nothing sensitive. */
export function looksLike(
  typeName: string,
  fieldName: string,
  patterns: readonly SensitivePattern[],
): string | undefined {
  const field = wordsOf(fieldName);
  if (aboutIt.test(field)) return undefined;
  const both = `${wordsOf(typeName)} ${field}`;
  return patterns.find((pattern) => pattern.field?.test(field) || pattern.typeAndField?.test(both))?.subject;
}

/** `userSSN`, `user_ssn` and `UserSsn` are all `user ssn`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z])([0-9])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}
