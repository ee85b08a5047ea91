import type { MiddlewareFn } from 'type-graphql';
import type { RequestContext } from './context.js';

/** Counts root fields: one increment each, whatever the size of the batch. */
export const countRootField: MiddlewareFn<RequestContext> = async ({ context, info }, next) => {
  const start = performance.now();
  let outcome: 'ok' | 'error' = 'error';
  try {
    const result: unknown = await next();
    outcome = 'ok';
    return result;
  } finally {
    context.countOperation(info.fieldName, outcome, (performance.now() - start) / 1000);
  }
};
