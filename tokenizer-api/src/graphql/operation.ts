import type { MiddlewareFn } from 'type-graphql';
import { inServerSpan } from '../tracing/spans.js';
import type { Problem } from '../services/problems.js';
import type { RequestContext } from './context.js';
import { refusalOf } from './errors.js';

/** Makes a root field a span of the caller's trace. */
export const traceRootField: MiddlewareFn<RequestContext> = ({ context, info }, next) =>
  inServerSpan(
    context.trace,
    info.fieldName,
    { 'graphql.operation.type': info.operation.operation, 'lunasec.request_id': context.requestId },
    next as () => Promise<unknown>,
  );

/**
 * Counts root fields: one increment each, whatever the size of the batch; and what was refused, the whole call or
 * entries of it, by code.
 */
export const countRootField: MiddlewareFn<RequestContext> = async ({ context, info }, next) => {
  const start = performance.now();
  let outcome: 'ok' | 'error' = 'error';
  try {
    const result: unknown = await next();
    outcome = 'ok';
    if (Array.isArray(result))
      for (const { problem } of result as { problem?: Problem | null }[])
        if (problem) context.countRefusal(info.fieldName, problem.code);
    return result;
  } catch (error) {
    context.countRefusal(info.fieldName, refusalOf(error)?.code ?? 'UNAVAILABLE');
    throw error;
  } finally {
    context.countOperation(info.fieldName, outcome, (performance.now() - start) / 1000);
  }
};
