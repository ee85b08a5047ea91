import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import { LunaSec } from '@lunasec/node-sdk';
import express from 'express';
import helmet from 'helmet';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from './database.js';
import type { DemoContext } from './graphql/context.js';
import { createDemoSchema } from './graphql/schema.js';
import { addSamples } from './samples.js';
import { readSession, writeSession } from './session.js';

export interface DemoOptions {
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Origin under which browsers reach the app. Default: `http://localhost:<port>`. */
  url?: string;
  /** Where the database and the signing key are kept. */
  dataDirectory: string;
  /** Origin of the tokenizer, without a trailing slash. */
  tokenizerURL: string;
  /** The built page: a directory with `index.html` and `assets/`. */
  webDirectory: string;
  /** Puts some patients into an empty database, without anything sensitive. */
  samples?: boolean;
}

/** Starts the demo and resolves once it listens. */
export async function startDemo(options: DemoOptions): Promise<{ url: string; close(): Promise<void> }> {
  const database = openDatabase(options.dataDirectory);
  if (options.samples) addSamples(database);
  const app = express().disable('x-powered-by');
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, 'localhost', resolve);
  });
  const url = options.url ?? `http://localhost:${(server.address() as AddressInfo).port}`;
  const secureCookies = url.startsWith('https:');

  const lunaSec = new LunaSec({
    applicationId: 'demo',
    tokenizerURL: options.tokenizerURL,
    origin: url,
    auth: {
      secrets: {
        source: 'file',
        path: join(options.dataDirectory, 'signing-key.json'),
        createIfMissing: true,
      },
      sessionIdProvider: (request) => readSession(database.sessions, request, secureCookies)?.id ?? null,
    },
  });

  const schema = await createDemoSchema(lunaSec);
  const apollo = new ApolloServer<DemoContext>({
    schema,
    plugins: [
      lunaSec.apolloPlugin(),
      ApolloServerPluginDrainHttpServer({ httpServer: server }),
      ApolloServerPluginLandingPageDisabled(),
    ],
    includeStacktraceInErrorResponses: false,
  });
  await apollo.start();

  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          frameSrc: ["'self'", options.tokenizerURL],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          frameAncestors: ["'self'"],
        },
      },
      strictTransportSecurity: secureCookies,
    }),
  );
  app.use(lunaSec.expressPlugin());
  app.get('/config.json', (_request, response) => {
    response
      .set('Cache-Control', 'no-store')
      .json({ applicationId: 'demo', tokenizerURL: options.tokenizerURL });
  });
  app.use(
    '/graphql',
    express.json({ limit: '256kb' }),
    expressMiddleware(apollo, {
      context: async ({ req, res }): Promise<DemoContext> => {
        const session = readSession(database.sessions, req, secureCookies);
        return {
          req,
          database,
          lunaSec,
          session,
          startSession: (userId) => {
            const { secret, maxAgeSeconds } = database.sessions.create(userId);
            writeSession(res, secret, maxAgeSeconds, secureCookies);
          },
          endSession: async () => {
            if (!session) return;
            database.sessions.remove(session.id);
            writeSession(res, '', 0, secureCookies);
            await lunaSec.grants.endSession(session.id);
          },
        };
      },
    }),
  );
  app.use(express.static(options.webDirectory, { index: 'index.html' }));

  return {
    url,
    close: async () => {
      await apollo.stop();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      database.close();
    },
  };
}
