import { envelop, useEngine, useSchema } from '@envelop/core';
import type { Plugin } from '@envelop/core';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { execute, parse, specifiedRules, subscribe, validate } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin as YogaPlugin } from 'graphql-yoga';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UnavailableError } from '../errors/index.js';
import { testKit } from '../test-support/kit.js';
import type { TestLunaSecOptions } from '../testing/index.js';

const typeDefs = `
  type Query { me: User  plain: String }
  type Mutation { save(token: String @token): User }
  type Subscription { ssn(of: String @token): String @token }
  type User { name: String  ssn: String @token  friends: [User!] }
`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A real Yoga server over HTTP. */
async function setUp({
  before = [],
  transformed = true,
  plugged = true,
  ...options
}: TestLunaSecOptions & { before?: YogaPlugin[]; transformed?: boolean; plugged?: boolean } = {}) {
  const it = testKit(options);
  const user: Record<string, unknown> = { name: 'Ada' };
  const saved: unknown[] = [];
  const events: unknown[] = [];
  const log: string[] = [];
  const plain = makeExecutableSchema({
    typeDefs: [it.lunaSec.tokenDirective.typeDefs, typeDefs],
    resolvers: {
      Query: { me: () => user, plain: () => 'plain' },
      Mutation: {
        save: (_source, { token }: { token: string }) => {
          saved.push(token);
          return { name: 'Ada', ssn: token };
        },
      },
      Subscription: {
        ssn: {
          async *subscribe() {
            log.push('subscribed');
            try {
              for (const ssn of events) yield { ssn };
            } finally {
              log.push('ended');
            }
          },
        },
      },
    },
  });
  const schema = transformed ? it.lunaSec.tokenDirective.transform(plain) : plain;
  const yoga = createYoga({
    schema,
    logging: false,
    plugins: [...before, ...(plugged ? [it.lunaSec.envelopPlugin()] : [])],
  });
  const server = createServer(yoga);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const send = (
    query: string,
    variables: object,
    { session = 'alice', accept = 'application/graphql-response+json' } = {},
  ) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, 'x-test-session': session },
      body: JSON.stringify({ query, variables }),
    });
  return {
    ...it,
    schema,
    user,
    saved,
    events,
    log,
    send,
    async run(query: string, variables: object = {}, session?: string) {
      const response = await send(query, variables, session === undefined ? {} : { session });
      return (await response.json()) as { data?: unknown; errors?: Failure[] };
    },
  };
}

interface Failure {
  message: string;
  path?: unknown[];
  extensions?: { code?: string };
}
const codes = ({ errors = [] }: { errors?: Failure[] }) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions?.code]);

const accepted = async (it: Awaited<ReturnType<typeof setUp>>) => {
  const token = it.tokenizer.tokenize('alice');
  await it.lunaSec.grants.verify('alice', token);
  return token;
};

