import { makeExecutableSchema } from '@graphql-tools/schema';
import type { LunaSec } from '@lunasec/node-sdk';
import type { Request } from 'express';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { GallerySession, StoredValue } from './sessions.js';

/** What every resolver gets. `req` is also where the node-sdk looks for the session. */
export interface GalleryContext {
  req: Request;
  session: GallerySession | null;
  /** Ends the session of this request, its grants and its values, and begins another one. */
  beginSession(): Promise<void>;
  endSession(): Promise<void>;
}

const maxValues = 100;
const namePattern = /^[\w./-]{1,100}$/;

const typeDefs = /* GraphQL */ `
  "A value that an example stored: the server holds its token."
  type StoredValue {
    "Names the example and its field."
    name: ID!
    token: String! @token(duration: "15m")
    "ISO 8601."
    storedAt: String!
  }
  input ValueInput {
    name: ID!
    token: String! @token
  }
  type Query {
    "What this session stored, oldest first."
    values: [StoredValue!]!
  }
  type Mutation {
    "Keeps tokens under names; a name that was taken gets the new token, and the value behind the old one is deleted."
    store(values: [ValueInput!]!): [StoredValue!]!
    "Takes the session's read grant for one value back, until it is queried again."
    revoke(name: ID!): Boolean!
    "Begins a new anonymous session and deletes what the old one stored."
    beginSession: Boolean!
    "Ends the session and deletes what it stored."
    endSession: Boolean!
  }
`;

/** The gallery's API, its fields with `@token` guarded. Values are kept per session, in memory. */
export function createGallerySchema(
  lunaSec: Pick<LunaSec, 'tokenDirective' | 'deleteTokens'> & { grants: Pick<LunaSec['grants'], 'revoke'> },
): GraphQLSchema {
  const { tokenDirective } = lunaSec;
  return tokenDirective.transform(
    makeExecutableSchema<GalleryContext>({
      typeDefs: [tokenDirective.typeDefs, typeDefs],
      resolvers: {
        Query: {
          values: (_source, _args, context): StoredValue[] => [...(context.session?.values.values() ?? [])],
        },
        Mutation: {
          store: async (_source, { values }: { values: { name: string; token: string }[] }, { session }) => {
            if (!session) throw problem('UNAUTHENTICATED', 'Your session ended. Reload the page.');
            const names = new Set([...session.values.keys(), ...values.map(({ name }) => name)]);
            if (names.size > maxValues || !values.every(({ name }) => namePattern.test(name)))
              throw problem(
                'BAD_USER_INPUT',
                `A session keeps ${maxValues} values, each under a short name.`,
              );
            const replaced: string[] = [];
            for (const { name, token } of values) {
              const before = session.values.get(name)?.token;
              if (before && before !== token) replaced.push(before);
              session.values.delete(name);
              session.values.set(name, { name, token, storedAt: new Date().toISOString() });
            }
            const kept = new Set([...session.values.values()].map(({ token }) => token));
            const gone = replaced.filter((token) => !kept.has(token));
            if (gone.length > 0) await lunaSec.deleteTokens(gone);
            return [...session.values.values()];
          },
          revoke: async (_source, { name }: { name: string }, { session }) => {
            const token = session?.values.get(name)?.token;
            return session && token ? (await lunaSec.grants.revoke(session.id, token)) > 0 : false;
          },
          beginSession: (_source, _args, context) => context.beginSession().then(() => true),
          endSession: (_source, _args, context) => context.endSession().then(() => true),
        },
      },
    }),
  );
}

const problem = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
