import { ApolloServerValidationErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { problemCodes, ProblemError } from '@lunasec/secure-frame/protocol';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { RateLimitedError } from './rate-limits.js';

/** What clients read when something broke inside: nothing of it. */
export const unavailableMessage = 'The tokenizer could not do this now. Try again.';

/** Apollo Server's own codes for requests that it refuses before any resolver runs. */
const requestCodes = [
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
];

/**
 * An error as clients see it: message, place and a code. Refusals keep their code, malformed requests become
 * BAD_USER_INPUT, and all else is UNAVAILABLE with nothing of its inside.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, extensions } = publicPart(formatted, error);
  return {
    message,
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    ...(formatted.path ? { path: formatted.path } : {}),
    extensions,
  };
}

function publicPart(
  formatted: GraphQLFormattedError,
  error: unknown,
): { message: string; extensions: { code: ProblemCode; retryAfter?: number } } {
  const refusal = refusalOf(unwrapResolverError(error));
  if (refusal)
    return {
      message: refusal.message,
      extensions: {
        code: refusal.code,
        ...(refusal instanceof RateLimitedError ? { retryAfter: refusal.retryAfter } : {}),
      },
    };
  if (formatted.extensions?.validationErrorCode === ApolloServerValidationErrorCode.INTROSPECTION_DISABLED)
    return { message: 'Introspection is turned off.', extensions: { code: 'BAD_USER_INPUT' } };
  if (requestCodes.includes(String(formatted.extensions?.code)))
    return { message: withoutValues(formatted.message), extensions: { code: 'BAD_USER_INPUT' } };
  return { message: unavailableMessage, extensions: { code: 'UNAVAILABLE' } };
}

/** Longest message about a malformed request. */
const maxMessage = 300;

/**
 * GraphQL's own messages repeat the value of a variable or a literal that is wrong: a key, or a value that was sent by
 * mistake. What stays is the place of it, and the reason where that holds no value.
 */
function withoutValues(message: string): string {
  const [, variable] = /^Variable "(\$\w{1,100})" got invalid value /.exec(message) ?? [];
  if (variable === undefined) {
    const text = message.replace(literal, '$1 …');
    return text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text;
  }
  const [, place] = /^.{1,100000} at "([\w.[\]]{1,100})"; /s.exec(message) ?? [];
  const [, reason] = valueFreeReason.exec(message) ?? [];
  return [
    `Variable "${variable}" has a wrong value`,
    place === undefined ? '' : ` at "${place}"`,
    reason === undefined ? '.' : `: ${reason}`,
  ].join('');
}
/** Where a message begins to repeat a literal. What a parser found may be a sign or a name. */
const literal =
  /(\bvalue:|\bdate-time-string|, found(?! (?:Name "|"[^"\w]{1,3}"|<EOF>))|\bUnexpected (?:String|BlockString|Int|Float)) .*$/s;
const valueFreeReason =
  /; ((?:Field "\w{1,100}" (?:of required type "[\w![\]]{1,100}" was not provided|is not defined by type "\w{1,100}")|Expected (?:non-nullable )?type "[\w![\]]{1,100}"(?: not to be null| to be an object)?)\.)/;

/** The error as one whose code clients may know, if it is one. */
export const refusalOf = (error: unknown): (ProblemError & { code: ProblemCode }) | undefined =>
  error instanceof ProblemError && (problemCodes as readonly string[]).includes(error.code)
    ? (error as ProblemError & { code: ProblemCode })
    : undefined;

/** How long to wait after an answer with these errors, in seconds, if one of them says so. */
export function retryAfterOf(errors: readonly GraphQLFormattedError[]): number | undefined {
  const waits = errors.map(({ extensions }) => extensions?.retryAfter).filter((it) => typeof it === 'number');
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** The failure inside an error, if the operator should hear of it; undefined for refusals and malformed requests. */
export function failureInside(error: GraphQLError): unknown {
  const cause = unwrapResolverError(error);
  if (cause instanceof ProblemError) return cause.code === 'UNAVAILABLE' ? cause : undefined;
  return requestCodes.includes(String(error.extensions?.code)) || isFromValidation(error) ? undefined : cause;
}

/** Parsing and validation errors have a place in the document, but none in the response and no origin. */
const isFromValidation = (error: GraphQLError) =>
  error.path === undefined && error.originalError === undefined;
