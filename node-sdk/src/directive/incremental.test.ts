import { normalizedExecutor } from '@graphql-tools/executor';
import type { IExecutableSchemaDefinition } from '@graphql-tools/schema';
import { GraphQLDeferDirective, GraphQLStreamDirective } from '@graphql-tools/utils';
import { describe, expect, test } from '@jest/globals';
import { execute, GraphQLSchema, parse } from 'graphql';
import { failures, harness, summarize } from '../test-support/harness.js';
import type { Answer } from '../test-support/harness.js';
import type { TestLunaSecOptions } from '../testing/index.js';
import type { Execute } from './execute.js';
import type { IncrementalResult } from './incremental.js';

const unknown = 'lunasec-00000000-0000-4000-8000-000000000000';

const typeDefs = `
  type Query { me: User  users: [User]  strict: [Strict!]  tokens: [String] @token  matrix: [[String]] @token  texts: [String]  pets: [Pet] }
  type Mutation { save(token: String @token): User }
  type User { id: ID  name: String  ssn: String @token  bound: String @token(binding: "User:{id}")  friend: User  must: String! @token }
  type Strict { ssn: String! @token }
  interface Pet { chip: String }
  type Cat implements Pet { chip: String  toy: String  friend: Cat }
  type Dog implements Pet { chip: String @token  toy: String  friend: Dog }
`;

interface Part {
  path: unknown;
  content: unknown;
  failures: [string, unknown][];
}

function setUp(
  data: Record<string, unknown>,
  options: TestLunaSecOptions = {},
  more: IExecutableSchemaDefinition['resolvers'] = {},
) {
  const it = harness(
    typeDefs,
    {
      Query: Object.fromEntries(
        ['me', 'users', 'strict', 'tokens', 'matrix', 'texts', 'pets'].map((field) => [
          field,
          () => data[field],
        ]),
      ),
      Mutation: { save: () => data.me },
      ...more,
    },
    options,
  );
  const schema = new GraphQLSchema({
    ...it.schema.toConfig(),
    directives: [...it.schema.getDirectives(), GraphQLDeferDirective, GraphQLStreamDirective],
  });
  async function start(source: string, executeFn: Execute = normalizedExecutor as Execute) {
    let wrapped = executeFn;
    it.lunaSec.envelopPlugin().onExecute({ executeFn, setExecuteFn: (execute) => (wrapped = execute) });
    return wrapped({ schema, document: parse(source), contextValue: it.context('alice') });
  }
  /** All payloads of an operation, each with what was granted by the time it came. */
  async function payloads(source: string): Promise<{ answer: Answer; parts: Part[]; calls: number }[]> {
    const result = await start(source);
    if (!(Symbol.asyncIterator in result)) throw new Error('not incremental');
    const all = [];
    for await (const payload of result) {
      const parts = (payload.incremental ?? []).map((part) => ({
        path: part.path,
        content: plain(part.items === undefined ? part.data : part.items),
        failures: failures(summarize({ errors: part.errors ?? [] })),
      }));
      all.push({ answer: summarize(payload), parts, calls: it.tokenizer.calls.length });
    }
    return all;
  }
  return { ...it, schema, start, payloads };
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null)) as unknown;

async function stored(it: ReturnType<typeof setUp>, count: number, binding?: string) {
  const tokens = Array.from({ length: count }, () => it.tokenizer.tokenize('alice'));
  await it.lunaSec.grants.verify(
    'alice',
    tokens.map((token) => ({ token, binding })),
  );
  (it.tokenizer.calls as unknown[]).length = 0;
  return tokens as [string, ...string[]];
}

const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)));

