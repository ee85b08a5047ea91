import { makeExecutableSchema } from '@graphql-tools/schema';
import type { NextRequest } from 'next/server';
import { lunaSec } from './lunasec';
import { readSession } from './session';

export interface Context {
  /** Where the SDK looks for the request. */
  req: NextRequest;
}

const typeDefs = `
  type Query { me: Person }
  type Mutation { save(ssn: String! @token): Person }
  type Person { name: String!  ssn: String @token }
`;

const people = new Map([['ada', { name: 'Ada Lovelace', ssn: null as string | null }]]);
const me = async () => people.get((await readSession()).user ?? '');

const resolvers = {
  Query: { me },
  Mutation: {
    async save(_root: unknown, { ssn }: { ssn: string }) {
      const person = await me();
      if (!person) throw new Error('Log in first.');
      return Object.assign(person, { ssn });
    },
  },
};

export const schema = lunaSec.tokenDirective.transform(
  makeExecutableSchema({ typeDefs: [lunaSec.tokenDirective.typeDefs, typeDefs], resolvers }),
);
