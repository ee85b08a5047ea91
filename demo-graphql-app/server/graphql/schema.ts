import type { TokenDirective } from '@lunasec/node-sdk';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { LoginResolver } from './login.js';
import { PersonResolver } from './people.js';

/** The app's API, its fields with `@Token()` guarded. */
export async function createDemoSchema({
  tokenDirective,
}: {
  tokenDirective: TokenDirective;
}): Promise<GraphQLSchema> {
  return tokenDirective.transform(
    await buildSchema({
      resolvers: [LoginResolver, PersonResolver],
      directives: [tokenDirective.definition],
      validate: false,
    }),
  );
}
