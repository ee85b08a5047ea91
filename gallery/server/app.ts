import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import { LunaSec } from '@lunasec/node-sdk';
import express from 'express';
import helmet from 'helmet';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createGallerySchema, type GalleryContext } from './schema.js';
import { createSessions, type GallerySession } from './sessions.js';

export interface GalleryOptions {
  /** Port to listen on; 0 takes a free one. */
  port: number;
  /** Origin under which browsers reach the gallery. Default: `http://localhost:<port>`. */
  url?: string;
  /** The app's id at the tokenizer. Default `gallery`. */
  applicationId?: string;
  /** Where the signing key is kept. */
  dataDirectory: string;
  /** Origin of the tokenizer, without a trailing slash. */
  tokenizerURL: string;
  /** The built page: a directory with `index.html` and `assets/`. */
  webDirectory: string;
}

/** Starts the gallery and resolves once it listens. */
export async function startGallery({
  applicationId = 'gallery',
  tokenizerURL,
  ...options
}: GalleryOptions): Promise<{ url: string; close(): Promise<void> }> {
  mkdirSync(options.dataDirectory, { recursive: true });
  const app = express().disable('x-powered-by');
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, 'localhost', resolve);
  });
  const url = options.url ?? `http://localhost:${(server.address() as AddressInfo).port}`;
  const secure = url.startsWith('https:');
  const sessions = createSessions({ secure });

  const lunaSec = new LunaSec({
    applicationId,
    tokenizerURL,
    origin: url,
    auth: {
      secrets: {
        source: 'file',
        path: join(options.dataDirectory, 'signing-key.json'),
        createIfMissing: true,
      },
      sessionIdProvider: (request) => sessions.read(request)?.id ?? null,
    },
  });

  /** Nobody can see them any more. What cannot be deleted now stays encrypted, and no session may read it. */
  const forget = async ({ id, values }: GallerySession) => {
    const tokens = [...values.values()].map(({ token }) => token);
    await Promise.allSettled([
      lunaSec.grants.endSession(id),
      ...(tokens.length > 0 ? [lunaSec.deleteTokens(tokens)] : []),
    ]);
  };

  const apollo = new ApolloServer<GalleryContext>({
    schema: createGallerySchema(lunaSec),
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
          frameSrc: ["'self'", tokenizerURL],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'self'"],
        },
      },
      strictTransportSecurity: secure,
    }),
  );
  app.use(lunaSec.expressPlugin());
  app.get('/config.json', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ applicationId, tokenizerURL });
  });
  app.use(
    '/graphql',
    express.json({ limit: '64kb' }),
    expressMiddleware(apollo, {
      context: async ({ req, res }): Promise<GalleryContext> => {
        const session = sessions.read(req);
        const endSession = async () => {
          if (!session) return;
          sessions.end(session, res);
          await forget(session);
        };
        return {
          req,
          session,
          endSession,
          beginSession: async () => {
            await endSession();
            await Promise.all(sessions.begin(res).map(forget));
          },
        };
      },
    }),
  );
  app.get('/', (request, response, next) => {
    // Carries a cookie of one visitor.
    response.set('Cache-Control', 'no-store');
    if (!sessions.read(request)) void Promise.all(sessions.begin(response).map(forget));
    next();
  });
  app.use(express.static(options.webDirectory, { index: 'index.html', cacheControl: false }));

  return {
    url,
    close: async () => {
      await apollo.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
