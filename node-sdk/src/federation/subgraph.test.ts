import { composeServices } from '@apollo/composition';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { expressMiddleware } from '@as-integrations/express5';
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { afterEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { parse, print } from 'graphql';
import type { DocumentNode } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testKit } from '../test-support/kit.js';
import type { TestKit } from '../test-support/kit.js';
import type { TestLunaSecOptions } from '../testing/index.js';

const link = (imports: string) => `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", ${imports}])
`;
/** What makes the router's schema keep the marks. */
const composed = `
  extend schema
    @link(url: "https://specs.lunasec.io/token/v1.0", import: ["@token"])
    @composeDirective(name: "@token")
`;

const users = `
  directive @audited(by: String) on FIELD_DEFINITION
  type Query { me: User }
  type Mutation { save(ssn: String @token(binding: "User.ssn:1")): User }
  type User @key(fields: "id") {
    id: ID!
    name: String @shareable @audited(by: "us")
    ssn: String @token(duration: "5m", binding: "User.ssn:{id}")
  }
`;
const cards = `
  type Query { cards: [Card!]! }
  type Card { number: String @token  owner: User }
  type User @key(fields: "id") { id: ID!  card: Card  ssn: String @external  hasSSN: Boolean @requires(fields: "ssn") }
`;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startSubgraph(
  { lunaSec }: TestKit,
  typeDefs: string,
  resolvers: NonNullable<Parameters<typeof subgraphSchema>[2]>,
) {
  const server = new ApolloServer({
    schema: subgraphSchema({ lunaSec }, typeDefs, resolvers),
    plugins: [lunaSec.apolloPlugin(), ApolloServerPluginInlineTraceDisabled()],
    nodeEnv: 'test',
    stopOnTerminationSignals: false,
  });
  await server.start();
  closing.push(() => server.stop());
  return listen(
    express().use(express.json(), expressMiddleware(server, { context: async ({ req }) => ({ req }) })),
  );
}

type Resolvers = Record<string, Record<string, unknown>>;

function subgraphSchema({ lunaSec }: Pick<TestKit, 'lunaSec'>, typeDefs: string, resolvers: Resolvers = {}) {
  return lunaSec.tokenDirective.transform(
    buildSubgraphSchema([
      { typeDefs: parse(lunaSec.tokenDirective.typeDefs) },
      { typeDefs: parse(typeDefs), resolvers: resolvers as never },
    ]),
  );
}

/** What a subgraph of Federation 2 tells of itself. */
async function sdlOf(url: string): Promise<string> {
  const { data } = await post<{ _service: { sdl: string } }>(url, '{ _service { sdl } }');
  return data!._service.sdl;
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { path?: unknown[]; message: string; extensions?: { code?: string } }[];
}

async function post<Data>(
  url: string,
  query: string | DocumentNode,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: typeof query === 'string' ? query : print(query), variables }),
  });
  return (await response.json()) as Answer<Data>;
}

const alice = { 'x-test-session': 'alice' };

describe('the SDL of a subgraph', () => {
  test('has @token with its arguments and its definition, and all other directives', async () => {
    const url = await startSubgraph(testKit(), link('"@shareable"') + users, {});
    const sdl = await sdlOf(url);
    const document = parse(sdl);
    const text = print(document).replaceAll(/\s+/g, ' ');
    expect(text).toContain('ssn: String @token(duration: "5m", binding: "User.ssn:{id}")');
    expect(text).toContain('save(ssn: String @token(binding: "User.ssn:1")): User');
    expect(text).toMatch(
      /directive @token\(.* duration: String .* binding: String \) on FIELD_DEFINITION \| ARGUMENT_DEFINITION \| INPUT_FIELD_DEFINITION/,
    );
    expect(text).toContain('type User @key(fields: "id")');
    expect(text).toContain('name: String @shareable @audited(by: "us")');
    expect(text).toContain('@link(url: "https://specs.apollo.dev/federation/v2.5"');
  });
});

