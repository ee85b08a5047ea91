/** The stable codes of everything that can go wrong, the same in every package and in the tokenizer's API. */
export const problemCodes = [
  'UNAUTHENTICATED',
  'ASSERTION_REPLAYED',
  'STORE_GRANT_MISSING',
  'READ_GRANT_MISSING',
  'GRANT_EXPIRED',
  'TOKEN_NOT_FOUND',
  'TOKEN_DELETED',
  'UPLOAD_MISSING',
  'BINDING_MISMATCH',
  'DURATION_TOO_LONG',
  'TOO_LARGE',
  'BATCH_TOO_LARGE',
  'RATE_LIMITED',
  'BAD_USER_INPUT',
  'UNAVAILABLE',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** A failure as plain data. `message` is for developers, in English; pages translate by `code`. */
export interface Problem {
  code: ProblemCode;
  message: string;
}
