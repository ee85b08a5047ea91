import { describe, expect, test } from '@jest/globals';
import { GraphQLScalarType, parse } from 'graphql';
import { RateLimitedError, UnavailableError } from '../errors/index.js';
import { failures, harness } from '../test-support/harness.js';
import type { Harness } from '../test-support/harness.js';

const unknown = 'lunasec-00000000-0000-4000-8000-000000000000';
const other = 'lunasec-00000000-0000-4000-8000-000000000001';

/** Tokens that alice's session made and the app accepted. */
async function stored(it: Harness, count: number, binding?: string): Promise<string[]> {
  const tokens = Array.from({ length: count }, () => it.tokenizer.tokenize('alice'));
  await it.lunaSec.grants.verify(
    'alice',
    tokens.map((token) => ({ token, binding })),
  );
  (it.tokenizer.calls as unknown[]).length = 0;
  return tokens;
}

describe('a marked field of a response', () => {
  const typeDefs = `
    type Query { me: User  users: [User]  tokens: [String] @token  matrix: [[ID]] @token  named: Named  any: [Any] }
    type Mutation { rename: User }
    interface Named { name: String }
    type User implements Named { name: String  ssn: String @token(duration: "5m30s")  friend: User }
    type Pet implements Named { name: String  chip: String @token  ssn: String }
    union Any = User | Pet
  `;
  const withData = (data: Record<string, unknown>) =>
    harness(typeDefs, {
      Query: Object.fromEntries(
        ['me', 'users', 'tokens', 'matrix', 'named', 'any'].map((field) => [field, () => data[field]]),
      ),
      Mutation: { rename: () => data.me },
    });

  test('can be read by the session that asked, for as long as it says', async () => {
    const data: Record<string, unknown> = {};
    const clock = { now: Date.UTC(2030, 0, 1) };
    const it = harness(typeDefs, { Query: { me: () => data.me } }, { now: () => new Date(clock.now) });
    const [ssn] = await stored(it, 1);
    data.me = { ssn };
    expect(it.tokenizer.detokenize('bob', ssn!)).toBe('READ_GRANT_MISSING');
    expect(await it.run('{ me { ssn } }', { session: 'bob' })).toEqual({ data: { me: { ssn } } });
    expect(it.tokenizer.detokenize('bob', ssn!)).toBe('granted');
    expect(it.tokenizer.detokenize('alice', ssn!)).toBe('READ_GRANT_MISSING');
    clock.now += 330_000;
    expect(it.tokenizer.detokenize('bob', ssn!)).toBe('GRANT_EXPIRED');
  });

  test('costs one call per operation, duplicates asked once, wherever the fields are', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [a, b, c, d] = await stored(it, 4);
    data.me = { name: 'Ada', ssn: a, friend: { ssn: b, friend: { ssn: a } } };
    data.tokens = [c, null, c];
    data.matrix = [[d], null, [null, c]];
    data.named = { __typename: 'Pet', chip: c, ssn: 'not marked on pets' };
    data.any = [{ __typename: 'User', ssn: b }, null, { __typename: 'Pet', chip: d }];
    const answer = await it.run(`{
      me { alias: ssn friend { ...F } } tokens matrix
      named { name ... on Pet { chip ssn } ... on User { ssn } }
      any { ... on User { ssn } ... on Pet { ssn: chip } }
    } fragment F on User { ssn friend { ssn } }`);
    expect(answer.errors).toBeUndefined();
    // a and b for 5m30s, c and d for the default.
    expect(it.tokenizer.calls).toEqual([{ operation: 'createReadGrants', size: 4 }]);
    for (const token of [a, b, c, d]) expect(it.tokenizer.detokenize('alice', token!)).toBe('granted');
    expect(answer.data).toMatchObject({ tokens: [c, null, c], named: { chip: c } });
  });

  test('of what a mutation returns is granted as well', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [ssn] = await stored(it, 1);
    data.me = { ssn };
    expect((await it.run('mutation { rename { ssn } }')).data).toEqual({ rename: { ssn } });
    expect(it.tokenizer.detokenize('alice', ssn!)).toBe('granted');
  });

  test('asks nothing when there is nothing to grant, and needs no session', async () => {
    const it = withData({ me: { name: 'Ada', ssn: null }, tokens: [] });
    expect(await it.run('{ me { name ssn } tokens matrix }', { session: null })).toEqual({
      data: { me: { name: 'Ada', ssn: null }, tokens: [], matrix: null },
    });
    expect(it.tokenizer.calls).toEqual([]);
  });

  test('is null without a session, UNAUTHENTICATED at its path; other fields stay', async () => {
    const it = withData({ me: { name: 'Ada', ssn: unknown }, tokens: [unknown, other] });
    const answer = await it.run('{ me { name ssn } tokens }', { session: null });
    expect(answer.data).toEqual({ me: { name: 'Ada', ssn: null }, tokens: [null, null] });
    expect(failures(answer)).toEqual([
      ['me.ssn', 'UNAUTHENTICATED'],
      ['tokens.0', 'UNAUTHENTICATED'],
      ['tokens.1', 'UNAUTHENTICATED'],
    ]);
  });

  test('is null when its grant is refused; the tokens of other fields stay', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [good] = await stored(it, 1);
    const pending = it.tokenizer.tokenize('alice');
    data.users = [{ name: 'Ada', ssn: unknown }, { name: 'Bob', ssn: good }, null, { ssn: pending }];
    const answer = await it.run('{ users { name secret: ssn } }');
    expect(answer.data).toEqual({
      users: [
        { name: 'Ada', secret: null },
        { name: 'Bob', secret: good },
        null,
        { name: null, secret: null },
      ],
    });
    expect(failures(answer)).toEqual([
      ['users.0.secret', 'TOKEN_NOT_FOUND'],
      ['users.3.secret', 'TOKEN_NOT_FOUND'],
    ]);
  });

  test.each([
    [new UnavailableError('down'), 'UNAVAILABLE'],
    [new RateLimitedError('slow down', { retryAfter: 7 }), 'RATE_LIMITED'],
  ])('is null when the tokenizer fails as a whole: %s', async (failure, code) => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [ssn] = await stored(it, 1);
    data.me = { name: 'Ada', ssn };
    it.tokenizer.failWith(failure);
    const answer = await it.run('{ me { name ssn } }');
    expect(answer.data).toEqual({ me: { name: 'Ada', ssn: null } });
    expect(failures(answer)).toEqual([['me.ssn', code]]);
  });

  test('is null when it returns something else than a token, which may be the secret itself', async () => {
    const it = withData({ me: { name: 'Ada', ssn: '078-05-1120' }, tokens: [''] });
    const answer = await it.run('{ me { name ssn } tokens }');
    expect(answer.data).toEqual({ me: { name: 'Ada', ssn: null }, tokens: [null] });
    expect(failures(answer)).toEqual([
      ['me.ssn', 'TOKEN_NOT_FOUND'],
      ['tokens.0', 'TOKEN_NOT_FOUND'],
    ]);
    expect(JSON.stringify(answer)).not.toContain('078-05-1120');
  });

  test('keeps the errors of resolvers', async () => {
    const data: Record<string, unknown> = {
      me: {
        name: () => {
          throw new Error('no name');
        },
        ssn: unknown,
      },
    };
    const answer = await withData(data).run('{ me { name ssn } }');
    expect(answer.data).toEqual({ me: { name: null, ssn: null } });
    expect(failures(answer)).toEqual([
      ['me.name', undefined],
      ['me.ssn', 'TOKEN_NOT_FOUND'],
    ]);
  });

  test('is what leaves the server that is granted: after serialization, and after promises', async () => {
    const tokens: string[] = [];
    const upperCase = new GraphQLScalarType<string, string>({
      name: 'Shouted',
      serialize: (value) => String(value).toLowerCase(),
    });
    const it = harness('scalar Shouted type Query { shouted: [Shouted] @token }', {
      Shouted: upperCase,
      Query: { shouted: async () => tokens.map(async (token) => token.toUpperCase()) },
    });
    tokens.push(...(await stored(it, 1)));
    expect((await it.run('{ shouted }')).data).toEqual({ shouted: tokens });
    expect(it.tokenizer.detokenize('alice', tokens[0]!)).toBe('granted');
  });

  test('is granted to the session that a login made in the same operation', async () => {
    const data: Record<string, unknown> = {};
    const it = harness(
      'type Query { ok: Boolean } type Mutation { logIn: User } type User { ssn: String @token }',
      {
        Mutation: {
          logIn: (_source, _args, { req }: { req: { headers: Record<string, string> } }) => {
            req.headers['x-test-session'] = 'fresh';
            return data;
          },
        },
      },
    );
    const [ssn] = await stored(it, 1);
    data.ssn = ssn;
    expect((await it.run('mutation { logIn { ssn } }', { session: null })).data).toEqual({ logIn: { ssn } });
    expect(it.tokenizer.detokenize('fresh', ssn!)).toBe('granted');
  });
});