describe('an operation that is answered in payloads', () => {
  test('has the tokens of each granted before it leaves, in one call per payload', async () => {
    const data: Record<string, unknown> = {};
    const it = setUp(data, {}, { User: { friend: ({ friend }: { friend: unknown }) => later(friend) } });
    const [mine, theirs] = await stored(it, 2);
    data.me = { name: 'Ada', ssn: mine, friend: { name: 'Bob', ssn: theirs } };
    const seen: unknown[] = [];
    const result = await it.start('{ me { ssn ... @defer(label: "later") { friend { name ssn } } } }');
    if (!(Symbol.asyncIterator in result)) throw new Error('not incremental');
    for await (const { incremental, hasNext, ...rest } of result)
      seen.push([
        plain(incremental ?? rest),
        hasNext,
        it.tokenizer.calls.length,
        it.tokenizer.detokenize('alice', theirs!),
      ]);
    expect(seen).toEqual([
      [{ data: { me: { ssn: mine } } }, true, 1, 'READ_GRANT_MISSING'],
      [
        [{ path: ['me'], label: 'later', data: { friend: { name: 'Bob', ssn: theirs } } }],
        false,
        2,
        'granted',
      ],
    ]);
  });

  test('asks nothing for payloads without tokens', async () => {
    const it = setUp({ me: { name: 'Ada', ssn: null } }, {}, { User: { name: () => later('Ada') } });
    const all = await it.payloads('{ me { ssn ... @defer { name } } }');
    expect(all.map(({ parts }) => parts.map(({ content }) => content))).toEqual([[], [{ name: 'Ada' }]]);
    expect(it.tokenizer.calls).toEqual([]);
  });

  test('may have the same field in several payloads', async () => {
    const data: Record<string, unknown> = {};
    const it = setUp(data);
    const [ssn] = await stored(it, 1);
    data.me = { id: 1, ssn, friend: { ssn } };
    const [initial, next] = await it.payloads(
      '{ me { ssn friend { ssn } ... @defer { ssn friend { ssn } } } }',
    );
    expect(initial!.answer.data).toEqual({ me: { ssn, friend: { ssn } } });
    expect(next!.parts).toEqual([{ path: ['me'], content: { ssn, friend: { ssn } }, failures: [] }]);
    expect(it.warnings).toEqual([]);
  });

  test('nulls what cannot be granted, no further than the payload reaches', async () => {
    const it = setUp({
      me: { name: 'Ada', ssn: unknown, must: unknown, friend: { name: 'Bob', must: unknown } },
    });
    const [, next] = await it.payloads(
      '{ me { name ... @defer { name ssn } ... @defer { name must } ... @defer { name friend { name must } } } }',
    );
    expect(next!.parts).toEqual([
      { path: ['me'], content: { name: 'Ada', ssn: null }, failures: [['me.ssn', 'TOKEN_NOT_FOUND']] },
      // me.must may not be null, and the object at "me" is sent.
      { path: ['me'], content: null, failures: [['me.must', 'TOKEN_NOT_FOUND']] },
      {
        path: ['me'],
        content: { name: 'Ada', friend: null },
        failures: [['me.friend.must', 'TOKEN_NOT_FOUND']],
      },
    ]);
  });

  test('leaves out payloads that belong to what became null', async () => {
    const it = setUp({
      me: { name: 'Ada', must: unknown, friend: { name: 'Bob', friend: { name: 'Cy' } } },
      users: [{ name: 'x', must: unknown }, { name: 'y' }],
      strict: [{ ssn: unknown }, { ssn: unknown }, { ssn: unknown }],
    });
    const all = await it.payloads(`{
      me { name ... @defer { must friend { name ... @defer { friend { name } } } } }
      users { must ... @defer { name } }
      strict @stream(initialCount: 0) { ssn }
    }`);
    expect(all[0]!.answer.data).toEqual({ me: { name: 'Ada' }, users: [null, null], strict: [] });
    const parts = all.flatMap((each) => each.parts);
    const first = parts.find(({ path }) => String(path) === 'me');
    expect(first).toEqual({ path: ['me'], content: null, failures: [['me.must', 'TOKEN_NOT_FOUND']] });
    expect(parts.filter(({ path }) => !['me', 'strict,0'].includes(String(path)))).toEqual([]);
  });

  test('binds to fields beside, wherever these are sent', async () => {
    const data: Record<string, unknown> = {};
    const it = setUp(data);
    const [bound] = await stored(it, 1, 'User:7');
    data.users = [
      { id: 7, bound },
      { id: 8, bound },
    ];
    const [, next] = await it.payloads('{ users { id ... @defer { bound } } }');
    expect(next!.parts).toEqual([
      { path: ['users', 0], content: { bound }, failures: [] },
      { path: ['users', 1], content: { bound: null }, failures: [['users.1.bound', 'BINDING_MISMATCH']] },
    ]);
    expect(next!.calls).toBe(1);
  });

  test('may stream a list of tokens', async () => {
    const data: Record<string, unknown> = {};
    const it = setUp(data);
    const [a, b, c, d] = await stored(it, 4);
    data.tokens = [a, b, unknown, 'not a token', null, c];
    data.matrix = [[a], [d, unknown]];
    const [initial, ...more] = await it.payloads(
      '{ tokens @stream(initialCount: 1) matrix @stream(initialCount: 1) }',
    );
    expect(initial!.answer.data).toEqual({ tokens: [a], matrix: [[a]] });
    const parts = more.flatMap((each) => each.parts);
    const of = (field: string) => parts.filter(({ path }) => (path as unknown[])[0] === field);
    expect(of('tokens')).toEqual([
      { path: ['tokens', 1], content: [b], failures: [] },
      { path: ['tokens', 2], content: [null], failures: [['tokens.2', 'TOKEN_NOT_FOUND']] },
      { path: ['tokens', 3], content: [null], failures: [['tokens.3', 'TOKEN_NOT_FOUND']] },
      { path: ['tokens', 4], content: [null], failures: [] },
      { path: ['tokens', 5], content: [c], failures: [] },
    ]);
    expect(of('matrix')).toEqual([
      { path: ['matrix', 1], content: [[d, null]], failures: [['matrix.1.1', 'TOKEN_NOT_FOUND']] },
    ]);
    for (const token of [a, b, c, d]) expect(it.tokenizer.detokenize('alice', token!)).toBe('granted');
    expect(it.warnings).toEqual([]);
  });

  test('may stream objects, from an async iterable too', async () => {
    const data: Record<string, unknown> = {};
    const it = setUp(data);
    const [a, b] = await stored(it, 2);
    data.users = (async function* () {
      for (const ssn of [a, unknown, b]) yield await later({ name: 'x', ssn });
    })();
    data.strict = [{ ssn: a }, { ssn: unknown }];
    const all = await it.payloads(
      '{ users @stream(initialCount: 1) { name ssn } strict @stream(initialCount: 1) { ssn } }',
    );
    const parts = all.flatMap((each) => each.parts);
    expect(all[0]!.answer.data).toEqual({ users: [{ name: 'x', ssn: a }], strict: [{ ssn: a }] });
    expect(parts).toEqual(
      expect.arrayContaining([
        {
          path: ['users', 1],
          content: [{ name: 'x', ssn: null }],
          failures: [['users.1.ssn', 'TOKEN_NOT_FOUND']],
        },
        { path: ['users', 2], content: [{ name: 'x', ssn: b }], failures: [] },
        // Neither the token nor the item may be null.
        { path: ['strict', 1], content: null, failures: [['strict.1.ssn', 'TOKEN_NOT_FOUND']] },
      ]),
    );
  });

  test('ends a streamed list at the first item that it cannot have, and says why', async () => {
    const data: Record<string, unknown> = {};
    const it = setUp(data);
    const [a, b] = await stored(it, 2);
    data.strict = [a, b, unknown, unknown, a].map((ssn) => ({ ssn }));
    const all = await it.payloads('{ strict @stream(initialCount: 1) { ssn } }');
    expect(all.flatMap(({ parts }) => parts)).toEqual([
      { path: ['strict', 1], content: [{ ssn: b }], failures: [] },
      { path: ['strict', 2], content: null, failures: [['strict.2.ssn', 'TOKEN_NOT_FOUND']] },
    ]);
  });

  test('says once why a list ends that is streamed twice', async () => {
    const it = setUp({ strict: [{ ssn: unknown }, { ssn: unknown }] });
    const all = await it.payloads(
      '{ ...S ... @defer { ...S } } fragment S on Query { strict @stream(initialCount: 0) { ssn } }',
    );
    const parts = all.flatMap((each) => each.parts);
    expect(parts.filter(({ path }) => String(path) !== '')).toEqual([
      { path: ['strict', 0], content: null, failures: [['strict.0.ssn', 'TOKEN_NOT_FOUND']] },
    ]);
  });

  test('has its leaks found in every payload', async () => {
    const data = { me: { name: unknown }, texts: ['x', unknown] };
    const source = '{ texts @stream(initialCount: 1) me { id ... @defer { alias: name } } }';
    const warned = setUp(data);
    await warned.payloads(source);
    expect(warned.warnings.toSorted()).toEqual([
      expect.stringContaining('Query.texts'),
      expect.stringContaining('User.name'),
    ]);
    const strict = await setUp(data, { leaks: 'error' }).payloads(source);
    expect(strict.flatMap(({ parts }) => parts)).toEqual(
      expect.arrayContaining([
        { path: ['me'], content: { alias: null }, failures: [['me.alias', 'READ_GRANT_MISSING']] },
        { path: ['texts', 1], content: [null], failures: [['texts.1', 'READ_GRANT_MISSING']] },
      ]),
    );
  });

  describe('with objects of several types', () => {
    const cat = () =>
      setUp({ pets: [{ __typename: 'Cat', chip: unknown, toy: 'ball', friend: { toy: 'rat' } }] });

    test.each([
      ['a cat has its toy later', '{ pets { chip ... on Cat @defer { toy } } }'],
      ['dogs have more toys', '{ pets { chip ... on Dog { toy } ... on Cat @defer { toy } } }'],
      ['its friend comes in parts', '{ pets { ... on Cat { friend { toy } } ... @defer { chip } } }'],
    ])('takes none for another because of what it does not have yet: %s', async (_, source) => {
      const it = cat();
      const all = await it.payloads(source);
      // Only a dog's chip is marked; of a cat's, the app is warned.
      expect(JSON.stringify(all)).toContain(unknown);
      expect(all.flatMap(({ parts }) => parts.flatMap((part) => part.failures))).toEqual([]);
      expect(it.warnings).toEqual([expect.stringContaining('Cat.chip or Dog.chip')]);
    });

    test('knows them by __typename, whatever it is called', async () => {
      const it = cat();
      await it.payloads('{ pets { is: __typename chip ... on Cat @defer { toy } } }');
      expect(it.warnings).toEqual([expect.stringContaining('through Cat.chip,')]);
    });
  });

  test('has the tokens of its arguments verified before anything runs, also those that are deferred', async () => {
    const it = setUp({ me: { name: 'Ada' } });
    const refused = it.tokenizer.tokenize('bob');
    const result = await it.start(`mutation { ... @defer { save(token: "${refused}") { name } } }`);
    expect(failures(summarize(result as IncrementalResult))).toEqual([['save.token', 'STORE_GRANT_MISSING']]);
  });

  test('ends when the client has enough', async () => {
    const it = setUp({ me: { name: 'Ada' } }, {}, { User: { name: () => later('Ada') } });
    const result = await it.start('{ me { id ... @defer { name } } }');
    if (!(Symbol.asyncIterator in result)) throw new Error('not incremental');
    const iterator = result[Symbol.asyncIterator]();
    await iterator.next();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('in a form that is not known carries nothing', async () => {
    const it = setUp({});
    async function* payloads() {
      yield { data: { me: {} }, pending: [{ id: '0', path: ['me'] }], hasNext: true };
      yield { incremental: [{ id: '0', data: { ssn: unknown } }], hasNext: false } as object;
    }
    const all = [];
    const result = await it.start('{ me { ... @defer { ssn } } }', () => payloads());
    for await (const payload of result as AsyncIterable<IncrementalResult>) all.push(payload);
    expect(JSON.stringify(all)).not.toContain(unknown);
    expect(failures(summarize(all[1]!))).toEqual([['', 'UNAVAILABLE']]);
  });

  test('may as well come at once: graphql-js 16 does not know the directives', async () => {
    const it = setUp({ me: { name: 'Ada', ssn: unknown, must: unknown } });
    const result = await it.start('{ me { name ... @defer { ssn } } }', execute);
    expect(summarize(result as IncrementalResult).data).toEqual({ me: { name: 'Ada', ssn: null } });
  });
});

test('hundreds of streamed items are settled each in its own payload', async () => {
  const data: Record<string, unknown> = {};
  const it = setUp(data);
  const [ssn] = await stored(it, 1);
  data.users = Array.from({ length: 300 }, () => ({ name: 'x', ssn }));
  const all = await it.payloads('{ users @stream(initialCount: 0) { ssn } }');
  expect(all.reduce((sum, { parts }) => sum + parts.length, 0)).toBe(300);
  expect(all.every(({ parts }) => parts.every(({ failures: found }) => found.length === 0))).toBe(true);
});
