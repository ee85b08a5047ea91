export type { ApolloPluginOptions } from './apollo/plugin.js';
export { sidOf } from './auth/sid.js';
export type { Secrets } from './auth/secrets.js';
export type {
  CallOptions,
  CallReport,
  DeleteResult,
  Fetch,
  GrantResult,
  ReadGrantRequest,
  ResilienceOptions,
  TokenizerClient,
  TokenRecord,
  TokenStatus,
} from './client/index.js';
export { writeBinding } from './directive/index.js';
export type { LeakPolicy } from './directive/index.js';
export type { EnvelopPlugin, EnvelopPluginOptions } from './envelop/plugin.js';
export type { Middleware } from './express/plugin.js';
export type { FastifyPlugin } from './fastify/plugin.js';
export type { FetchHandler } from './fetch/handler.js';
export { defaultPatterns, lintSchema } from './lint/index.js';
export type { LintFinding, LintOptions, LintRule, SensitivePattern, SourceLocation } from './lint/index.js';
export type { Log } from './log.js';
export type { Grant, Grants, TokenInput } from './lunasec/grants.js';
export type { TokenSearch } from './lunasec/lookups.js';
export { LunaSec } from './lunasec/lunasec.js';
export type { LunaSecParts, TokenDirective } from './lunasec/lunasec.js';
export type { AppRequest, LunaSecOptions } from './lunasec/options.js';
export { isToken } from './token.js';
export type { TokenRef } from './token.js';
export type { ObjectTransfer } from './values/objects.js';
export type { LargeData, LargeValue, NewValue, Value, ValueInput } from './values/values.js';
