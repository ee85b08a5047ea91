/** SDL and resolvers with Apollo Server on Express. */
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { LunaSec } from '@lunasec/node-sdk';
import express from 'express';
import session from 'express-session';
import { randomUUID } from 'node:crypto';

const port = Number(process.env.PORT ?? 3000);

// #region lunasec
const lunaSec = new LunaSec({
  applicationId: 'sdl',
  origin: `http://localhost:${port}`,
  tokenizerURL: process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010',
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    // Not the id alone: express-session gives one to people who are not logged in, and another to each request.
    sessionIdProvider: (request) => (request.session.user ? request.sessionID : null),
  },
});
// #endregion lunasec

// #region schema
const typeDefs = `
  type Query { me: Person }
  type Mutation { save(ssn: String! @token): Person }
  type Person { name: String!  ssn: String @token }
`;

const people = new Map([['ada', { name: 'Ada Lovelace', ssn: null }]]);

const resolvers = {
  Query: { me: (_root, _args, { req }) => people.get(req.session.user) },
  Mutation: {
    save(_root, { ssn }, { req }) {
      const person = people.get(req.session.user);
      // A token that this very session made: the directive has seen to that before this runs.
      person.ssn = ssn;
      return person;
    },
  },
};
// #endregion schema

// #region server
const apollo = new ApolloServer({
  schema: lunaSec.tokenDirective.transform(
    makeExecutableSchema({ typeDefs: [lunaSec.tokenDirective.typeDefs, typeDefs], resolvers }),
  ),
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
// #endregion server
