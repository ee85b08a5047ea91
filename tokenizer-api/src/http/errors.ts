import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { unavailableMessage } from '../graphql/errors.js';
import type { ReportFailure } from '../services/problems.js';

/** An error in the form of GraphQL's, for requests that never became a GraphQL request. */
export function sendProblem(response: Response, status: number, code: ProblemCode, message: string): void {
  response.status(status).json({ errors: [{ message, extensions: { code } }] });
}

export const notFound: RequestHandler = (_request, response) => {
  response.status(404).json({ message: 'There is nothing here. The API is POST /graphql.' });
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