describe('composition', () => {
  const compose = async (usersSDL: string, cardsSDL: string) => {
    const it = testKit();
    const services = await Promise.all(
      Object.entries({ users: usersSDL, cards: cardsSDL }).map(async ([name, typeDefs]) => {
        const url = await startSubgraph(it, typeDefs, {});
        return { name, url, typeDefs: parse(await sdlOf(url)) };
      }),
    );
    return composeServices(services);
  };
  const linked = link('"@shareable", "@composeDirective", "@external", "@requires"');

  test('keeps the marks in the supergraph with @composeDirective', async () => {
    const { errors, supergraphSdl } = await compose(linked + composed + users, linked + composed + cards);
    expect(errors).toBeUndefined();
    const text = supergraphSdl!.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/directive @token\(.* duration: String .* binding: String \) on/);
    expect(text).toMatch(/ssn: String [^}]*@token\(duration: "5m", binding: "User.ssn:\{id\}"\)/);
    expect(text).toMatch(/number: String @token/);
    expect(text).toMatch(/save\(ssn: String @token\(binding: "User.ssn:1"\)\): User/);
  });

  test('works without it: the marks stay in the subgraphs, which obey them', async () => {
    const { errors, supergraphSdl } = await compose(linked + users, linked + cards);
    expect(errors).toBeUndefined();
    expect(supergraphSdl).not.toContain('@token');
  });
});

