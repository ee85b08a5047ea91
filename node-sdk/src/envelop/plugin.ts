import { GraphQLError } from 'graphql';
import type { ExecutionArgs, ExecutionResult, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { executeWithTokens, planOf, subscribeWithTokens } from '../directive/index.js';
import { LunaSecError } from '../errors/index.js';
import type { Engine, Execute, FindRequest, Resolver } from '../directive/index.js';

export interface EnvelopPluginOptions<TContext extends object> {
  /** Finds the request in an operation's context. Default: the option `request` of LunaSec, or `contextValue.req`. */
  request?: ((contextValue: TContext) => object | undefined) | undefined;
  /** What resolves fields that have no resolver. Default: that of graphql-js. */
  fieldResolver?: GraphQLFieldResolver<unknown, TContext> | undefined;
}

/** A plugin as GraphQL Yoga 5 and Envelop 5 take it. */
export interface EnvelopPlugin {
  onSchemaChange(payload: { schema: GraphQLSchema }): void;
  onExecute(payload: { executeFn: Execute; setExecuteFn(execute: Execute): void }): void;
  onSubscribe(payload: { setSubscribeFn(subscribe: Subscribe): void }): void;
  /** Of GraphQL Yoga: sees what is about to leave, of requests too that are never executed. */
  onResultProcess(payload: { result: unknown; setResult(result: ExecutionResult): void }): void;
}

type Subscribe = (
  args: ExecutionArgs,
) => Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;

/**
 * The rules of `@token` for GraphQL Yoga and other servers of Envelop.
 *
 * - It wraps whatever executes at its place in the list of plugins, so it comes last: after plugins that execute
 *   differently, and before nothing that could change a result without its knowing.
 * - A response that a cache plugin answers without executing gets no grants: do not cache types with marked fields.
 */
export function createEnvelopPlugin<TContext extends object>(
  engine: Engine,
  { request, fieldResolver }: EnvelopPluginOptions<TContext>,
): EnvelopPlugin {
  const options = { findRequest: request as FindRequest | undefined, mapError: toExpected };
  const withResolver = (args: ExecutionArgs): ExecutionArgs =>
    fieldResolver ? { ...args, fieldResolver: fieldResolver as Resolver } : args;

  return {
    onSchemaChange({ schema }) {
      // A wrong @token is found here, rather than by the first operation.
      planOf(schema);
    },
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) =>
        executeWithTokens(engine, withResolver(args), { ...options, execute: executeFn }),
      );
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args) => subscribeWithTokens(engine, withResolver(args), options));
    },
    onResultProcess({ result, setResult }) {
      if (typeof result !== 'object' || result === null || Array.isArray(result)) return;
      if (Symbol.asyncIterator in result) return;
      const checked = engine.checkTexts(result as ExecutionResult);
      if (checked !== result) setResult(checked);
    },
  };
}

/**
 * Yoga hides the message and code of whatever it takes for an accident, which is every error that stems from something
 * else than a GraphQLError. LunaSec's errors are made for clients to read; their cause stays here.
 */
function toExpected(error: GraphQLError): GraphQLError {
  if (!(error.originalError instanceof LunaSecError)) return error;
  const { message, nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
