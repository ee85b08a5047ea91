import { z } from 'zod';
import { problemCodes } from '../errors/index.js';

/** A code that this version does not know is still a refusal. */
const problem = z.object({ code: z.enum(problemCodes).catch('UNAVAILABLE'), message: z.string() });

export const grantResults = z.array(
  z.union([
    z
      .object({ token: z.string(), expiresAt: z.null().optional(), problem })
      .transform(({ token, problem }) => ({
        token,
        expiresAt: null,
        problem,
      })),
    z.object({
      token: z.string(),
      expiresAt: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
      problem: z.null(),
    }),
  ]),
);

export const deleteResults = z.array(
  z.object({ token: z.string(), deleted: z.boolean(), problem: problem.nullable() }),
);

export const count = z.int().min(0);

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
