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
export const grantResults = z.array(
  z
    .object({ token: z.string(), expiresAt: time.nullish(), problem: problem.nullable() })
    .transform(({ token, expiresAt, problem }, context) => {
      if (problem && !expiresAt) return { token, expiresAt: null, problem };
      if (expiresAt && !problem) return { token, expiresAt, problem: null };
      context.addIssue('must have either expiresAt or problem');
      return z.NEVER;
    }),
);

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
  Promised<CreateReadGrantsMutation['createReadGrants'], z.input<typeof grantResults>>,
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
