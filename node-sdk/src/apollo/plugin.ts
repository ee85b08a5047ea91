import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { GraphQLFieldResolver } from 'graphql';
import { planOf } from '../directive/index.js';
import type { Charge, Engine, FindRequest, Resolver } from '../directive/index.js';
import { UnavailableError } from '../errors/index.js';

export interface ApolloPluginOptions<TContext extends BaseContext> {
  /** Finds the request in an operation's context. Default: the option `request` of LunaSec, or `contextValue.req`. */
  request?: ((contextValue: TContext) => object | undefined) | undefined;
  /** The same as Apollo Server's own option `fieldResolver`, if that is used: plugins cannot read it there. */
  fieldResolver?: GraphQLFieldResolver<unknown, TContext> | undefined;
}

/**
 * The rules of `@token` for Apollo Server.
 *
 * - An operation whose tokens are refused answers without data, its errors with `extensions.code`, at HTTP status 200.
 * - Errors that the plugin adds say nothing of the server's inside; they do not pass through `formatError`.
 * - A response with tokens is for one session, so the plugin forbids caches to keep it.
 * - Payloads of `@defer` and `@stream` need graphql 17 and are refused where they would carry tokens.
 */
export function createApolloPlugin<TContext extends BaseContext>(
  engine: Engine,
  { request: findRequest, fieldResolver }: ApolloPluginOptions<TContext>,
): ApolloServerPlugin<TContext> {
  return {
    async serverWillStart({ schema }) {
      // A wrong @token stops the server here, rather than the first operation.
      planOf(schema);
    },

    async requestDidStart() {
      let charge: Charge | undefined;
      return {
        async responseForOperation({ schema, document, operation, request, contextValue, response }) {
          const begun = await engine.begin({
            schema,
            document,
            definition: operation,
            variables: request.variables,
            contextValue,
            // Apollo Server makes a context object for each operation, those of a batch included.
            key: contextValue,
            fieldResolver: fieldResolver as Resolver | undefined,
            findRequest: findRequest as FindRequest | undefined,
          });
          if ('errors' in begun) {
            const errors = begun.errors.map((error) => error.toJSON());
            return { http: response.http, body: { kind: 'single', singleResult: { errors } } };
          }
          charge = begun.charge;
          return null;
        },

        // After everything that makes errors and extensions, of requests too that are never executed.
        async willSendResponse({ response: { body } }) {
          const result = body.kind === 'single' ? body.singleResult : body.initialResult;
          Object.assign(result, engine.checkTexts(result));
        },

        async executionDidStart({ response, contextValue, overallCachePolicy }) {
          return {
            // The response exists, and nothing that reports, caches or sends it has seen it yet.
            async executionDidEnd() {
              if (!charge) return;
              if (charge.outputs.length > 0) overallCachePolicy.restrict({ maxAge: 0 });
              const { body } = response;
              if (body?.kind === 'single') {
                const { singleResult } = body;
                const { data, errors } = await engine.settle(charge, singleResult.data, contextValue);
                if ('data' in singleResult) singleResult.data = data;
                if (errors.length > 0)
                  singleResult.errors = [
                    ...(singleResult.errors ?? []),
                    ...errors.map((error) => error.toJSON()),
                  ];
              } else if (body && planOf(charge.operation!.schema).hasOutputs) {
                const error = new UnavailableError('Tokens cannot be granted in incremental responses.');
                response.body = {
                  kind: 'single',
                  singleResult: { errors: [error.toGraphQLError().toJSON()] },
                };
              }
            },
          };
        },
      };
    },
  };
}
