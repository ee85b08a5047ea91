/** A part of an app that is worth testing: it gets its LunaSec and its database, and makes neither. */
import { makeExecutableSchema } from '@graphql-tools/schema';

// #region schema
const typeDefs = `
  type Query { person(id: ID!): Person }
  type Mutation { update(id: ID!, ssn: String @token(binding: "Person.ssn:{id}")): Person }
  type Person { id: ID!  name: String!  ssn: String @token(binding: "Person.ssn:{id}") }
`;

export function createPeopleSchema({ lunaSec, people }) {
  const resolvers = {
    Query: { person: (_root, { id }) => people.get(id) },
    Mutation: { update: (_root, { id, ssn }) => Object.assign(people.get(id), { ssn }) },
  };
  return lunaSec.tokenDirective.transform(
    makeExecutableSchema({ typeDefs: [lunaSec.tokenDirective.typeDefs, typeDefs], resolvers }),
  );
}
// #endregion schema
