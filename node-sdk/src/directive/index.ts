export type { Charge, FindRequest, Resolver } from './charge.js';
export { definition, printUsage, typeDefs } from './definition.js';
export { parseDuration } from './duration.js';
export { createEngine } from './engine.js';
export type { Engine, LeakPolicy } from './engine.js';
export { executeWithTokens, subscribeWithTokens } from './execute.js';
export type { Execute } from './execute.js';
export { guardField, transform } from './guard.js';
export { planOf } from './plan.js';
