import { frameDirectory, frameHashesFile } from '@lunasec/secure-frame/files';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
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
import type { ConsoleServer } from './console/server.js';
import { createRateLimits } from './graphql/rate-limits.js';
import { createGraphQLServer } from './graphql/server.js';
import { createAdmissionQueue } from './http/admission-queue.js';
import { createApp } from './http/app.js';
import { createDrain } from './http/drain.js';
import { sendUnavailable } from './http/errors.js';
import { readFrameFiles, readPublishedHashes } from './http/frame-files.js';
import { createFrames } from './http/frames.js';
import { createGraphQLRoute } from './http/graphql.js';
import { createPartsCheck, createReadiness } from './http/health.js';
import { addressOf, listen } from './http/listen.js';
import { createLogger, createReport, createRequestLog } from './http/logging.js';
import { watchServerLoad } from './http/load.js';
import type { LoadWatch } from './http/load.js';
import { createOverload, isHealthCheck } from './http/overload.js';
import type { Overload } from './http/overload.js';
import { startMetricsServer } from './http/metrics-server.js';
import type { MetricsServer } from './http/metrics-server.js';
import { createMetrics } from './http/metrics.js';
import { defaultPatience, keepAliveTimeout } from './http/patience.js';
import type { Patience } from './http/patience.js';
import { closeUnread, refuseMalformed } from './http/protocol.js';
import { securityHeaders } from './http/security-headers.js';
import type { CountStoreCall } from './http/metrics/stores.js';
import { auditSecret, openAudit } from './services/audit.js';
import type { Audit } from './services/audit.js';
import { formatHead } from './services/audit/head.js';
import { createQuotas } from './services/quotas.js';
import { createSweeper } from './services/sweeper.js';
import type { Swept } from './services/sweeper.js';
import { createServices } from './services.js';
import { inTime, patienceWith } from './stores/deadline.js';
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
  /** Where operators find the console, if it is served. */
  consoleURL: string | undefined;
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
  /** Tells how long requests have to wait. */
  watchLoad?: (server: Server, pingDatabase: () => Promise<void>) => LoadWatch;
  /** How long slow clients are waited for. */
  patience?: Patience;
}

/** {@link startTokenizer} with settings that are validated already. */
export async function runTokenizer(
  settings: Settings,
  {
    now = () => new Date(),
    wrapStores = (stores) => stores,
    logTo,
    watchLoad = watchServerLoad,
    patience = defaultPatience,
  }: RunOptions = {},
): Promise<RunningTokenizer> {
  // Before anything else is touched.
  const publishedHashes = await readPublishedHashes(frameHashesFile);
  const frames = await readFrameFiles(frameDirectory, publishedHashes);
  await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const logger = createLogger(settings.logLevel, logTo);
  const report = createReport(logger);

  // Listens first: with port 0 only that tells the public URL, which the rest needs.
  let handle: RequestListener = (_request, response) =>
    sendUnavailable(response, 'The tokenizer is starting. Try again.');
  const drain = createDrain();
  const httpServer = createServer(
    {
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      connectionsCheckingInterval: patience.check,
      keepAliveTimeout,
    },
    (request, response) => {
      drain.watch(request, response);
      closeUnread(request, response, patience);
      if (!refuseMalformed(request, response)) handle(request, response);
    },
  );
  await listen(httpServer, settings);
  const url = settings.publicURL ?? addressOf(httpServer.address() as AddressInfo);

  let stores: Stores | undefined;
  let metricsServer: MetricsServer | undefined;
  let consoleServer: ConsoleServer | undefined;
  let audit: Audit | undefined;
  let overload: Overload | undefined;
  const load = watchLoad(httpServer, async () => stores?.tokens.ping());
  const queue = createAdmissionQueue();
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
    const services = createServices({
      stores: { tokens: store, objects, keys },
      verifyAssertion: createAssertionVerifier(jwtRules),
      audit,
      quotas,
      now,
      report,
    });
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

    const setHeaders = securityHeaders({ isHTTPS: url.startsWith('https:') });
    const shedding = (overload = createOverload({
      limits: settings.overload,
      delay: (ofDatabase) => Math.max(queue.delay(), load.delay(ofDatabase)),
      setHeaders: (request, response) => setHeaders(request, response, () => undefined),
      count: metrics.countShed,
      onBegin: (reason) => logger.warn({ reason }, 'overloaded: requests are refused until it is over'),
      onEnd: (refused) => logger.warn({ refused }, 'the overload is over'),
    }));
    const requestLog = createRequestLog(logger);
    const checkParts = createPartsCheck(
      { tokenStore: () => store.ping(), objectStore: () => objects.ping(), keys: () => keys.ping() },
      report,
    );
    const app = createApp({
      setHeaders,
      trustProxy: settings.trustProxy,
      requestLog,
      report,
      graphql: createGraphQLRoute(graphql, {
        overload: shedding,
        patience,
        createContext: (request) => {
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
        },
      }),
      frames: createFrames({
        files: frames,
        applications,
        connectOrigins: objects.connectOrigins,
      }),
      objects: stores.objectsHandler,
      readiness: createReadiness(checkParts, {
        isDraining: drain.isDraining,
        isOverloaded: shedding.isOverloaded,
      }),
    });
    handle = (request, response) => {
      const answer = () => {
        // Who has hung up while waiting wants nothing any more.
        if (!response.destroyed && !shedding.refuses(request, response)) app(request, response);
      };
      if (isHealthCheck(request)) answer();
      else queue.admit(answer);
    };
    if (settings.metrics) metricsServer = await startMetricsServer(settings.metrics, metrics.render);
    if (settings.console) {
      // It takes modules that a tokenizer without one need not load.
      const { openConsole } = await import('./console/open.js');
      consoleServer = await openConsole(settings.console, {
        settings,
        store,
        publishedHashes,
        usageOf: quotas.used,
        keyIds: () => keys.keyIds(),
        openKey: () => opened.stores.openSecret(auditSecret),
        checkParts,
        load: () => ({ isOverloaded: shedding.isOverloaded(), inFlight: drain.inFlight() }),
        audit,
        requestLog,
        report,
        patience,
        now,
      });
    }
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
      await consoleServer?.close();
      shedding.stop();
      load.stop();
      await opened.audit.close();
      await opened.stores.close();
    };
    return {
      url,
      metricsURL: metricsServer && `${metricsServer.url}/metrics`,
      consoleURL: consoleServer?.url,
      sweep: () => sweeper.sweep(),
      checkpointAudit: opened.audit.checkpoint,
      close: () => (closing ??= close()),
    };
  } catch (error) {
    httpServer.closeAllConnections();
    httpServer.close();
    await metricsServer?.close();
    await consoleServer?.close();
    overload?.stop();
    load.stop();
    await audit?.close();
    await stores?.close();
    throw error;
  }
}

/** Bounds and measures the calls of stores; those of database and object store are also parts of traces. */
function observeStores(
  { tokens, objects, keys }: Stores,
  count: CountStoreCall,
): Pick<Stores, 'tokens' | 'objects' | 'keys'> {
  const measure: ObserveCall = async (store, method, call) => {
    const start = performance.now();
    let outcome: 'ok' | 'error' = 'error';
    try {
      const result = await inTime(call(), patienceWith(method));
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
