import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import type { Request, Router } from 'express';
import type { RequestContext } from '../graphql/context.js';
import { sendProblem } from './errors.js';
import type { Overload } from './overload.js';
import type { Patience } from './patience.js';
import { cutOffAfter } from './protocol.js';

/** Largest body, in bytes: a full batch of 1000 values, with room for metadata. */
export const maxBody = 2 * 1024 * 1024;

/** In UTF-8, as JSON is (RFC 8259 §8.1). The parser would take other encodings, which what stands in front may not know. */
const json = /^application\/json *(?:; *charset="?utf-8"? *)?$/i;

/** POST with a JSON body, and nothing else. No answer is readable to another origin: there are no CORS headers. */
export function createGraphQLRoute(
  server: ApolloServer<RequestContext>,
  {
    createContext,
    overload,
    patience: { body },
  }: {
    createContext: (request: Request) => RequestContext;
    overload: Pick<Overload, 'run'>;
    patience: Pick<Patience, 'body'>;
  },
): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  const execute = expressMiddleware(server, { context: async ({ req }) => createContext(req) });
  router.post(
    '/',
    (request, response, next) => {
      if (json.test(request.headers['content-type'] ?? '')) next();
      else sendProblem(response, 415, 'BAD_USER_INPUT', 'Send JSON: Content-Type: application/json.');
    },
    (request, _response, next) => {
      // The parser waits for the body's end even when it is too large.
      cutOffAfter(request, body);
      next();
    },
    express.json({ limit: maxBody }),
    (request, response, next) => overload.run(response, () => execute(request, response, next)),
  );
  router.all('/', (_request, response) => {
    response.set('Allow', 'POST');
    sendProblem(response, 405, 'BAD_USER_INPUT', 'Send GraphQL as POST, with JSON.');
  });
  return router;
}
