import { frameDirectory } from '@lunasec/secure-frame/files';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DestinationStream } from 'pino';
import { createApplications } from './auth/applications.js';
import { createApplicationJWTVerifier } from './auth/application-jwt.js';
import { createAssertionVerifier } from './auth/assertion.js';
import { createAuthentication } from './auth/caller.js';
import type { Caller } from './auth/caller.js';
import { parseConfig } from './config/settings.js';
import type { Settings, TokenizerConfig } from './config/settings.js';
import { createRateLimits } from './graphql/rate-limits.js';
import { createGraphQLServer } from './graphql/server.js';
import { createApp } from './http/app.js';
import { createFrames } from './http/frames.js';
import { createGraphQLRoute } from './http/graphql.js';
import { createReadiness } from './http/health.js';
import { createLogger, createReport, createRequestLog } from './http/logging.js';
import { createMetrics } from './http/metrics.js';
import { createAudit } from './services/audit.js';
import { createDeletion } from './services/deletion.js';
import { createDetokenization } from './services/detokenization.js';
import { createGrants } from './services/grants.js';
import { createOpenToken } from './services/downloads.js';
import { createServerDetokenization } from './services/server-detokenization.js';
import { createQuotas } from './services/quotas.js';
import { createSessions } from './services/sessions.js';
import { createSweeper } from './services/sweeper.js';
import type { Swept } from './services/sweeper.js';
import { createTokenization } from './services/tokenization.js';
import { createTokens } from './services/tokens.js';
import { createUUIDs } from './services/uuid.js';
import { openStores } from './stores.js';
import type { Stores } from './stores.js';

export interface RunningTokenizer {
  /** Its public URL, without a trailing slash. */
  url: string;
  /** Removes what nobody can use any more, now; it also does so by itself. Replicas take turns. */
  sweep(): Promise<Swept>;
  /** Finishes the requests in flight, then closes everything. */
  close(): Promise<void>;
}

export interface StartOptions {
  /** The clock that expiry is judged by. Default: the machine's. */
  now?: () => Date;
}

/** Starts a tokenizer; resolves once it answers. Throws {@link ConfigError} for bad settings. */
export async function startTokenizer(
  config: TokenizerConfig,
  options: StartOptions = {},
): Promise<RunningTokenizer> {
  return runTokenizer(parseConfig(config), options);
}

export interface RunOptions extends StartOptions {
  /** Stands between the services and the stores. */
  wrapStores?: (stores: Stores) => Stores;
  /** Where the log goes. Default: stdout. */
  logTo?: DestinationStream;
}

/** {@link startTokenizer} with settings that are validated already. */
export async function runTokenizer(
  settings: Settings,
  { now = () => new Date(), wrapStores = (stores) => stores, logTo }: RunOptions = {},
): Promise<RunningTokenizer> {
  await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const logger = createLogger(settings.logLevel, logTo);
  const report = createReport(logger);

  // Listens first: with port 0 only that tells the public URL, which the rest needs.
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const httpServer = createServer((request, response) => handle(request, response));
  // Longer than load balancers keep theirs, so that they never use a connection that is being closed here.
  httpServer.keepAliveTimeout = 65_000;
  await listen(httpServer, settings);
  const url = settings.publicURL ?? addressOf(httpServer);

  let stores: Stores | undefined;
  try {
    stores = wrapStores(
      await openStores(settings, { publicURL: url, now, warn: (text) => logger.warn(text) }),
    );
    const { tokens: store, objects, keys } = stores;
    const applications = createApplications(settings.applications, { now, report });
    const jwtRules = { applications, audience: url, now };
    const authenticate = createAuthentication({
      applications,
      verifyApplicationJWT: createApplicationJWTVerifier(jwtRules),
      store,
      now,
    });
    const audit = createAudit({ store, now, createId: createUUIDs(now) });
    const metrics = createMetrics();
    const quotas = createQuotas({
      store,
      applications: settings.applications,
      now,
      onUsage: metrics.usage,
      onFailure: (error) => report(error, null, 'the usage of an application could not be exchanged'),
    });
    const open = createOpenToken({ objects, keys, report });
    const services = {
      sessions: createSessions({ store, verifyAssertion: createAssertionVerifier(jwtRules), audit, now }),
      tokenize: createTokenization({ store, objects, keys, quotas, audit, now }),
      detokenize: createDetokenization({ store, open, audit, now }),
      serverDetokenize: createServerDetokenization({ store, open, audit }),
      grants: createGrants({ store, objects, audit, now }),
      deleteTokens: createDeletion({ store, objects, audit, now, report }),
      tokens: createTokens({ store, audit, now }),
    };
    const rateLimits = createRateLimits({
      rates: settings.rates,
      counter: stores.rateCounter,
      meter: metrics.rates,
    });
    const graphql = await createGraphQLServer({ httpServer, introspection: settings.introspection, report });

    handle = createApp({
      isHTTPS: url.startsWith('https:'),
      trustProxy: settings.trustProxy,
      requestLog: createRequestLog(logger),
      report,
      graphql: createGraphQLRoute(graphql, (request) => {
        const requestId = String(request.id);
        let caller: Promise<Caller> | undefined;
        return {
          requestId,
          address: request.ip ?? '',
          origin: request.headers.origin,
          ownOrigin: url,
          caller: () => (caller ??= authenticate(request.headers.authorization, requestId)),
          services,
          rateLimits,
          countOperation: metrics.countOperation,
          countRefusal: metrics.countRefusal,
        };
      }),
      frames: await createFrames({
        directory: frameDirectory,
        applications,
        connectOrigins: objects.connectOrigins,
      }),
      objects: stores.objectsHandler,
      metrics: metrics.handler,
      readiness: createReadiness(
        { tokenStore: () => store.ping(), objectStore: () => objects.ping(), keys: () => keys.ping() },
        report,
      ),
    });
    const sweeper = createSweeper({
      store,
      objects,
      applicationIds: settings.applications.map(({ id }) => id),
      removeOrphansAfter: settings.removeOrphansAfter,
      quotas,
      now,
      interval: settings.sweepInterval,
      meter: metrics.sweeper,
      report,
    });
    const opened = stores;
    let closing: Promise<void> | undefined;
    const close = async () => {
      await graphql.stop();
      await sweeper.stop();
      await opened.close();
    };
    return { url, sweep: () => sweeper.sweep(), close: () => (closing ??= close()) };
  } catch (error) {
    httpServer.closeAllConnections();
    httpServer.close();
    await stores?.close();
    throw error;
  }
}

function listen(server: Server, { host, port }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
