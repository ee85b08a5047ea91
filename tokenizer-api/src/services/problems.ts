import { isToken, ProblemError } from '@lunasec/secure-frame/protocol';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';

/** Why one entry of a batch has no result. */
export interface Problem {
  code: ProblemCode;
  /** For developers, in English; says what to do. */
  message: string;
}

export const problem = (code: ProblemCode, message: string): Problem => ({ code, message });

/** Throws BATCH_TOO_LARGE. */
export function checkBatch(entries: readonly unknown[], max: number): void {
  if (entries.length > max)
    throw new ProblemError(
      'BATCH_TOO_LARGE',
      `The call has ${entries.length} entries; at most ${max} are allowed. Split it.`,
    );
}

const sidPattern = /^[A-Za-z0-9_-]{43}$/;

/** Whether a text may be a `sid`: base64url of a SHA-256 digest. */
export const isSid = (text: unknown): text is string => typeof text === 'string' && sidPattern.test(text);

/** Throws BAD_USER_INPUT for anything but a `sid`. */
export function checkSid(text: string): void {
  if (!isSid(text))
    throw new ProblemError(
      'BAD_USER_INPUT',
      'sessionId is not a sid: the base64url SHA-256 digest (43 characters) of application id, a zero byte and session id.',
    );
}

export const notAToken = (): Problem =>
  problem(
    'BAD_USER_INPUT',
    'This is not a token. Tokens look like "lunasec-" and a lower-case version 4 UUID.',
  );

export const tokenNotFound = (): Problem =>
  problem('TOKEN_NOT_FOUND', 'The application has no such token, or no server has accepted it.');

export const tokenDeleted = (): Problem =>
  problem('TOKEN_DELETED', 'The token was deleted, and its value with it.');

/** The well-formed tokens of a batch, each once. */
export const distinctTokens = (tokens: readonly string[]): string[] => [...new Set(tokens.filter(isToken))];

/** UNAVAILABLE with a message that callers may read. The cause is for the log alone. */
export class UnavailableError extends ProblemError {
  override name = 'UnavailableError';

  constructor(
    message: string,
    override readonly cause: unknown,
  ) {
    super('UNAVAILABLE', message);
  }
}

/** A refusal of a whole call, with whom and what it concerns as far as that is proved. For the audit alone. */
export class AttributedRefusal extends ProblemError {
  override name = 'AttributedRefusal';

  constructor(
    { code, message }: Problem,
    readonly subject: { applicationId: string; sessionId?: string; token?: string },
  ) {
    super(code, message);
  }
}

/** Tells the operator about a failure that a caller sees as UNAVAILABLE only. */
export type ReportFailure = (failure: unknown, requestId: string | null, what: string) => void;

/** Strict: padded, in the standard alphabet, and without stray bits at the end (RFC 4648 §3.5). */
export const isBase64Of32Bytes = (text: string): boolean =>
  /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(text);

export const badChecksum = (): Problem =>
  problem('BAD_USER_INPUT', 'checksum must be a SHA-256 digest: 32 bytes in base64.');
