/** Fastify 5: GraphQL by Yoga, and a plain handler that makes its grants itself. */
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { LunaSec } from '@lunasec/node-sdk';
import { fastify } from 'fastify';
import { createSchema, createYoga } from 'graphql-yoga';
import { randomUUID } from 'node:crypto';

const port = Number(process.env.PORT ?? 3000);

const lunaSec = new LunaSec({
  applicationId: 'fastify',
  origin: `http://localhost:${port}`,
  tokenizerURL: process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010',
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    // The request of Fastify, in handlers as well as in GraphQL.
    sessionIdProvider: (request) => (request.session.user ? request.session.sessionId : null),
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

const app = fastify();
await app.register(cookie);
await app.register(session, {
  secret: process.env.SESSION_SECRET ?? randomUUID(),
  saveUninitialized: false,
  cookie: { secure: false }, // for this machine only: HTTPS needs `true`
});
await app.register(lunaSec.fastifyPlugin());

app.post('/login', async (request, reply) => {
  request.session.user = 'ada';
  return reply.code(204).send();
});
app.post('/logout', async (request, reply) => {
  await lunaSec.logOut(request);
  return reply.code(204).send();
});
app.get('/me', async (request) => {
  const person = people.get(request.session.user);
  if (person?.ssn) await lunaSec.grants.createWithAutomaticSessionId(request, person.ssn, '5m');
  return person ?? null;
});
// Yoga reads bodies itself.
app.addContentTypeParser(['multipart/form-data', 'application/graphql'], (_request, _body, done) =>
  done(null),
);
app.route({
  url: yoga.graphqlEndpoint,
  method: ['GET', 'POST', 'OPTIONS'],
  handler: (request, reply) => yoga.handleNodeRequestAndResponse(request, reply, { req: request, reply }),
});

await app.listen({ port, host: 'localhost' });
console.log(`http://localhost:${port}/graphql`);
