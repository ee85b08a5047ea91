import { z } from 'zod';
import { problemCodes } from '../errors/index.js';
import type {
  CreateReadGrantsMutation,
  DeleteTokensMutation,
  DetokenizeMutation,
  FindTokenQuery,
  FindTokensQuery,
  TokenizeMutation,
} from './operations.js';

/** A code that this version does not know is still a refusal. */
const problem = z.object({ code: z.enum(problemCodes).catch('UNAVAILABLE'), message: z.string() });

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Each has a problem or an end, never both: what has neither, or both, is no grant. */
const grantResult = z
  .object({ token: z.string(), expiresAt: time.nullish(), problem: problem.nullable() })
  .transform(({ token, expiresAt, problem }, context): Granted => {
    if (problem && !expiresAt) return { token, expiresAt: null, problem };
    if (expiresAt && !problem) return { token, expiresAt, problem: null };
    context.addIssue('must have either expiresAt or problem');
    return z.NEVER;
  });
type Granted =
  | { token: string; expiresAt: Date; problem: null }
  | { token: string; expiresAt: null; problem: z.output<typeof problem> };

/**
 * There is one for every token of every response of the app, and nearly all are plain grants. Those are told by hand, for a tenth
 * of what the schema takes; whatever is not exactly that is left to it.
 */
export const grantResults = z.custom<unknown>().transform((value, context): Granted[] => {
  if (Array.isArray(value)) {
    const granted = plainGrants(value);
    if (granted) return granted;
  }
  const { data, error } = z.array(grantResult).safeParse(value);
  if (data) return data;
  for (const { path, message } of error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
});

const wholeTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Undefined where one of them is anything but a plain grant. */
function plainGrants(values: readonly unknown[]): Granted[] | undefined {
  const granted: Granted[] = [];
  // Most of a call run out at the same time.
  let text: string | undefined;
  let expiresAt = new Date(NaN);
  for (const value of values) {
    if (typeof value !== 'object' || value === null) return undefined;
    const entry = value as Partial<Record<keyof Granted, unknown>>;
    if (typeof entry.token !== 'string' || entry.problem !== null || typeof entry.expiresAt !== 'string')
      return undefined;
    if (entry.expiresAt !== text) {
      text = entry.expiresAt;
      expiresAt = new Date(text);
      // Dates that are not in the calendar are moved by Date, not refused.
      if (!wholeTime.test(text) || Number.isNaN(expiresAt.getTime()) || expiresAt.toISOString() !== text)
        return undefined;
    }
    granted.push({ token: entry.token, expiresAt, problem: null });
  }
  return granted;
}

export const deleteResults = z.array(
  z.object({ token: z.string(), deleted: z.boolean(), problem: problem.nullable() }),
);

export const count = z.int().min(0);

const signedRequest = z.object({
  url: z.url({ protocol: /^https?$/ }),
  method: z.string().regex(/^(GET|PUT)$/),
  headers: z.record(z.string(), z.unknown()).pipe(z.record(z.string(), z.string())),
});

export const uploadResults = z.array(
  z
    .object({ token: z.string(), upload: signedRequest.nullable(), problem: problem.nullable() })
    .transform(({ token, upload, problem }, context) => {
      if (problem && !upload) return { token, upload: null, problem };
      if (upload && !problem) return { token, upload, problem: null };
      context.addIssue('must have either upload or problem');
      return z.NEVER;
    }),
);

const download = signedRequest.extend({ size: z.int().min(1), dataKey: z.base64().length(44) });

export const downloadResults = z.array(
  z
    .object({ token: z.string(), download: download.nullable(), problem: problem.nullable() })
    .transform(({ token, download, problem }, context) => {
      if (problem && !download) return { token, download: null, problem };
      if (download && !problem) return { token, download, problem: null };
      context.addIssue('must have either download or problem');
      return z.NEVER;
    }),
);

export const tokenRecord = z
  .object({
    id: z.string(),
    status: z.enum(['pending', 'accepted', 'expired', 'deleted']),
    sessionId: z.string().nullable(),
    size: z.int().min(0),
    binding: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    createdAt: time,
    acceptedAt: time.nullable(),
    deletedAt: time.nullable(),
  })
  .transform(({ id, ...record }) => ({ token: id, ...record }));

export const tokenPage = z
  .object({
    edges: z.array(z.object({ node: tokenRecord })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  })
  .transform(({ edges, pageInfo }) => ({
    tokens: edges.map(({ node }) => node),
    next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
  }));

/** Fails to compile when what is read above is not what the tokenizer's schema promises. */
export type Promised<Answer extends Read, Read> = Answer;
export type Checks = [
  Promised<CreateReadGrantsMutation['createReadGrants'], z.input<typeof grantResult>[]>,
  Promised<DeleteTokensMutation['deleteTokens'], z.input<typeof deleteResults>>,
  Promised<NonNullable<FindTokenQuery['token']>, z.input<typeof tokenRecord>>,
  Promised<FindTokensQuery['tokens'], z.input<typeof tokenPage>>,
  Promised<TokenizeMutation['tokenize'], z.input<typeof uploadResults>>,
  Promised<DetokenizeMutation['detokenize'], z.input<typeof downloadResults>>,
];

/** Any GraphQL answer over HTTP; `data` is checked further by the call. */
export const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string().catch('The tokenizer refused the call.'),
        extensions: z
          .object({
            code: z.string().optional().catch(undefined),
            retryAfter: z.number().positive().optional().catch(undefined),
          })
          .optional()
          .catch(undefined),
      }),
    )
    .nullish(),
});
