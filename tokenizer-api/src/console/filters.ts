import { isToken, ProblemError } from '@lunasec/secure-frame/protocol';
import { z } from 'zod';
import { toPageRequest } from '../graphql/cursor.js';
import { isMetadataKey, maxMetadataBytes } from '../services/metadata.js';
import { isSid } from '../services/problems.js';
import type { PageRequest, TokenFilter } from '../stores/token-store/port.js';

/** Items of one page. */
const pageSize = 50;

/** A field of a form; an empty one asks for nothing. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const cursor = z.preprocess(
  (value) => (value === '' ? undefined : value),
  z
    .string('is no page of a list')
    .optional()
    .transform((after, context): PageRequest => {
      try {
        return toPageRequest(pageSize, after);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        context.addIssue('is no page of a list; begin at the first one');
        return z.NEVER;
      }
    }),
);

const sid = z
  .string('must be given once')
  .trim()
  .refine(isSid, 'must be a sid: 43 letters, digits, "-" and "_"');
export const tokenName = z
  .string('must be given once')
  .trim()
  .refine(isToken, 'must be a token: "lunasec-" and a lower-case UUID');

/** Of an input `datetime-local`, taken as UTC. */
const time = z
  .string('must be given once')
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/, 'must be a time such as 2030-01-31T12:00')
  .transform((text, context) => {
    const at = new Date(`${text}Z`);
    if (!Number.isNaN(at.getTime())) return at;
    context.addIssue('must be a time such as 2030-01-31T12:00');
    return z.NEVER;
  });

const word = (pattern: RegExp, message: string) =>
  z.string('must be given once').trim().regex(pattern, message);

export const statuses = ['pending', 'accepted', 'expired', 'deleted'] as const;
export const outcomes = ['ok', 'denied', 'failed'] as const;
export const grantKinds = ['read', 'store'] as const;
export const metadataTypes = ['text', 'number', 'true or false'] as const;

/** Names an application of this tokenizer. */
const applicationOf = (ids: readonly string[]) =>
  z.string('must be given once').refine((id) => ids.includes(id), 'is no application of this tokenizer');

export const tokenQuery = (ids: readonly string[]) =>
  z
    .object({
      application: applicationOf(ids),
      status: optional(z.enum(statuses, 'must be one of the list')),
      session: optional(sid),
      from: optional(time),
      to: optional(time),
      key: optional(z.string('must be given once').trim().refine(isMetadataKey, 'is no key of metadata')),
      value: z.string('must be given once').max(maxMetadataBytes, 'is too long').default(''),
      type: z.enum(metadataTypes, 'must be one of the list').default('text'),
      after: cursor,
    })
    .transform(({ application, after, status, session, from, to, key, value, type }, context) => {
      const wanted = key === undefined ? undefined : metadataValue(value, type);
      if (key !== undefined && wanted === undefined)
        context.addIssue({ code: 'custom', path: ['value'], message: `must be ${wordsOf[type]}` });
      if (key === undefined && value !== '')
        context.addIssue({ code: 'custom', path: ['key'], message: 'is needed to look for a value' });
      const filter: TokenFilter = {
        status,
        sessionId: session,
        createdAfter: from,
        createdBefore: to,
        ...(key === undefined || wanted === undefined ? {} : { metadata: { [key]: wanted } }),
      };
      return { application, filter, page: after };
    });

const wordsOf = { text: 'a text', number: 'a number', 'true or false': 'true or false' };

function metadataValue(
  value: string,
  type: (typeof metadataTypes)[number],
): string | number | boolean | undefined {
  if (type === 'text') return value;
  if (type === 'number')
    return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

export const oneTokenQuery = (ids: readonly string[]) =>
  z.object({ application: applicationOf(ids), token: tokenName });

export const grantQuery = (ids: readonly string[]) =>
  z
    .object({
      application: applicationOf(ids),
      session: sid,
      kind: z.enum(grantKinds, 'must be one of the list').default('read'),
      after: cursor,
    })
    .transform(({ after, ...rest }) => ({ ...rest, page: after }));

export const auditQuery = (ids: readonly string[]) =>
  z
    .object({
      application: optional(applicationOf(ids)),
      action: optional(word(/^[A-Za-z]{1,64}$/, 'must be the name of a call, such as detokenize')),
      outcome: optional(z.enum(outcomes, 'must be one of the list')),
      token: optional(tokenName),
      session: optional(sid),
      from: optional(time),
      to: optional(time),
      after: cursor,
    })
    .transform(({ application = null, action, outcome, token, session, from, to, after }) => ({
      application,
      filter: { action, outcome, token, sessionId: session, after: from, before: to },
      page: after,
    }));

/** What the fields of a form hold, as they were sent; those that are no single texts are left out. */
export type Fields = Readonly<Record<string, string>>;

export const fieldsOf = (query: object): Fields =>
  Object.fromEntries(
    Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );

/** What people call the fields. */
export const labels = {
  application: 'Application',
  status: 'Status',
  key: 'Metadata key',
  value: 'Metadata value',
  type: 'Value is a',
  from: 'After (UTC)',
  to: 'Before (UTC)',
  session: 'Session (sid)',
  token: 'Token',
  kind: 'Kind',
  action: 'Action',
  outcome: 'Outcome',
  after: 'Page',
} as const;

const labelOf = (name: PropertyKey | undefined): string =>
  typeof name === 'string' && Object.hasOwn(labels, name)
    ? labels[name as keyof typeof labels]
    : 'The address';

/** What is wrong with fields, in sentences. */
export const problemsOf = (error: z.ZodError): string[] =>
  error.issues.slice(0, 20).map(({ path, message }) => `${labelOf(path[0])}: ${message}.`);