describe('whatever the app returns', () => {
  const typeDefs = `
    scalar Json
    interface Node { id: ID  ssn: String @token(binding: "{id}") }
    type User implements Node { id: ID  ssn: String  any: Json @token  other: Json  name: String }
    type Pet implements Node { id: ID  ssn: String }
    type Query { nodes: [Node]  user: User  tokens: [[String]] @token(duration: "1h")  more: [String] @token }
  `;
  const withData = (data: Record<string, unknown>) =>
    harness(typeDefs, {
      Query: Object.fromEntries(['nodes', 'user', 'tokens', 'more'].map((name) => [name, () => data[name]])),
      User: { __isTypeOf: (value: object) => !('barks' in value) },
      Pet: { __isTypeOf: (value: object) => 'barks' in value },
    });

  test('types told by isTypeOf, frozen objects, getters, promises and iterables are all the same', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [a] = await stored(it, 1, 'u1');
    const [b] = await stored(it, 1, 'p1');
    const [c, d] = await stored(it, 2);
    const pet = {
      barks: true,
      id: () => Promise.resolve('p1'),
      get ssn() {
        return b;
      },
    };
    data.nodes = new Set([Object.freeze({ id: 'u1', ssn: a }), Promise.resolve(pet)]);
    data.tokens = (function* () {
      yield Object.freeze([c, null]);
      yield Promise.resolve(new Set([d]));
    })();
    const answer = await it.run('{ nodes { ssn } tokens }');
    expect(answer).toEqual({ data: { nodes: [{ ssn: a }, { ssn: b }], tokens: [[c, null], [d]] } });
    expect(it.tokenizer.calls).toEqual([{ operation: 'createReadGrants', size: 4 }]);
  });

  test('a token with several durations or bindings is asked for once with each, in one call', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [token] = await stored(it, 1);
    data.tokens = [[token, token]];
    data.more = [token];
    data.nodes = [
      { id: '1', ssn: token },
      { id: '1', ssn: token },
    ];
    expect((await it.run('{ tokens more nodes { ssn } again: tokens }')).errors).toBeUndefined();
    expect(it.tokenizer.calls).toEqual([{ operation: 'createReadGrants', size: 3 }]);
  });

  test('ten thousand tokens are one call of the engine', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    data.more = await stored(it, 10_000);
    expect((await it.run('{ more }')).errors).toBeUndefined();
    expect(it.tokenizer.calls).toEqual([{ operation: 'createReadGrants', size: 10_000 }]);
  });

  test('a marked custom scalar holds a token or lists of them; an object in it may be the secret itself', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [a, b] = await stored(it, 2);
    data.user = { any: Object.freeze([a, Object.freeze([b, null])]) };
    expect(await it.run('{ user { any } }')).toEqual({ data: { user: { any: [a, [b, null]] } } });
    expect(it.tokenizer.detokenize('alice', b!)).toBe('granted');

    data.user = { any: { ssn: '078-05-1120', token: a } };
    const refused = await it.run('{ user { any } }');
    expect(refused.data).toEqual({ user: { any: null } });
    expect(failures(refused)).toEqual([['user.any', 'TOKEN_NOT_FOUND']]);
    // No item of a scalar's value can be null by itself.
    data.user = { any: Object.freeze([a, unknown]) };
    const half = await it.run('{ user { any } }');
    expect(half.data).toEqual({ user: { any: null } });
    expect(failures(half)).toEqual([['user.any.1', 'TOKEN_NOT_FOUND']]);
  });

  test('a custom scalar that contains itself, or cannot be read, keeps nothing from being granted or nulled', async () => {
    const data: Record<string, unknown> = {};
    const it = withData(data);
    const [a] = await stored(it, 1, 'x');
    const loop: Record<string, unknown> = { a: 1 };
    Object.assign(loop, { one: loop, two: [loop, { loop }] });
    data.user = { id: 'x', ssn: a, other: loop };
    const document = parse('{ user { ssn other } }');
    const run = () => it.lunaSec.execute({ schema: it.schema, document, contextValue: it.context('alice') });
    expect((await run()).data).toMatchObject({ user: { ssn: a } });
    expect(it.tokenizer.detokenize('alice', a!)).toBe('granted');

    const hostile = {
      get inside(): never {
        throw new Error('not readable');
      },
    };
    data.user = { id: 'x', ssn: a, other: hostile };
    const result = await run();
    expect(result.data).toBeNull();
    expect(result.errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  });

  test('names that objects have by themselves are keys like any other', async () => {
    const data: Record<string, unknown> = { user: { id: 'x', ssn: unknown, name: 'Ada' } };
    const answer = await withData(data).run(
      '{ constructor: user { __proto__: ssn toString: name } __proto__: user { hasOwnProperty: ssn } }',
    );
    expect(JSON.stringify(answer.data)).toBe(
      '{"constructor":{"__proto__":null,"toString":"Ada"},"__proto__":{"hasOwnProperty":null}}',
    );
    expect(failures(answer)).toEqual([
      ['constructor.__proto__', 'TOKEN_NOT_FOUND'],
      ['__proto__.hasOwnProperty', 'TOKEN_NOT_FOUND'],
    ]);
  });

  test('the schema itself can be asked for, without a call', async () => {
    const it = withData({});
    const answer = await it.run('{ __typename __type(name: "User") { fields { name } } }', { session: null });
    expect(answer.errors).toBeUndefined();
    expect(it.tokenizer.calls).toEqual([]);
  });
});

