import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import type { Server } from 'node:http';
import type { ReportFailure } from '../services/problems.js';
import type { RequestContext } from './context.js';
import { failureInside, formatError, retryAfterOf } from './errors.js';
import { createHardening, documentLimits } from './hardening.js';
import { createSchema } from './schema.js';

/** Starts the GraphQL server, hardened after the OWASP GraphQL Cheat Sheet. It closes the HTTP server when stopped. */
export async function createGraphQLServer({
  httpServer,
  introspection,
  shutdownTimeout,
  report,
}: {
  httpServer: Server;
  introspection: boolean;
  /** How long a closing server waits for requests in flight, in seconds. */
  shutdownTimeout: number;
  report: ReportFailure;
}): Promise<ApolloServer<RequestContext>> {
  const { validationRules, plugins } = createHardening();
  const server = new ApolloServer<RequestContext>({
    schema: await createSchema(),
    introspection,
    formatError,
    validationRules,
    parseOptions: { maxTokens: documentLimits.tokens },
    plugins: [
      ...(plugins as ApolloServerPlugin<RequestContext>[]),
      reportFailures(report),
      sayWhenToRetry,
      ApolloServerPluginDrainHttpServer({ httpServer, stopGracePeriodMillis: shutdownTimeout * 1000 }),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
  });
  await server.start();
  return server;
}

const reportFailures = (report: ReportFailure): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors, contextValue }) {
        for (const error of errors) {
          const failure = failureInside(error);
          if (failure !== undefined)
            report(failure, contextValue.requestId, `${String(error.path?.[0] ?? 'a call')} failed`);
        }
      },
    };
  },
});

/** For clients and proxies that read headers only (RFC 9110 §10.2.3). The status stays that of a GraphQL answer. */
const sayWhenToRetry: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body, http } }) {
        const seconds = body.kind === 'single' ? retryAfterOf(body.singleResult.errors ?? []) : undefined;
        if (seconds !== undefined) http.headers.set('retry-after', String(seconds));
      },
    };
  },
};
