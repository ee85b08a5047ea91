import type { Integration } from './wire.js';

export interface SetupOptions {
  integration: Integration;
  isTypeScript: boolean;
  /** The app makes sessions of its own. */
  hasSessions: boolean;
}

/** A part of the text that only TypeScript, or only JavaScript, has. */
type Typed = (text: string) => string;

/** The file that the app's server imports: LunaSec, and what connects it to Apollo Server. */
export function setupFile({ integration, isTypeScript, hasSessions }: SetupOptions): string {
  const ts: Typed = (text) => (isTypeScript ? text : '');
  const isStandalone = integration === 'standalone';
  return [
    imports({ isStandalone, isTypeScript, hasSessions }),
    head(ts),
    hasSessions ? '' : sessions,
    options(ts),
    isStandalone ? start(ts, hasSessions) : expressParts(ts, hasSessions),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function imports({
  isStandalone,
  isTypeScript,
  hasSessions,
}: {
  isStandalone: boolean;
  isTypeScript: boolean;
  hasSessions: boolean;
}): string {
  const lines = [
    isStandalone &&
      `import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';`,
    isStandalone && `import { expressMiddleware } from '@as-integrations/express5';`,
    `import { makeExecutableSchema } from '@graphql-tools/schema';`,
    `import { LunaSec } from '@lunasec/node-sdk';`,
    isStandalone && `import cors from 'cors';`,
    isStandalone && `import express from 'express';`,
    !hasSessions && `import session from 'express-session';`,
    `import { existsSync } from 'node:fs';`,
    isStandalone && `import { createServer } from 'node:http';`,
    isTypeScript && isStandalone && `import type { AddressInfo, ListenOptions } from 'node:net';`,
    isTypeScript && `import type {`,
    isTypeScript && isStandalone && `  ApolloServer,`,
    isTypeScript && `  ApolloServerOptionsWithSchema,`,
    isTypeScript && `  ApolloServerOptionsWithStaticSchema,`,
    isTypeScript && `  BaseContext,`,
    isTypeScript && `} from '@apollo/server';`,
    isTypeScript && `import type { ExpressContextFunctionArgument } from '@as-integrations/express5';`,
    isTypeScript && !isStandalone && `import type { Express, Request } from 'express';`,
  ];
  return `${lines.filter((line) => line !== false).join('\n')}\n`;
}

const head = (ts: Typed): string => `if (existsSync('.env')) process.loadEnvFile('.env');

function setting(name${ts(': string')})${ts(': string')} {
  const value = process.env[name];
  if (!value) throw new Error(\`\${name} is not set. It belongs into .env, or the environment.\`);
  return value;
}

export const lunaSec = new LunaSec({
  applicationId: setting('LUNASEC_APP_ID'),
  origin: setting('LUNASEC_ORIGIN'),
  tokenizerURL: setting('LUNASEC_TOKENIZER_URL'),
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    // The session's id; null for people who are not logged in.
    sessionIdProvider: (request) => ${ts('(')}request${ts(' as { sessionID?: string })')}.sessionID ?? null,
  },
});
`;

const sessions = `/**
 * A session for every browser, until your app has a login: then let sessionIdProvider return null for those who are not
 * logged in. It is kept in memory; in production give it a store.
 */
const sessions = session({
  secret: setting('SESSION_SECRET'),
  resave: false,
  saveUninitialized: true,
  cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto' },
});
`;

const options = (ts: Typed): string => `/**
 * Options of Apollo Server, with @token at work. A schema that you make yourself needs lunaSec.tokenDirective.typeDefs
 * among its type definitions.
 */
export function withLunaSec${ts('<TContext extends BaseContext>')}(
  options${ts(': ApolloServerOptionsWithStaticSchema<TContext>')},
)${ts(': ApolloServerOptionsWithSchema<TContext>')} {
  const { typeDefs, resolvers, schema, plugins = [], ...others } = options;
  const { tokenDirective } = lunaSec;
  const made =
    schema ??
    makeExecutableSchema${ts('<TContext>')}({
      typeDefs: [tokenDirective.typeDefs, typeDefs${ts('!')}],
      ...(resolvers ? { resolvers } : {}),
    });
  return { ...others, schema: tokenDirective.transform(made), plugins: [...plugins, lunaSec.apolloPlugin()] };
}
`;

const start = (
  ts: Typed,
  hasSessions: boolean,
): string => `/** As startStandaloneServer of @apollo/server/standalone, with what LunaSec's frames ask for. */
export async function startStandaloneServer${ts('<TContext extends BaseContext>')}(
  server${ts(': ApolloServer<TContext>')},
  { listen = { port: 4000 }, context }${ts(`: {
    listen?: ListenOptions;
    context?: (it: ExpressContextFunctionArgument) => Promise<TContext>;
  }`)} = {},
)${ts(': Promise<{ url: string }>')} {
  const app = express();
  const httpServer = createServer(app);
  server.addPlugin(ApolloServerPluginDrainHttpServer({ httpServer }));
  await server.start();
  app.use(${hasSessions ? '' : 'sessions, '}lunaSec.expressPlugin());
  app.use(
    cors(),
    express.json({ limit: '50mb' }),
    expressMiddleware(server, {
      // LunaSec finds the session by the request.
      context: async (it) => ({ ...(await context?.(it)), req: it.req })${ts(' as unknown as TContext')},
    }),
  );
  await new Promise${ts('<void>')}((resolve) => httpServer.listen(listen, resolve));
  const { port } = httpServer.address()${ts(' as AddressInfo')};
  return { url: \`http://localhost:\${port}/\` };
}
`;

const expressParts = (
  ts: Typed,
  hasSessions: boolean,
): string => `/** ${hasSessions ? 'The addresses that' : 'Sessions, and the addresses that'} LunaSec's frames and the tokenizer ask. Before the GraphQL endpoint. */
export function addLunaSec(app${ts(': Express')})${ts(': void')} {
  app.use(${hasSessions ? '' : 'sessions, '}lunaSec.expressPlugin());
}

/** Options of expressMiddleware, with the request in the context: LunaSec finds the session by it. */
export function withRequest${ts('<TContext extends BaseContext>')}(
  { context, ...others }${ts(': { context?: (it: ExpressContextFunctionArgument) => Promise<TContext> }')} = {},
) {
  return {
    ...others,
    context: async (it${ts(': ExpressContextFunctionArgument')}) =>
      ({ ...(await context?.(it)), req: it.req })${ts(' as TContext & { req: Request }')},
  };
}
`;
