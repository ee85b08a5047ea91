import { printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { FrameResolver } from './frame.resolver.js';
import { GrantResolver } from './grant.resolver.js';
import { TokenResolver } from './token.resolver.js';

/** The tokenizer's API. */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [FrameResolver, GrantResolver, TokenResolver],
    // Inputs are validated by the services.
    validate: false,
  });
  // Decorators of parameters run from the last to the first; readers want the arguments as they are written.
  for (const root of [schema.getQueryType(), schema.getMutationType()])
    for (const field of Object.values(root!.getFields())) field.args = [...field.args].reverse();
  return schema;
}

/** The text of `schema.graphql`. */
export const printAPI = (schema: GraphQLSchema): string => `${printSchema(schema)}\n`;