describe('with GraphQL Yoga over HTTP', () => {
  test('verifies before any resolver, grants what the mutation returns', async () => {
    const { run, tokenizer, saved } = await setUp();
    const mine = tokenizer.tokenize('alice');
    const mutation = 'mutation ($t: String) { save(token: $t) { name ssn } }';
    expect(await run(mutation, { t: mine })).toEqual({ data: { save: { name: 'Ada', ssn: mine } } });
    expect(tokenizer.detokenize('alice', mine)).toBe('granted');
    expect(tokenizer.calls).toEqual([
      { operation: 'verifyStoreGrants', size: 1 },
      { operation: 'createReadGrants', size: 1 },
    ]);

    const refused = await run(mutation, { t: tokenizer.tokenize('bob') });
    expect(codes(refused)).toEqual([['save.token', 'STORE_GRANT_MISSING']]);
    expect(refused).not.toHaveProperty('data.save');
    expect(saved).toEqual([mine]);
  });

  test('nulls what cannot be granted, and keeps the rest', async () => {
    const it = await setUp();
    it.user.ssn = await accepted(it);
    it.tokenizer.failWith(new UnavailableError('down', { cause: new Error('10.0.0.7 refused') }));
    const result = await it.run('{ me { name ssn } plain }');
    expect(result.data).toEqual({ me: { name: 'Ada', ssn: null }, plain: 'plain' });
    expect(codes(result)).toEqual([['me.ssn', 'UNAVAILABLE']]);
    expect(JSON.stringify(result)).not.toContain('10.0.0.7');
  });

  test('operations at the same time do not mix, though Yoga shares their document', async () => {
    const it = await setUp();
    const [mine, theirs] = [it.tokenizer.tokenize('alice'), it.tokenizer.tokenize('bob')];
    const query = 'mutation ($t: String) { save(token: $t) { name } }';
    const results = await Promise.all([mine, theirs, mine, theirs].map((t) => it.run(query, { t })));
    expect(results.map(codes)).toEqual([
      [],
      [['save.token', 'STORE_GRANT_MISSING']],
      [],
      [['save.token', 'STORE_GRANT_MISSING']],
    ]);
    expect(it.saved).toEqual([mine, mine]);
  });

  test('leaves operations that are not valid to Yoga', async () => {
    const { run, tokenizer } = await setUp();
    expect((await run('{ nope }')).errors?.[0]?.message).toContain('Cannot query field "nope"');
    const wrong = await run('mutation ($t: String) { save(token: $t) { name } }', { t: 4 });
    expect(wrong.errors?.[0]?.message).toContain('String cannot represent');
    expect(tokenizer.calls).toEqual([]);
  });

  describe('subscriptions as server-sent events', () => {
    const subscribed = async (it: Awaited<ReturnType<typeof setUp>>, query: string, variables = {}) => {
      const response = await it.send(query, variables, { accept: 'text/event-stream' });
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      return [...(await response.text()).matchAll(/^data: (\{.*\})$/gm)].map(
        ([, json]) => JSON.parse(json!) as { data?: unknown; errors?: Failure[] },
      );
    };

    test('each event is granted before it is sent, in one call', async () => {
      const it = await setUp();
      const tokens = [it.tokenizer.tokenize('bob'), it.tokenizer.tokenize('bob')];
      await it.lunaSec.grants.verify('bob', tokens);
      it.events.push(tokens[0], '078-05-1120', tokens[1]);
      const events = await subscribed(it, 'subscription { ssn }');
      expect(events.map(({ data }) => data)).toEqual([{ ssn: tokens[0] }, { ssn: null }, { ssn: tokens[1] }]);
      expect(events.map(codes)).toEqual([[], [['ssn', 'TOKEN_NOT_FOUND']], []]);
      for (const token of tokens) expect(it.tokenizer.detokenize('alice', token)).toBe('granted');
      expect(it.tokenizer.calls.filter(({ operation }) => operation === 'createReadGrants')).toHaveLength(2);
      expect(it.log).toEqual(['subscribed', 'ended']);
    });

    test('arguments are verified before anything is subscribed to', async () => {
      const it = await setUp();
      const query = 'subscription ($t: String) { ssn(of: $t) }';
      const [refused] = await subscribed(it, query, { t: it.tokenizer.tokenize('bob') });
      expect(codes(refused!)).toEqual([['ssn.of', 'STORE_GRANT_MISSING']]);
      expect(it.log).toEqual([]);
      await subscribed(it, query, { t: it.tokenizer.tokenize('alice') });
      expect(it.log).toEqual(['subscribed', 'ended']);
    });
  });

  describe('incremental delivery as multipart', () => {
    interface Payload {
      data?: unknown;
      errors?: Failure[];
      incremental?: { path: unknown[]; data?: unknown; items?: unknown[] | null; errors?: Failure[] }[];
      hasNext?: boolean;
    }
    /** The payloads in which an operation is answered. */
    const delivered = async (it: Awaited<ReturnType<typeof setUp>>, query: string, variables = {}) => {
      const response = await it.send(query, variables, { accept: 'multipart/mixed' });
      expect(response.headers.get('content-type')).toContain('multipart/mixed');
      return (await response.text())
        .split(/\r\n---(?:--)?/)
        .flatMap((part) => part.split('\r\n\r\n').slice(1))
        .flatMap((body) => (body.trim().startsWith('{') ? [JSON.parse(body) as Payload] : []));
    };
    const incremental = (payloads: Payload[]) => payloads.flatMap((payload) => payload.incremental ?? []);
    const grantCalls = ({ tokenizer }: Awaited<ReturnType<typeof setUp>>) =>
      tokenizer.calls.flatMap(({ operation, size }) => (operation === 'createReadGrants' ? [size] : []));
    const deferring = () => setUp({ before: [useDeferStream()] });

    test('@defer: the first payload waits for its own tokens only, the next has its own call', async () => {
      const it = await deferring();
      const [mine, ...others] = [await accepted(it), await accepted(it), await accepted(it)];
      Object.assign(it.user, { ssn: mine, friends: others.map((ssn) => ({ name: 'Eve', ssn })) });
      const payloads = await delivered(it, '{ me { name ssn ... @defer { friends { name ssn } } } }');
      expect(payloads[0]).toEqual({ data: { me: { name: 'Ada', ssn: mine } }, hasNext: true });
      expect(incremental(payloads)).toEqual([
        { path: ['me'], data: { friends: others.map((ssn) => ({ name: 'Eve', ssn })) } },
      ]);
      expect(grantCalls(it)).toEqual([1, 2]);
      for (const token of [mine, ...others]) expect(it.tokenizer.detokenize('alice', token)).toBe('granted');
    });

    test('@stream: one call for each payload that carries tokens', async () => {
      const it = await deferring();
      const tokens = [await accepted(it), await accepted(it), await accepted(it)];
      it.user.friends = tokens.map((ssn) => ({ ssn }));
      const payloads = await delivered(it, '{ me { friends @stream(initialCount: 1) { ssn } } }');
      expect(payloads[0]!.data).toEqual({ me: { friends: [{ ssn: tokens[0] }] } });
      const items = incremental(payloads).flatMap((part) => part.items ?? []);
      expect(items).toEqual(tokens.slice(1).map((ssn) => ({ ssn })));
      const carrying = payloads.filter(({ data, incremental: parts = [] }) => data || parts.length > 0);
      expect(grantCalls(it)).toHaveLength(carrying.length);
      for (const token of tokens) expect(it.tokenizer.detokenize('alice', token)).toBe('granted');
    });

    test('what cannot be granted later is null, with its code', async () => {
      const it = await deferring();
      it.user.ssn = '078-05-1120';
      const payloads = await delivered(it, '{ me { name ... @defer { ssn } } }');
      expect(payloads[0]!.data).toEqual({ me: { name: 'Ada' } });
      const [part] = incremental(payloads);
      expect(part!.data).toEqual({ ssn: null });
      expect(codes(part!)).toEqual([['me.ssn', 'TOKEN_NOT_FOUND']]);
      expect(JSON.stringify(payloads)).not.toContain('078');
    });

    test('a mutation is verified before anything is sent', async () => {
      const it = await deferring();
      const query = 'mutation ($t: String) { save(token: $t) { name ... @defer { ssn } } }';
      const [refused] = await delivered(it, query, { t: it.tokenizer.tokenize('bob') });
      expect(codes(refused!)).toEqual([['save.token', 'STORE_GRANT_MISSING']]);
      expect(it.saved).toEqual([]);
      const mine = it.tokenizer.tokenize('alice');
      const payloads = await delivered(it, query, { t: mine });
      expect(incremental(payloads)).toEqual([{ path: ['save'], data: { ssn: mine } }]);
      expect(it.tokenizer.detokenize('alice', mine)).toBe('granted');
    });
  });

  test('cuts tokens out of errors and extensions, if told so, of requests too that are not executed', async () => {
    const leaked = 'lunasec-00000000-0000-4000-8000-000000000000';
    const talking: YogaPlugin = {
      onResultProcess: ({ result, setResult }) =>
        setResult({ ...(result as object), extensions: { trace: [`saw ${leaked}`] } }),
    };
    const { run } = await setUp({ leaks: 'error', before: [talking] });
    expect(await run('{ plain }')).toEqual({
      data: { plain: 'plain' },
      extensions: { trace: ['saw [token]'] },
    });
    const wrong = await run('mutation ($t: String) { save(token: $t) { name } }', { t: [leaked, 1] });
    expect(wrong.errors?.[0]?.message).toContain('String cannot represent');
    expect(JSON.stringify(wrong)).not.toContain(leaked);
  });

  describe('what was forgotten fails closed', () => {
    test('the plugin', async () => {
      const it = await setUp({ plugged: false });
      it.user.ssn = await accepted(it);
      const result = await it.run('{ me { name ssn } }');
      expect(result.data).toEqual({ me: { name: 'Ada', ssn: null } });
      await it.run(`mutation { save(token: "${it.tokenizer.tokenize('alice')}") { name } }`);
      expect(it.saved).toEqual([]);
    });

    test('transform()', async () => {
      const it = await setUp({ transformed: false, leaks: 'off' });
      it.user.ssn = await accepted(it);
      const result = await it.run('{ me { name ssn } }');
      expect(result.data).toEqual({ me: { name: 'Ada', ssn: null } });
      expect(codes(result)).toEqual([['me.ssn', 'UNAVAILABLE']]);
    });

    test('an executor that does not run what it was given', async () => {
      // As a compiler does that keeps its first document.
      let first: Parameters<typeof execute>[0]['document'] | undefined;
      const keeping: YogaPlugin = {
        onExecute: ({ setExecuteFn }) =>
          setExecuteFn((args) => execute({ ...args, document: (first ??= args.document) })),
      };
      const it = await setUp({ before: [keeping] });
      it.user.ssn = await accepted(it);
      expect((await it.run('{ me { ssn } }')).data).toEqual({ me: { ssn: it.user.ssn } });
      const again = await it.run('{ me { ssn } }');
      expect(again.data).toEqual({ me: { ssn: null } });
      expect(codes(again)).toEqual([['me.ssn', 'UNAVAILABLE']]);
    });
  });

  test('a schema whose @token cannot work is refused at start', () => {
    const { lunaSec } = testKit();
    const schema = makeExecutableSchema({
      typeDefs: [lunaSec.tokenDirective.typeDefs, 'type Query { age: Int @token }'],
    });
    expect(() => createYoga({ schema, plugins: [lunaSec.envelopPlugin()] })).toThrow('Query.age');
  });
});

describe('with Envelop alone', () => {
  test('finds the request where it is told to', async () => {
    const { schema, lunaSec, tokenizer, context } = await setUp();
    const plugin: Plugin = lunaSec.envelopPlugin<{ other?: object }>({
      request: (contextValue) => contextValue.other,
    });
    const getEnveloped = envelop({
      plugins: [
        useEngine({ parse, validate, execute, subscribe, specifiedRules }),
        useSchema(schema),
        plugin,
      ],
    });
    const document = parse(`mutation { save(token: "${tokenizer.tokenize('alice')}") { name } }`);
    const run = async (contextValue: object) =>
      getEnveloped(contextValue).execute({ schema, document, contextValue });
    expect(await run({ other: context('alice').req })).toEqual({ data: { save: { name: 'Ada' } } });
    expect(await run({ req: context('alice').req })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});
