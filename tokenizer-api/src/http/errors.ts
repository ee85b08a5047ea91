import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { ServerResponse } from 'node:http';
import { unavailableMessage } from '../graphql/errors.js';
import type { ReportFailure } from '../services/problems.js';

/** An error in the form of GraphQL's, for requests that never became a GraphQL request. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  code: ProblemCode,
  message: string,
  extensions: { retryAfter?: number } = {},
): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ errors: [{ message, extensions: { code, ...extensions } }] }));
}

/** When to try again, in seconds. Clients add jitter of their own. */
const retryAfter = 1;

/** 503: not now, and soon again. */
export function sendUnavailable(response: ServerResponse, message: string): void {
  response.setHeader('Retry-After', String(retryAfter));
  response.setHeader('Cache-Control', 'no-store');
  sendProblem(response, 503, 'UNAVAILABLE', message, { retryAfter });
}

export const notFound: RequestHandler = (_request, response) => {
  response
    .status(404)
    .set('Cache-Control', 'no-store')
    .json({ message: 'There is nothing here. The API is POST /graphql.' });
};

/** What body parsers and handlers throw: a JSON answer with a code, and nothing of the inside. */
export const createErrorHandler =
  (report: ReportFailure): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { type, status } = (error ?? {}) as { type?: unknown; status?: unknown };
    if (type === 'entity.too.large')
      sendProblem(response, 413, 'TOO_LARGE', 'The body of the request is too large.');
    else if (type === 'entity.parse.failed')
      sendProblem(response, 400, 'BAD_USER_INPUT', 'The body of the request is not JSON.');
    else if (typeof status === 'number' && status >= 400 && status < 500)
      sendProblem(response, status, 'BAD_USER_INPUT', 'The request is malformed.');
    else {
      report(error, typeof request.id === 'string' ? request.id : null, 'a request failed');
      sendProblem(response, 500, 'UNAVAILABLE', unavailableMessage);
    }
  };
