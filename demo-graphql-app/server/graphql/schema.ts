import type { TokenDirective } from '@lunasec/node-sdk';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { AuditResolver } from './audit.js';
import { LoginResolver } from './login.js';
import { PatientResolver } from './patients.js';

/** The app's API, its fields with `@Token()` guarded. */
export async function createDemoSchema({
  tokenDirective,
}: {
  tokenDirective: TokenDirective;
}): Promise<GraphQLSchema> {
  return tokenDirective.transform(
    await buildSchema({
      resolvers: [LoginResolver, PatientResolver, AuditResolver],
      directives: tokenDirective.directives,
      validate: false,
    }),
  );
}
