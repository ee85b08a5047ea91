import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeBinding } from '@lunasec/node-sdk';
import { parse, type GraphQLSchema } from 'graphql';
import { openTestWorld, openTokenizerWorld, type World } from './support/sdk-worlds.js';

interface User {
  id: string;
  ssn: string;
}

/** An app whose users each have one bound token, and whose database somebody else can write to. */
function describeBindings(name: string, open: () => Promise<World>): void {
  describe(`bindings on ${name}`, () => {
    let world: World;
    let schema: GraphQLSchema;
    const users = new Map<string, User>();
    beforeAll(async () => {
      world = await open();
      const { tokenDirective, grants } = world.lunaSec;
      schema = tokenDirective.transform(
        makeExecutableSchema<{ session: string }>({
          typeDefs: [
            tokenDirective.typeDefs,
            `type Query { user(id: ID!): User }
             type User { id: ID!  ssn: String @token(binding: "User.ssn:{id}") }
             type Mutation {
               "The id is made here, so the resolver binds. lunasec-ignore"
               create(ssn: String! @token): User
               update(id: ID!, patch: UserPatch!): User
             }
             input UserPatch { ssn: String! @token(binding: "User.ssn:{id}") }`,
          ],
          resolvers: {
            Query: { user: (_source, { id }: { id: string }) => users.get(id) },
            Mutation: {
              create: async (_source, { ssn }: { ssn: string }, { session }) => {
                const user = { id: `user/${users.size + 1}`, ssn };
                await grants.verify(session, { token: ssn, binding: writeBinding('User.ssn:{id}', user) });
                users.set(user.id, user);
                return user;
              },
              update: (_source, { id, patch }: { id: string; patch: { ssn: string } }) =>
                Object.assign(users.get(id)!, patch),
            },
          },
        }),
      );
    });
    afterAll(() => world?.close());

    async function run(session: string, source: string, variableValues: Record<string, unknown>) {
      const contextValue = { ...world.context(session), session };
      const result = await world.lunaSec.execute({
        schema,
        document: parse(source),
        variableValues,
        contextValue,
      });
      return {
        data: JSON.parse(JSON.stringify(result.data ?? null)) as Record<string, User | null> | null,
        codes: (result.errors ?? []).map(({ path, extensions }) => [path?.join('.'), extensions.code]),
      };
    }
    const create = (session: string, ssn: string) =>
      run(session, 'mutation ($ssn: String!) { create(ssn: $ssn) { id ssn } }', { ssn });
    const update = (session: string, id: string, ssn: string) =>
      run(
        session,
        'mutation ($id: ID!, $ssn: String!) { update(id: $id, patch: { ssn: $ssn }) { id ssn } }',
        {
          id,
          ssn,
        },
      );
    const read = (session: string, id: string) =>
      run(session, 'query ($id: ID!) { user(id: $id) { id ssn } }', { id });

    test('a token is read from its own place, and from no other that it was moved to', async () => {
      const [ada, mallory] = ['ada', 'mallory'];
      const secret = await world.tokenize(ada, '078-05-1120');
      const victim = (await create(ada, secret)).data!.create!;
      expect(victim.ssn).toBe(secret);
      const own = (await create(mallory, await world.tokenize(mallory, 'anything'))).data!.create!;

      // SQL injection: the victim's token in a row that Mallory may read.
      users.get(own.id)!.ssn = secret;
      expect(await read(mallory, own.id)).toEqual({
        data: { user: { id: own.id, ssn: null } },
        codes: [['user.ssn', 'BINDING_MISMATCH']],
      });
      expect(await world.detokenize(mallory, secret)).toBe('READ_GRANT_MISSING');

      expect(await read(ada, victim.id)).toEqual({ data: { user: victim }, codes: [] });
      expect(await world.detokenize(ada, secret)).toBe('granted');
    });

    test('a token cannot be stored in another place than its first, by its own session either', async () => {
      const ada = 'ada-again';
      const first = (await create(ada, await world.tokenize(ada, 'one'))).data!.create!;
      const second = (await create(ada, await world.tokenize(ada, 'two'))).data!.create!;
      const next = await world.tokenize(ada, 'three');
      expect((await update(ada, first.id, next)).data).toEqual({ update: { id: first.id, ssn: next } });
      expect((await update(ada, second.id, next)).codes).toEqual([['update.patch.ssn', 'BINDING_MISMATCH']]);
      expect((await read(ada, second.id)).data).toEqual({ user: second });
    });
  });
}

describeBindings('the tokenizer in memory', openTestWorld);
describeBindings('a tokenizer with embedded stores', openTokenizerWorld);
