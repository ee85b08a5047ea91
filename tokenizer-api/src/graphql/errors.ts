import { unwrapResolverError } from '@apollo/server/errors';
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
  const cause = unwrapResolverError(error);
  if (isRefusal(cause))
    return {
      message: cause.message,
      extensions: {
        code: cause.code,
        ...(cause instanceof RateLimitedError ? { retryAfter: cause.retryAfter } : {}),
      },
    };
  if (requestCodes.includes(String(formatted.extensions?.code)))
    return { message: formatted.message, extensions: { code: 'BAD_USER_INPUT' } };
  return { message: unavailableMessage, extensions: { code: 'UNAVAILABLE' } };
}

const isRefusal = (error: unknown): error is ProblemError & { code: ProblemCode } =>
  error instanceof ProblemError && (problemCodes as readonly string[]).includes(error.code);

/** The failure inside an error, if the operator should hear of it; undefined for refusals and malformed requests. */
export function failureInside(error: GraphQLError): unknown {
  const cause = unwrapResolverError(error);
  if (cause instanceof ProblemError) return cause.code === 'UNAVAILABLE' ? cause : undefined;
  return requestCodes.includes(String(error.extensions?.code)) || isFromValidation(error) ? undefined : cause;
}

/** Parsing and validation errors have a place in the document, but none in the response and no origin. */
const isFromValidation = (error: GraphQLError) =>
  error.path === undefined && error.originalError === undefined;
