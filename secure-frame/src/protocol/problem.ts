/** The stable codes of everything that can go wrong, the same in every package and in the GraphQL API. */
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
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'BAD_USER_INPUT',
  'UNAVAILABLE',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** Codes that only a frame reports to its page: no server ever sends them. */
export const frameProblemCodes = /*#__PURE__*/ (() => [...problemCodes, 'VALIDATION_FAILED'] as const)();
export type FrameProblemCode = (typeof frameProblemCodes)[number];

/** A failure as plain data. `message` is for developers, in English; pages translate by `code`. */
export interface Problem {
  code: FrameProblemCode;
  message: string;
}

/** A {@link Problem} to throw. */
export class ProblemError extends Error implements Problem {
  override name = 'ProblemError';

  constructor(
    readonly code: FrameProblemCode,
    message: string,
  ) {
    super(message);
  }
}

/** Any failure as a problem: what is not one already becomes UNAVAILABLE. Limited to what a message may carry. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return { code: error.code, message: error.message.slice(0, 2000) };
  return { code: 'UNAVAILABLE', message: 'Something failed inside the secure frame. Try again.' };
}