describe('a failed grant of a field that may not be null', () => {
  const run = (type: string, value: unknown) =>
    harness(`type Query { a: A  keep: String } type A { b: ${type} @token  keep: String }`, {
      Query: { a: () => ({ b: value, keep: 'kept' }), keep: () => 'kept' },
    }).run('{ a { b keep } keep }');

  test('makes the object around it null', async () => {
    const answer = await run('String!', unknown);
    expect(answer.data).toEqual({ a: null, keep: 'kept' });
    expect(failures(answer)).toEqual([['a.b', 'TOKEN_NOT_FOUND']]);
  });

  test.each([
    ['[String]', { b: [null, null], keep: 'kept' }, ['a.b.0', 'a.b.1']],
    ['[String!]', { b: null, keep: 'kept' }, ['a.b.0']],
    ['[String!]!', null, ['a.b.0']],
  ])('%s: makes the item, the list or the object null', async (type, a, paths) => {
    const answer = await run(type, [unknown, other]);
    expect(answer.data).toEqual({ a, keep: 'kept' });
    // Of several failures below what became null, GraphQL reports one.
    expect(failures(answer)).toEqual(paths.map((path) => [path, 'TOKEN_NOT_FOUND']));
  });

  test('reaches the root if nothing in between may be null', async () => {
    const it = harness(
      'type Query { nodes: [Node!]! } interface Node { id: ID } type A implements Node { id: ID ssn: ID! @token } type B implements Node { id: ID ssn: ID @token }',
      {
        Query: {
          nodes: () => [
            { __typename: 'B', ssn: unknown },
            { __typename: 'A', ssn: other },
          ],
        },
      },
    );
    const answer = await it.run('{ nodes { id ... on A { x: ssn } ... on B { y: ssn } } }');
    expect(answer.data).toBeNull();
    expect(failures(answer)).toEqual([
      ['nodes.0.y', 'TOKEN_NOT_FOUND'],
      ['nodes.1.x', 'TOKEN_NOT_FOUND'],
    ]);
  });

  test('of one type does not touch objects of another', async () => {
    const nodes = [
      { __typename: 'B', ssn: unknown },
      { __typename: 'A', ssn: other },
    ];
    const it = harness(
      'type Query { nodes: [Node] } interface Node { ssn: ID @token } type A implements Node { ssn: ID! } type B implements Node { ssn: ID }',
      { Query: { nodes: () => nodes } },
    );
    expect((await it.run('{ nodes { ssn } }')).data).toEqual({ nodes: [{ ssn: null }, null] });
  });

  test("follows the object's own type, not the interface's", async () => {
    const it = harness(
      'type Query { node: Node keep: ID } interface Node { ssn: ID @token } type A implements Node { ssn: ID! }',
      { Query: { node: () => ({ __typename: 'A', ssn: unknown }) } },
    );
    // A.ssn is marked because the interface's is.
    expect((await it.run('{ node { ssn } keep }')).data).toEqual({ node: null, keep: null });
  });
});

