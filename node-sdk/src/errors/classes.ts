import type { ProblemCode } from './codes.js';
import { LunaSecError } from './lunasec-error.js';
import type { LunaSecErrorOptions } from './lunasec-error.js';

/** There is no session: the user is not logged in to the app. */
export class UnauthenticatedError extends LunaSecError {
  override name = 'UnauthenticatedError';
  readonly code = 'UNAUTHENTICATED';
}

/** A secure frame's assertion was used before. The frame asks for a new one by itself. */
export class AssertionReplayedError extends LunaSecError {
  override name = 'AssertionReplayedError';
  readonly code = 'ASSERTION_REPLAYED';
}

/** The token was made by another session, so this one may not store it. */
export class StoreGrantMissingError extends LunaSecError {
  override name = 'StoreGrantMissingError';
  readonly code = 'STORE_GRANT_MISSING';
}

/** Nobody allowed this session to read the token. */
export class ReadGrantMissingError extends LunaSecError {
  override name = 'ReadGrantMissingError';
  readonly code = 'READ_GRANT_MISSING';
}

/** The grant ran out. A value that was not sent in time must be entered again. */
export class GrantExpiredError extends LunaSecError {
  override name = 'GrantExpiredError';
  readonly code = 'GRANT_EXPIRED';
}

/** No such token in this application, or none that a mutation accepted yet. */
export class TokenNotFoundError extends LunaSecError {
  override name = 'TokenNotFoundError';
  readonly code = 'TOKEN_NOT_FOUND';
}

/** The token and its value were deleted for good. */
export class TokenDeletedError extends LunaSecError {
  override name = 'TokenDeletedError';
  readonly code = 'TOKEN_DELETED';
}

/** The token exists, but its value was never uploaded. */
export class UploadMissingError extends LunaSecError {
  override name = 'UploadMissingError';
  readonly code = 'UPLOAD_MISSING';
}

/** The token is bound to another place than the one it is used in. */
export class BindingMismatchError extends LunaSecError {
  override name = 'BindingMismatchError';
  readonly code = 'BINDING_MISMATCH';
}

/** A read grant was asked for longer than the tokenizer's limit for this application. */
export class DurationTooLongError extends LunaSecError {
  override name = 'DurationTooLongError';
  readonly code = 'DURATION_TOO_LONG';
}

/** The value is larger than the tokenizer's limit. */
export class TooLargeError extends LunaSecError {
  override name = 'TooLargeError';
  readonly code = 'TOO_LARGE';
}

/** One call had more entries than the tokenizer takes. */
export class BatchTooLargeError extends LunaSecError {
  override name = 'BatchTooLargeError';
  readonly code = 'BATCH_TOO_LARGE';
}

/** The application stores as many values, or bytes, as the tokenizer's limits for it allow. */
export class QuotaExceededError extends LunaSecError {
  override name = 'QuotaExceededError';
  readonly code = 'QUOTA_EXCEEDED';
}

/** Too many calls in a short time. */
export class RateLimitedError extends LunaSecError {
  override name = 'RateLimitedError';
  readonly code = 'RATE_LIMITED';
  /** Seconds after which to try again, if the tokenizer said so. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: LunaSecErrorOptions & { retryAfter?: number | undefined } = {}) {
    super(message, options);
    this.retryAfter = options.retryAfter;
  }

  override get extensions(): Record<string, unknown> {
    return { code: this.code, ...(this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter }) };
  }
}

/** The input is malformed, such as text where a token belongs. */
export class BadUserInputError extends LunaSecError {
  override name = 'BadUserInputError';
  readonly code = 'BAD_USER_INPUT';
}

/**
 * The tokenizer cannot be reached, or answered in an unexpected way. Nothing was let through; try
 * again later.
 */
export class UnavailableError extends LunaSecError {
  override name = 'UnavailableError';
  readonly code = 'UNAVAILABLE';
}

type ErrorClass = new (
  message: string,
  options?: LunaSecErrorOptions & { retryAfter?: number | undefined },
) => LunaSecError;

const classes: Record<ProblemCode, ErrorClass> = {
  UNAUTHENTICATED: UnauthenticatedError,
  ASSERTION_REPLAYED: AssertionReplayedError,
  STORE_GRANT_MISSING: StoreGrantMissingError,
  READ_GRANT_MISSING: ReadGrantMissingError,
  GRANT_EXPIRED: GrantExpiredError,
  TOKEN_NOT_FOUND: TokenNotFoundError,
  TOKEN_DELETED: TokenDeletedError,
  UPLOAD_MISSING: UploadMissingError,
  BINDING_MISMATCH: BindingMismatchError,
  DURATION_TOO_LONG: DurationTooLongError,
  TOO_LARGE: TooLargeError,
  BATCH_TOO_LARGE: BatchTooLargeError,
  QUOTA_EXCEEDED: QuotaExceededError,
  RATE_LIMITED: RateLimitedError,
  BAD_USER_INPUT: BadUserInputError,
  UNAVAILABLE: UnavailableError,
};

/** The error of a code. `retryAfter` (seconds) only means something with RATE_LIMITED. */
export function createError(
  code: ProblemCode,
  message: string,
  options?: LunaSecErrorOptions & { retryAfter?: number | undefined },
): LunaSecError {
  return new classes[code](message, options);
}
