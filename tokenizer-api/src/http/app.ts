import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import type { HttpLogger } from 'pino-http';
import type { ReportFailure } from '../services/problems.js';
import { createErrorHandler, notFound } from './errors.js';
import type { SetHeaders } from './security-headers.js';

export interface AppParts {
  setHeaders: SetHeaders;
  /** Reverse proxies in front. */
  trustProxy: number;
  requestLog: HttpLogger;
  report: ReportFailure;
  graphql: Router;
  frames: Router;
  /** Serves `/objects`, where objects are kept on this machine's disk. */
  objects: RequestHandler | undefined;
  readiness: RequestHandler;
}

/** Everything the tokenizer answers over HTTP. It never sets a cookie. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', parts.trustProxy);
  app.set('query parser', 'simple');
  app.use(parts.requestLog, parts.setHeaders);
  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  app.get('/readyz', parts.readiness);
  app.use('/graphql', parts.graphql);
  app.use('/frame', parts.frames);
  if (parts.objects) app.use(parts.objects);
  app.use(notFound, createErrorHandler(parts.report));
  return app;
}
