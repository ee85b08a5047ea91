import type { MiddlewareFn } from 'type-graphql';
import { guardField } from '../directive/index.js';

/**
 * Does for one schema what `lunaSec.tokenDirective.transform()` does: as `globalMiddlewares: [TokenMiddleware]`, marked
 * fields work, and refuse to unless `lunaSec.apolloPlugin()` or `lunaSec.execute()` runs the operation. Fields with
 * `simple: true` skip middlewares and need `transform()`. Both together do no harm.
 */
export const TokenMiddleware: MiddlewareFn = async ({ root, args, context, info }, next) => {
  guardField(root, args, context, info);
  return next();
};
