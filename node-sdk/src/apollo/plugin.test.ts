import { ApolloServer } from '@apollo/server';
import type { ApolloServerPlugin } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { execute, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { IncomingMessage } from 'node:http';
import request from 'supertest';
import { UnavailableError } from '../errors/index.js';
import { testKit } from '../test-support/kit.js';
import type { TestLunaSecOptions } from '../testing/index.js';

const typeDefs = `
  type Query { me: User  strict: Strict  plain: String }
  type Mutation { save(token: String @token): User  nested(token: String): Boolean }
  type User { name: String  ssn: String @token }
  type Strict { ssn: String! @token }
`;

type Context = { req?: IncomingMessage; other?: IncomingMessage };

const servers: ApolloServer<Context>[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function setUp({
  plugins = [],
  transformed = true,
  ...options
}: TestLunaSecOptions & { plugins?: ApolloServerPlugin<Context>[]; transformed?: boolean } = {}) {
  const it = testKit(options);
  const user: Record<string, unknown> = { name: 'Ada' };
  const saved: string[] = [];
  const plain = makeExecutableSchema({
    typeDefs: [it.lunaSec.tokenDirective.typeDefs, typeDefs],
    resolvers: {
      Query: { me: () => user, strict: () => user, plain: () => 'plain' },
      Mutation: {
        save: (_source, { token }: { token: string }) => {
          saved.push(token);
          return { name: 'Ada', ssn: token };
        },
        nested: async (_source, { token }: { token: string }, contextValue, { schema: own }) => {
          const document = parse('mutation ($token: String) { save(token: $token) { name } }');
          const { errors } = await execute({
            schema: own,
            document,
            contextValue,
            variableValues: { token },
          });
          return !errors;
        },
      },
    },
  });
  const schema = transformed ? it.lunaSec.tokenDirective.transform(plain) : plain;
  const server = serverOf(schema, [it.lunaSec.apolloPlugin(), ...plugins]);
  await server.start();
  return {
    ...it,
    user,
    saved,
    server,
    schema,
    async run(
      query: string,
      variables: Record<string, unknown> = {},
      contextValue: Context = it.context('alice'),
    ) {
      const { body } = await server.executeOperation({ query, variables }, { contextValue });
      if (body.kind !== 'single') throw new Error('incremental');
      return JSON.parse(JSON.stringify(body.singleResult)) as typeof body.singleResult;
    },
  };
}

function serverOf(schema: GraphQLSchema, plugins: ApolloServerPlugin<Context>[]) {
  const server = new ApolloServer<Context>({
    schema,
    plugins,
    nodeEnv: 'test',
    stopOnTerminationSignals: false,
  });
  servers.push(server);
  return server;
}

const accepted = async (it: Awaited<ReturnType<typeof setUp>>) => {
  const token = it.tokenizer.tokenize('alice');
  await it.lunaSec.grants.verify('alice', token);
  return token;
};

describe('apolloPlugin', () => {
  test('cuts tokens out of errors and extensions, if told so, of requests too that are not executed', async () => {
    const leaked = 'lunasec-00000000-0000-4000-8000-000000000000';
    const talking: ApolloServerPlugin<Context> = {
      requestDidStart: async () => ({
        executionDidStart: async ({ response }) => ({
          executionDidEnd: async () => {
            if (response.body?.kind === 'single')
              response.body.singleResult.extensions = { trace: [`saw ${leaked}`] };
          },
        }),
      }),
    };
    const it = await setUp({ leaks: 'error', plugins: [talking] });
    expect((await it.run('{ plain }')).extensions).toEqual({ trace: ['saw [token]'] });
    const invalid = await it.run(`{ plain(nope: "x") me { ${'name(a: "'}${leaked}") } }`);
    expect(invalid.errors).not.toHaveLength(0);
    const wrong = await it.run('mutation ($t: String) { save(token: $t) { name } }', { t: [leaked, 1] });
    expect(wrong.errors?.[0]?.message).toContain('got invalid value');
    expect(JSON.stringify([invalid, wrong])).not.toContain(leaked);
  });

  test('verifies before any resolver, grants what the mutation returns', async () => {
    const { run, tokenizer, saved } = await setUp();
    const mine = tokenizer.tokenize('alice');
    const result = await run('mutation ($t: String) { save(token: $t) { name ssn } }', { t: mine });
    expect(result).toEqual({ data: { save: { name: 'Ada', ssn: mine } } });
    expect(saved).toEqual([mine]);
    expect(tokenizer.detokenize('alice', mine)).toBe('granted');
    expect(tokenizer.calls.map(({ operation }) => operation)).toEqual([
      'verifyStoreGrants',
      'createReadGrants',
    ]);
  });

  test('fails a mutation with path and code, without data', async () => {
    const { run, tokenizer, saved } = await setUp();
    const result = await run('mutation ($t: String) { save(token: $t) { ssn } }', {
      t: tokenizer.tokenize('bob'),
    });
    expect(result).toEqual({
      errors: [
        {
          message: expect.any(String),
          path: ['save', 'token'],
          extensions: { code: 'STORE_GRANT_MISSING' },
        },
      ],
    });
    expect(saved).toEqual([]);
  });

  test('answers refused operations with HTTP status 200', async () => {
    const { server, tokenizer } = await setUp();
    const app = express().use(
      express.json(),
      expressMiddleware(server, { context: async ({ req }) => ({ req }) }),
    );
    const response = await request(app)
      .post('/')
      .set('x-test-session', 'alice')
      .send({ query: `mutation { save(token: "${tokenizer.tokenize('bob')}") { ssn } }` });
    expect(response.status).toBe(200);
    expect(response.body.errors[0].extensions.code).toBe('STORE_GRANT_MISSING');
    expect(response.body).not.toHaveProperty('data');
  });

  test('nulls what cannot be granted, and keeps the rest and its errors', async () => {
    const it = await setUp();
    it.user.ssn = await accepted(it);
    it.user.name = () => {
      throw new Error('no name');
    };
    it.tokenizer.failWith(new UnavailableError('down'));
    const result = await it.run('{ me { name ssn } plain }');
    expect(result.data).toEqual({ me: { name: null, ssn: null }, plain: 'plain' });
    expect(result.errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual([
      [['me', 'name'], 'INTERNAL_SERVER_ERROR'],
      [['me', 'ssn'], 'UNAVAILABLE'],
    ]);
    expect((await it.run('{ strict { ssn } plain }')).data).toEqual({ strict: null, plain: 'plain' });
  });

  test('says nothing of the cause of a failure', async () => {
    const it = await setUp();
    it.user.ssn = await accepted(it);
    it.tokenizer.failWith(new UnavailableError('down', { cause: new Error('10.0.0.7 refused') }));
    const text = JSON.stringify(await it.run('{ me { ssn } }'));
    expect(text).toContain('UNAVAILABLE');
    expect(text).not.toContain('10.0.0.7');
  });

  test('finishes the response before other plugins see it', async () => {
    const seen: unknown[] = [];
    const spy: ApolloServerPlugin<Context> = {
      requestDidStart: async () => ({
        willSendResponse: async ({ response }) => {
          if (response.body.kind === 'single') seen.push(JSON.stringify(response.body.singleResult.data?.me));
        },
      }),
    };
    const it = await setUp({ plugins: [spy] });
    it.user.ssn = '078-05-1120';
    await it.run('{ me { ssn } }');
    expect(seen).toEqual(['{"ssn":null}']);
  });

  test('forbids caches to keep responses with tokens, and only those', async () => {
    const policies: unknown[] = [];
    const cache: ApolloServerPlugin<Context> = {
      requestDidStart: async ({ overallCachePolicy }) => {
        overallCachePolicy.replace({ maxAge: 60 });
        return {
          // What Apollo's own cache plugins decide by.
          willSendResponse: async () => void policies.push(overallCachePolicy.policyIfCacheable()?.maxAge),
        };
      },
    };
    const it = await setUp({ plugins: [cache] });
    it.user.ssn = await accepted(it);
    await it.run('{ me { ssn } }');
    await it.run('{ plain }');
    expect(policies).toEqual([undefined, 60]);
  });

  test('works beside plugins that watch every field', async () => {
    const fields: string[] = [];
    const watch: ApolloServerPlugin<Context> = {
      requestDidStart: async () => ({
        executionDidStart: async () => ({
          willResolveField: ({ info }) => void fields.push(info.fieldName),
        }),
      }),
    };
    const it = await setUp({ plugins: [watch] });
    const mine = it.tokenizer.tokenize('alice');
    expect((await it.run(`mutation { save(token: "${mine}") { ssn } }`)).errors).toBeUndefined();
    expect(fields).toEqual(['save', 'ssn']);
  });

  test('operations at the same time that share a context do not mix', async () => {
    const it = await setUp();
    const shared = it.context('alice');
    const [mine, theirs] = [it.tokenizer.tokenize('alice'), it.tokenizer.tokenize('bob')];
    const query = 'mutation ($t: String) { save(token: $t) { name } }';
    const results = await Promise.all([mine, theirs, mine, theirs].map((t) => it.run(query, { t }, shared)));
    expect(results.map(({ errors }) => errors?.[0]?.extensions?.code)).toEqual([
      undefined,
      'STORE_GRANT_MISSING',
      undefined,
      'STORE_GRANT_MISSING',
    ]);
    expect(it.saved).toEqual([mine, mine]);
  });

  test('is not in charge of what a resolver executes with its context', async () => {
    const it = await setUp({ leaks: 'off' });
    const theirs = it.tokenizer.tokenize('bob');
    expect(await it.run('mutation ($t: String) { nested(token: $t) }', { t: theirs })).toEqual({
      data: { nested: false },
    });
    expect(it.saved).toEqual([]);
  });

  test('finds the request where it is told to', async () => {
    const { schema, lunaSec, tokenizer, context } = await setUp();
    const server = serverOf(schema, [
      lunaSec.apolloPlugin<Context>({ request: (contextValue) => contextValue.other }),
    ]);
    const query = `mutation { save(token: "${tokenizer.tokenize('alice')}") { name } }`;
    const run = (contextValue: Context) => server.executeOperation({ query }, { contextValue });
    expect((await run({ other: context('alice').req })).body).toMatchObject({
      singleResult: { data: { save: { name: 'Ada' } } },
    });
    expect((await run({ req: context('alice').req })).body).toMatchObject({
      singleResult: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
  });

  test('leaves operations that are not valid to Apollo Server', async () => {
    const { run, tokenizer } = await setUp();
    const codeOf = ({ errors }: Awaited<ReturnType<typeof run>>) => errors?.[0]?.extensions?.code;
    expect(codeOf(await run('{ nope }'))).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(codeOf(await run('mutation ($t: String) { save(token: $t) { name } }', { t: 4 }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(tokenizer.calls).toEqual([]);
  });
});

describe('what was forgotten fails closed', () => {
  test('the plugin: marked fields and mutations with marked arguments fail', async () => {
    const { schema, user, context, saved } = await setUp();
    user.ssn = 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff';
    const server = serverOf(schema, []);
    const contextValue = context('alice');
    const query = await server.executeOperation({ query: '{ me { name ssn } }' }, { contextValue });
    expect(query.body).toMatchObject({
      singleResult: {
        data: { me: { name: 'Ada', ssn: null } },
        errors: [{ message: expect.stringContaining('apolloPlugin'), extensions: { code: 'UNAVAILABLE' } }],
      },
    });
    await server.executeOperation(
      { query: `mutation { save(token: "${user.ssn}") { name } }` },
      { contextValue },
    );
    expect(saved).toEqual([]);
  });

  test('transform(): tokens of marked fields are nulled; marked arguments are verified nevertheless', async () => {
    const it = await setUp({ transformed: false, leaks: 'off' });
    it.user.ssn = await accepted(it);
    const result = await it.run('{ me { name ssn } }');
    expect(result.data).toEqual({ me: { name: 'Ada', ssn: null } });
    expect(result.errors).toMatchObject([
      { path: ['me', 'ssn'], message: expect.stringContaining('transform()') },
    ]);
    const refused = await it.run(`mutation { save(token: "${it.tokenizer.tokenize('bob')}") { name } }`);
    expect(refused.errors?.[0]?.extensions?.code).toBe('STORE_GRANT_MISSING');
    expect(it.saved).toEqual([]);
  });

  test('a schema whose @token cannot work stops the server at start', async () => {
    const { lunaSec } = testKit();
    const schema = makeExecutableSchema({
      typeDefs: [lunaSec.tokenDirective.typeDefs, 'type Query { age: Int @token }'],
    });
    const server = new ApolloServer({ schema, plugins: [lunaSec.apolloPlugin()], nodeEnv: 'test' });
    await expect(server.start()).rejects.toThrow('Query.age');
  });

  test('an incremental response that could carry tokens is replaced by an error', async () => {
    const deferring: ApolloServerPlugin<Context> = {
      requestDidStart: async () => ({
        executionDidStart: async ({ response }) => ({
          // Execution hooks end in reverse order, so this one is before the plugin under test.
          executionDidEnd: async () => {
            response.body = {
              kind: 'incremental',
              initialResult: { data: { me: { ssn: 'x' } }, hasNext: true },
              subsequentResults: (async function* () {})(),
            };
          },
        }),
      }),
    };
    const it = await setUp({ plugins: [deferring] });
    const result = await it.run('{ me { name } }');
    expect(result.data).toBeUndefined();
    expect(result.errors?.[0]?.extensions?.code).toBe('UNAVAILABLE');
  });
});
