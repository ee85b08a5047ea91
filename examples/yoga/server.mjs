/** GraphQL Yoga on Express. */
import { LunaSec } from '@lunasec/node-sdk';
import express from 'express';
import session from 'express-session';
import { createSchema, createYoga } from 'graphql-yoga';
import { randomUUID } from 'node:crypto';

const port = Number(process.env.PORT ?? 3000);

const lunaSec = new LunaSec({
  applicationId: 'yoga',
  origin: `http://localhost:${port}`,
  tokenizerURL: process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010',
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    sessionIdProvider: (request) => (request.session.user ? request.sessionID : null),
  },
});

const people = new Map([['ada', { name: 'Ada Lovelace', ssn: null }]]);

const schema = createSchema({
  typeDefs: [
    lunaSec.tokenDirective.typeDefs,
    `type Query { me: Person }
     type Mutation { save(ssn: String! @token): Person }
     type Person { name: String!  ssn: String @token }`,
  ],
  resolvers: {
    Query: { me: (_root, _args, { req }) => people.get(req.session.user) },
    Mutation: {
      save: (_root, { ssn }, { req }) => Object.assign(people.get(req.session.user), { ssn }),
    },
  },
});

const yoga = createYoga({
  schema: lunaSec.tokenDirective.transform(schema),
  plugins: [lunaSec.envelopPlugin()],
});

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
  // Yoga puts the request of Express into the context, as `req`.
  .use(yoga.graphqlEndpoint, yoga)
  .listen(port, 'localhost', () => console.log(`http://localhost:${port}/graphql`));
