import { frameDirectory } from '@lunasec/secure-frame/files';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
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
import { createDrain } from './http/drain.js';
import { createFrames } from './http/frames.js';
import { createGraphQLRoute } from './http/graphql.js';
import { createReadiness } from './http/health.js';
import { addressOf, listen } from './http/listen.js';
import { createLogger, createReport, createRequestLog } from './http/logging.js';
import { startMetricsServer } from './http/metrics-server.js';
import type { MetricsServer } from './http/metrics-server.js';
import { createMetrics } from './http/metrics.js';
import type { CountStoreCall } from './http/metrics/stores.js';
import { auditSecret, openAudit } from './services/audit.js';
import type { Audit } from './services/audit.js';
import { formatHead } from './services/audit/head.js';
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
import { createUploads } from './services/uploads.js';
import { observed } from './stores/observed.js';
import type { ObserveCall } from './stores/observed.js';
import { openStores } from './stores.js';
import type { Stores } from './stores.js';
import { inChildSpan, traceOf } from './tracing/spans.js';

export interface RunningTokenizer {
  /** Its public URL, without a trailing slash. */
  url: string;
  /** Where Prometheus finds its metrics, if they are served. */
  metricsURL: string | undefined;
  /** Removes what nobody can use any more, now; it also does so by itself. Replicas take turns. */
  sweep(): Promise<Swept>;
  /** Writes an audit checkpoint now, if anything happened; it also does so by itself. */
  checkpointAudit(): Promise<void>;
  /** Stops being ready, finishes the requests in flight within bounds, then closes everything. */
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
  const drain = createDrain();
  const httpServer = createServer((request, response) => {
    drain.watch(request, response);
    handle(request, response);
  });
  // Longer than load balancers keep theirs, so that they never use a connection that is being closed here.
  httpServer.keepAliveTimeout = 65_000;
  await listen(httpServer, settings);
  const url = settings.publicURL ?? addressOf(httpServer.address() as AddressInfo);

  let stores: Stores | undefined;
  let metricsServer: MetricsServer | undefined;
  let audit: Audit | undefined;
  try {
    stores = wrapStores(
      await openStores(settings, { publicURL: url, now, warn: (text) => logger.warn(text) }),
    );
    const metrics = createMetrics(drain);
    const { tokens: store, objects, keys } = observeStores(stores, metrics.countStoreCall);
    const applications = createApplications(settings.applications, { now, report });
    const jwtRules = { applications, audience: url, now };
    const authenticate = createAuthentication({
      applications,
      verifyApplicationJWT: createApplicationJWTVerifier(jwtRules),
      store,
      now,
    });
    audit = await openAudit({
      store,
      key: await stores.openSecret(auditSecret),
      keys,
      now,
      report,
      onHead: (head) => logger.info({ auditHead: formatHead(head) }, 'audit checkpoint'),
    });
    const opened = { stores, audit };
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
      tokenize: createTokenization({ store, objects, keys, quotas, audit, now, report }),
      uploads: createUploads({ store, objects, audit, now, report }),
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
    const graphql = await createGraphQLServer({
      httpServer,
      introspection: settings.introspection,
      shutdownTimeout: settings.shutdownTimeout,
      report,
    });

    handle = createApp({
      isHTTPS: url.startsWith('https:'),
      trustProxy: settings.trustProxy,
      requestLog: createRequestLog(logger),
      report,
      graphql: createGraphQLRoute(graphql, (request) => {
        const requestId = String(request.id);
        let caller: Promise<Caller> | undefined;
        let known: Caller | undefined;
        return {
          requestId,
          trace: traceOf(request.headers),
          address: request.ip ?? '',
          origin: request.headers.origin,
          ownOrigin: url,
          caller: () =>
            (caller ??= authenticate(request.headers.authorization, requestId).then((it) => (known = it))),
          knownCaller: () => known,
          services,
          audit: opened.audit,
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
      readiness: createReadiness(
        { tokenStore: () => store.ping(), objectStore: () => objects.ping(), keys: () => keys.ping() },
        { isDraining: drain.isDraining, report },
      ),
    });
    if (settings.metrics) metricsServer = await startMetricsServer(settings.metrics, metrics.render);
    const sweeper = createSweeper({
      store,
      objects,
      applicationIds: settings.applications.map(({ id }) => id),
      removeOrphansAfter: settings.removeOrphansAfter,
      quotas,
      audit,
      now,
      interval: settings.sweepInterval,
      meter: metrics.sweeper,
      report,
    });
    let closing: Promise<void> | undefined;
    const close = async () => {
      drain.begin();
      if (settings.shutdownDelay !== undefined) await setTimeout(settings.shutdownDelay * 1000);
      // Takes no new connection; then waits for requests in flight.
      await graphql.stop();
      if (drain.inFlight() > 0)
        logger.warn(`Requests that took longer than shutdownTimeout and were cut off: ${drain.inFlight()}.`);
      await sweeper.stop();
      await metricsServer?.close();
      await opened.audit.close();
      await opened.stores.close();
    };
    return {
      url,
      metricsURL: metricsServer && `${metricsServer.url}/metrics`,
      sweep: () => sweeper.sweep(),
      checkpointAudit: opened.audit.checkpoint,
      close: () => (closing ??= close()),
    };
  } catch (error) {
    httpServer.closeAllConnections();
    httpServer.close();
    await metricsServer?.close();
    await audit?.close();
    await stores?.close();
    throw error;
  }
}

/** Measures the calls of stores; those of database and object store are also parts of traces. */
function observeStores(
  { tokens, objects, keys }: Stores,
  count: CountStoreCall,
): Pick<Stores, 'tokens' | 'objects' | 'keys'> {
  const measure: ObserveCall = async (store, method, call) => {
    const start = performance.now();
    let outcome: 'ok' | 'error' = 'error';
    try {
      const result = await call();
      outcome = 'ok';
      return result;
    } finally {
      count(store, method, outcome, (performance.now() - start) / 1000);
    }
  };
  const observe: ObserveCall = (store, method, call) =>
    inChildSpan(`${store} ${method}`, { 'lunasec.store': store }, () => measure(store, method, call));
  return {
    tokens: observed(tokens, 'database', { except: ['ping', 'migrate', 'close'], observe }),
    objects: observed(objects, 'objects', {
      except: ['presignUpload', 'presignPart', 'presignDownload', 'ping', 'close'],
      observe,
    }),
    keys: observed(keys, 'keys', { except: ['ping'], observe: measure }),
  };
}
