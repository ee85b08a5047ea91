/** type-graphql with Apollo Server on Express. */
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { LunaSec } from '@lunasec/node-sdk';
import { Token, TokenMiddleware } from '@lunasec/node-sdk/type-graphql';
import express from 'express';
import type { Request } from 'express';
import session from 'express-session';
import { randomUUID } from 'node:crypto';
import { Arg, buildSchema, Ctx, Field, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

declare module 'express-session' {
  interface SessionData {
    user: string;
  }
}

const port = Number(process.env.PORT ?? 3000);

const lunaSec = new LunaSec({
  applicationId: 'type-graphql',
  origin: `http://localhost:${port}`,
  tokenizerURL: process.env.TOKENIZER_URL ?? 'http://127.0.0.1:4010',
  auth: {
    secrets: { source: 'file', path: '.lunasec-key.json', createIfMissing: true },
    sessionIdProvider: (request) => (request.session.user ? request.sessionID : null),
  },
});

// #region types
@ObjectType()
class Person {
  @Field(() => String)
  name!: string;

  @Token()
  @Field(() => String, { nullable: true })
  ssn!: string | null;
}
// #endregion types

const people = new Map<string, Person>([['ada', { name: 'Ada Lovelace', ssn: null }]]);

interface Context {
  req: Request;
}

// #region resolver
@Resolver()
class PersonResolver {
  @Query(() => Person, { nullable: true })
  me(@Ctx() { req }: Context): Person | undefined {
    return people.get(req.session.user ?? '');
  }

  @Mutation(() => Person)
  save(@Ctx() { req }: Context, @Token() @Arg('ssn', () => String) ssn: string): Person {
    const person = people.get(req.session.user ?? '');
    if (!person) throw new Error('Log in first.');
    person.ssn = ssn;
    return person;
  }
}
// #endregion resolver

// #region server
const apollo = new ApolloServer<Context>({
  schema: await buildSchema({
    resolvers: [PersonResolver],
    directives: lunaSec.tokenDirective.directives,
    globalMiddlewares: [TokenMiddleware],
    validate: false,
  }),
  plugins: [lunaSec.apolloPlugin()],
});
await apollo.start();
// #endregion server

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