describe('a subgraph', () => {
  const setUp = async (options?: TestLunaSecOptions) => {
    const it = testKit(options);
    const rows = new Map<string, { id: string; name: string; ssn: string | null }>();
    const saved: unknown[] = [];
    const url = await startSubgraph(it, link('"@shareable"') + users, {
      Query: { me: () => rows.get('1') },
      Mutation: { save: (_: unknown, { ssn }: { ssn: string }) => (saved.push(ssn), { id: '1', ssn }) },
      User: { __resolveReference: ({ id }: { id: string }) => rows.get(id) },
    });
    const store = async (id: string) => {
      const ssn = it.tokenizer.tokenize('alice');
      await it.lunaSec.grants.verify('alice', { token: ssn, binding: `User.ssn:${id}` });
      rows.set(id, { id, name: 'Ada', ssn });
      return ssn;
    };
    return { ...it, url, rows, saved, store };
  };
  const entities = `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { name ssn } } }`;
  const representations = (...ids: string[]) => ({ r: ids.map((id) => ({ __typename: 'User', id })) });

  test('grants the marked fields of entities, in one call', async () => {
    const it = await setUp();
    const tokens = [await it.store('1'), await it.store('2')];
    const before = it.tokenizer.calls.length;
    expect(await post(it.url, entities, representations('1', '2'), alice)).toEqual({
      data: { _entities: tokens.map((ssn) => ({ name: 'Ada', ssn })) },
    });
    for (const token of tokens) expect(it.tokenizer.detokenize('alice', token)).toBe('granted');
    expect(it.tokenizer.calls.slice(before)).toEqual([{ operation: 'createReadGrants', size: 2 }]);
  });

  test('nulls those of an entity whose token was moved, and of requests without a session', async () => {
    const it = await setUp();
    const ssn = await it.store('1');
    it.rows.set('2', { id: '2', name: 'Eve', ssn });
    const moved = await post(it.url, entities, representations('2', '1'), alice);
    expect(moved.data).toEqual({
      _entities: [
        { name: 'Eve', ssn: null },
        { name: 'Ada', ssn },
      ],
    });
    expect(moved.errors).toMatchObject([
      { path: ['_entities', 0, 'ssn'], extensions: { code: 'BINDING_MISMATCH' } },
    ]);
    const stranger = await post(it.url, entities, representations('1'));
    expect(stranger.data).toEqual({ _entities: [{ name: 'Ada', ssn: null }] });
    expect(stranger.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('verifies marked arguments of its mutations', async () => {
    const it = await setUp();
    const query = 'mutation ($t: String) { save(ssn: $t) { ssn } }';
    const refused = await post(it.url, query, { t: it.tokenizer.tokenize('bob') }, alice);
    expect(refused.errors).toMatchObject([
      { path: ['save', 'ssn'], extensions: { code: 'STORE_GRANT_MISSING' } },
    ]);
    expect(it.saved).toEqual([]);
    const ssn = it.tokenizer.tokenize('alice');
    expect(await post(it.url, query, { t: ssn }, alice)).toEqual({ data: { save: { ssn } } });
  });

  test('takes tokens in representations, where routers put what @requires asks for', async () => {
    const it = await setUp({ leaks: 'error' });
    const ssn = await it.store('1');
    const variables = { r: [{ __typename: 'User', id: '1', ssn }] };
    expect(await post(it.url, entities, variables, alice)).toEqual({
      data: { _entities: [{ name: 'Ada', ssn }] },
    });
    expect(it.warnings).toEqual([]);
  });
});

describe('two subgraphs behind a router that forwards the session', () => {
  const setUp = async () => {
    const it = testKit({ leaks: 'error' });
    const linked = link('"@shareable", "@composeDirective", "@external", "@requires"') + composed;
    const ssn = it.tokenizer.tokenize('alice');
    const number = it.tokenizer.tokenize('alice');
    await it.lunaSec.grants.verify('alice', [{ token: ssn, binding: 'User.ssn:1' }, number]);
    const urls = {
      users: await startSubgraph(it, linked + users, {
        Query: { me: () => ({ id: '1', name: 'Ada', ssn }) },
        Mutation: { save: (_: unknown, args: { ssn: string }) => ({ id: '1', ssn: args.ssn }) },
        User: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ada', ssn }) },
      }),
      cards: await startSubgraph(it, linked + cards, {
        Query: { cards: () => [] },
        User: {
          __resolveReference: (reference: object) => reference,
          card: () => ({ number }),
          hasSSN: (user: { ssn?: string }) => user.ssn != null,
        },
      }),
    };
    const { supergraphSdl, errors } = composeServices(
      await Promise.all(
        Object.entries(urls).map(async ([name, url]) => ({ name, url, typeDefs: parse(await sdlOf(url)) })),
      ),
    );
    expect(errors).toBeUndefined();
    const schema = getStitchedSchemaFromSupergraphSdl({
      supergraphSdl: supergraphSdl!,
      onSubschemaConfig(config) {
        config.executor = ({ document, variables, context }) => {
          const { request } = context as unknown as { request: Request };
          const session = request.headers.get('x-test-session');
          return post(
            config.endpoint!,
            document,
            variables as object,
            session ? { 'x-test-session': session } : {},
          ) as never;
        };
      },
    });
    const router = await listen(createYoga({ schema, logging: false, maskedErrors: false }));
    return { ...it, ssn, number, router: `${router}/graphql` };
  };

  test('each grants its own, one call per operation that the router sends it', async () => {
    const it = await setUp();
    const before = it.tokenizer.calls.length;
    const { data, errors } = await post(it.router, '{ me { name ssn card { number } hasSSN } }', {}, alice);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      me: { name: 'Ada', ssn: it.ssn, card: { number: it.number }, hasSSN: true },
    });
    for (const token of [it.ssn, it.number]) expect(it.tokenizer.detokenize('alice', token)).toBe('granted');
    expect(it.tokenizer.calls.slice(before).map(({ operation }) => operation)).toEqual([
      'createReadGrants',
      'createReadGrants',
    ]);
  });

  test('refuses what the session did not make, and shows nothing without a session', async () => {
    const it = await setUp();
    const query = 'mutation ($t: String) { save(ssn: $t) { id } }';
    const refused = await post(it.router, query, { t: it.tokenizer.tokenize('bob') }, alice);
    expect(refused.data).toEqual({ save: null });
    expect(refused.errors?.[0]?.extensions?.code).toBe('STORE_GRANT_MISSING');
    const stranger = await post(it.router, '{ me { name ssn } }');
    expect(stranger.data).toEqual({ me: { name: 'Ada', ssn: null } });
    expect(stranger.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});
