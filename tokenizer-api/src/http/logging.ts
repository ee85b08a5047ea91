import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { types } from 'node:util';
import { trace } from '@opentelemetry/api';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import type { HttpLogger } from 'pino-http';
import type { ReportFailure } from '../services/problems.js';

const secretNames = [
  'accessToken',
  'assertion',
  'authorization',
  'cookie',
  'dataKey',
  'password',
  'privateKey',
  'secret',
  'uri',
  'url',
];

/** Structured logs to stdout. Should a secret ever get into one, by these names it is cut out. */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
      mixin: traceIds,
    },
    ...(destination ? [destination] : []),
  );

/** So that a line can be found from its trace, and the trace from it. */
function traceIds(): { traceId?: string } {
  const span = trace.getActiveSpan();
  return span ? { traceId: span.spanContext().traceId } : {};
}

/**
 * As much of a path as has only letters of those that are served: a query that something on the way made a part of the
 * path, as `%3Fsignature=…`, is none.
 */
const pathOf = (url: string): string => /^[\w./-]{0,200}/.exec(url)![0];

/** One line per request: method, path without query, status and time. No headers, no bodies, no query strings. */
export const createRequestLog = (logger: Logger): HttpLogger =>
  pinoHttp({
    logger,
    quietReqLogger: true,
    genReqId: (request, response) => {
      const id = requestIdOf(request);
      response.setHeader('X-Request-Id', id);
      return id;
    },
    autoLogging: { ignore: ({ url }) => ['/healthz', '/readyz', '/metrics'].includes(url ?? '') },
    customLogLevel: (_request, response, error) => {
      // Refused because of overload, which is logged when it begins and ends: lines for all would be load as well.
      if (response.statusCode === 503 && response.hasHeader('Retry-After')) return 'debug';
      return error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'info' : 'debug';
    },
    serializers: {
      req: ({ id, method, url }: { id: unknown; method: string; url: string }) => ({
        id,
        method,
        path: pathOf(url),
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      err: describeFailure,
    },
  });

/** A caller's own id, if it is harmless, so that its log and this one can be read together. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
}

export const createReport =
  (logger: Logger): ReportFailure =>
  (failure, requestId, what) =>
    logger.error({ requestId, failure: describeFailure(failure) }, what);

/** Name, code, message and stack, of the causes as well: not what drivers attach to errors, such as whole requests. */
function describeFailure(failure: unknown, depth = 0): Record<string, unknown> {
  if (!types.isNativeError(failure)) return { message: withoutSecrets(String(failure)) };
  const { name, message, stack, cause } = failure;
  const { code } = failure as { code?: unknown };
  return {
    name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: withoutSecrets(message),
    stack: withoutSecrets(stack ?? ''),
    ...(cause !== undefined && depth < 3 ? { cause: describeFailure(cause, depth + 1) } : {}),
  };
}

/** A signed URL is worth nothing without its query, nor one of a database without user name and password. */
const withoutSecrets = (text: string) =>
  text
    .replaceAll(/(https?:\/\/[^\s?'"]+)\?[^\s'"]*/g, '$1?[redacted]')
    .replaceAll(/([a-z][a-z0-9+]*:\/\/)[^\s/@'"]*@/g, '$1[redacted]@');
