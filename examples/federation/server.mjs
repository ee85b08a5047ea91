/** A subgraph of Apollo Federation 2. Its router forwards the `cookie` header; see docs/guides/federation.md. */
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { expressMiddleware } from '@as-integrations/express5';
import { LunaSec } from '@lunasec/node-sdk';
import express from 'express';
import session from 'express-session';
import { parse } from 'graphql';
import { randomUUID } from 'node:crypto';

const port = Number(process.env.PORT ?? 3000);

const lunaSec = new LunaSec({
  applicationId: 'federation',
  origin: `http://localhost:${port}`,
  tokenizerURL: process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010',
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    sessionIdProvider: (request) => (request.session.user ? request.sessionID : null),
  },
});

const typeDefs = parse(`
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@composeDirective"])
    @link(url: "https://specs.lunasec.io/token/v1.0", import: ["@token"])
    @composeDirective(name: "@token")

  type Query { me: Person }
  type Mutation { save(ssn: String! @token(binding: "Person.ssn:ada")): Person }
  type Person @key(fields: "id") {
    id: ID!
    name: String!
    ssn: String @token(binding: "Person.ssn:{id}")
  }
`);

const people = new Map([['ada', { id: 'ada', name: 'Ada Lovelace', ssn: null }]]);

const resolvers = {
  Query: { me: (_root, _args, { req }) => people.get(req.session.user) },
  Mutation: {
    save: (_root, { ssn }, { req }) => Object.assign(people.get(req.session.user), { ssn }),
  },
  Person: { __resolveReference: ({ id }, { req }) => (id === req.session.user ? people.get(id) : null) },
};

const schema = buildSubgraphSchema([
  { typeDefs: parse(lunaSec.tokenDirective.typeDefs) },
  { typeDefs, resolvers },
]);
const apollo = new ApolloServer({
  schema: lunaSec.tokenDirective.transform(schema),
  plugins: [lunaSec.apolloPlugin()],
});
await apollo.start();

express()
  .use(
    session({
      secret: process.env.SESSION_SECRET ?? randomUUID(),
      resave: false,
      saveUninitialized: false,
    }),
  )
  .use(lunaSec.expressPlugin())
  .post('/login', (request, response) => {
    request.session.user = 'ada';
    response.sendStatus(204);
  })
  .post('/logout', async (request, response) => {
    await lunaSec.logOut(request);
    response.sendStatus(204);
  })
  .use('/graphql', express.json(), expressMiddleware(apollo, { context: async ({ req }) => ({ req }) }))
  .listen(port, 'localhost', () => console.log(`http://localhost:${port}/graphql`));
