import type { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import type { Request, Router } from 'express';
import type { RequestContext } from '../graphql/context.js';
import { sendProblem } from './errors.js';

/** Largest body, in bytes: a full batch of 1000 values, with room for metadata. */
export const maxBody = 2 * 1024 * 1024;

/** POST with a JSON body, and nothing else. No answer is readable to another origin: there are no CORS headers. */
export function createGraphQLRoute(
  server: ApolloServer<RequestContext>,
  createContext: (request: Request) => RequestContext,
): Router {
  const router = express.Router();
  router.post(
    '/',
    (request, response, next) => {
      response.set('Cache-Control', 'no-store');
      if (request.is('application/json')) next();
      else sendProblem(response, 415, 'BAD_USER_INPUT', 'Send JSON: Content-Type: application/json.');
    },
    express.json({ limit: maxBody }),
    expressMiddleware(server, { context: async ({ req }) => createContext(req) }),
  );
  router.all('/', (_request, response) => {
    response.set('Allow', 'POST');
    sendProblem(response, 405, 'BAD_USER_INPUT', 'Send GraphQL as POST, with JSON.');
  });
  return router;
}
