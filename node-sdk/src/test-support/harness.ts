import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IExecutableSchemaDefinition } from '@graphql-tools/schema';
import { parse, validate } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { testKit } from './kit.js';
import type { TestLunaSecOptions } from '../testing/index.js';
import type { TestKit } from './kit.js';

export interface Harness extends TestKit {
  schema: GraphQLSchema;
  /** Runs an operation for the session `alice`, unless told otherwise, as GraphQL over HTTP would answer it. */
  run(
    source: string,
    options?: { variables?: Record<string, unknown>; session?: string | null },
  ): Promise<Answer>;
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { path: readonly (string | number)[] | undefined; code: unknown; message: string }[];
}

/** A schema in SDL that went through the directive, with an in-memory tokenizer behind it. */
export function harness(
  typeDefs: string,
  resolvers: IExecutableSchemaDefinition['resolvers'],
  options?: TestLunaSecOptions,
): Harness {
  const test = testKit(options);
  const schema = test.lunaSec.tokenDirective.transform(
    makeExecutableSchema({
      typeDefs: [test.lunaSec.tokenDirective.typeDefs, typeDefs],
      resolvers: resolvers!,
    }),
  );
  return {
    ...test,
    schema,
    async run(source, { variables = {}, session = 'alice' } = {}) {
      const document = parse(source);
      const mistakes = validate(schema, document);
      if (mistakes.length > 0) throw mistakes[0]!;
      const contextValue = test.context(session);
      return summarize(
        await test.lunaSec.execute({ schema, document, variableValues: variables, contextValue }),
      );
    },
  };
}

/** As JSON has it, with what matters of the errors. */
export function summarize(result: ExecutionResult): Answer {
  const { data, errors } = result;
  return {
    ...(data === undefined
      ? {}
      : { data: JSON.parse(JSON.stringify(data)) as Record<string, unknown> | null }),
    ...(errors
      ? {
          errors: errors.map(({ path, extensions, message }) => ({ path, code: extensions?.code, message })),
        }
      : {}),
  };
}

/** Paths and codes of an answer's errors. */
export const failures = ({ errors = [] }: Answer): [string, unknown][] =>
  errors.map(({ path, code }) => [(path ?? []).join('.'), code]);