describe('the binding of a field', () => {
  const typeDefs = `
    type Query { user: User }
    type User { id: ID  number: Int  ssn: String @token(binding: "User.ssn:{id}")  pin: String @token(binding: "{id}/{number}") }
  `;
  const setUp = (resolvers: Record<string, unknown> = {}) => {
    const user: Record<string, unknown> = {};
    return { user, ...harness(typeDefs, { Query: { user: () => user }, User: resolvers as never }) };
  };

  test('is filled from the fields beside it, also when they are not selected', async () => {
    const it = setUp();
    const [ssn] = await stored(it, 1, 'User.ssn:42');
    const [pin] = await stored(it, 1, '42/7');
    Object.assign(it.user, { id: 42, number: 7, ssn, pin });
    expect(await it.run('{ user { ssn pin } }')).toEqual({ data: { user: { ssn, pin } } });
  });

  test('stops a token that was moved to a row of somebody else', async () => {
    const it = setUp();
    const [ssn] = await stored(it, 1, 'User.ssn:42');
    Object.assign(it.user, { id: 43, ssn });
    const answer = await it.run('{ user { id ssn } }');
    expect(answer.data).toEqual({ user: { id: '43', ssn: null } });
    expect(failures(answer)).toEqual([['user.ssn', 'BINDING_MISMATCH']]);
    expect(it.tokenizer.detokenize('alice', ssn!)).toBe('READ_GRANT_MISSING');
  });

  test('is what the resolver of the field beside it returns, promises and getters included', async () => {
    const it = setUp({ id: async (source: { key: string }) => `key-${source.key}` });
    const [ssn] = await stored(it, 1, 'User.ssn:key-1');
    Object.assign(it.user, { key: '1', ssn });
    expect(await it.run('{ user { ssn } }')).toEqual({ data: { user: { ssn } } });
  });

  test.each([
    ['is null', { id: null }, 'BINDING_MISMATCH'],
    ['is missing', {}, 'BINDING_MISMATCH'],
    [
      'fails',
      {
        id: () => {
          throw new Error('database down');
        },
      },
      'UNAVAILABLE',
    ],
  ])('that %s: the field is null, and nothing is asked', async (_name, beside, code) => {
    const it = setUp();
    const [ssn] = await stored(it, 1);
    Object.assign(it.user, { ...beside, ssn });
    const answer = await it.run('{ user { ssn } }');
    expect(answer.data).toEqual({ user: { ssn: null } });
    expect(failures(answer)).toEqual([['user.ssn', code]]);
    expect(it.tokenizer.calls).toEqual([]);
  });
});
