import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import type { HttpLogger } from 'pino-http';
import { securityHeaders } from '../http/security-headers.js';
import type { ReportFailure } from '../services/problems.js';
import { consoleHeaders, onlyForHost, onlyOwnRequests } from './guards.js';
import { render } from './html.js';
import { createLoginRoutes } from './login-routes.js';
import { badRequestPage, unavailablePage } from './pages/messages.js';
import { stylePath, styleSheet } from './style.js';
import { createViewRoutes } from './view-routes.js';

export type ConsoleAppParts = Parameters<typeof createLoginRoutes>[0] &
  Parameters<typeof createViewRoutes>[0] & { requestLog: HttpLogger };

/** Everything the console answers over HTTP. */
export function createConsoleApp(parts: ConsoleAppParts): Express {
  const { url, requestLog, report } = parts;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(
    requestLog,
    securityHeaders({ isHTTPS: url.startsWith('https:') }),
    consoleHeaders,
    onlyForHost(url),
    onlyOwnRequests,
  );
  app.get(stylePath, (_request, response) => void response.type('css').send(styleSheet));
  app.use(createLoginRoutes(parts), createViewRoutes(parts), createErrorPage(report));
  return app;
}

const createErrorPage =
  (report: ReportFailure): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status } = (error ?? {}) as { status?: unknown };
    if (typeof status === 'number' && status >= 400 && status < 500) {
      response.status(status).send(render(badRequestPage(['The request is malformed.'])));
      return;
    }
    const requestId = String(request.id);
    report(error, requestId, 'a page of the console failed');
    response.status(503).send(render(unavailablePage(requestId)));
  };
