import { describe, expect, test } from '@jest/globals';
import { GraphQLScalarType } from 'graphql';
import { UnavailableError } from '../errors/index.js';
import { failures, harness } from '../test-support/harness.js';
import { writeBinding } from './binding.js';

const typeDefs = `
  scalar Note
  type Query { ok: Boolean, find(token: String @token, plain: String): Boolean }
  type Mutation {
    save(token: String @token, other: String @token, plain: String): Box
    saveAll(tokens: [[ID!]] @token): Boolean
    saveInput(input: Input!): Boolean
    saveInputs(inputs: [Input]): Boolean
    saveOne(choice: Choice!): Boolean
    withDefault(token: String = "DEFAULT" @token): Boolean
    node: Node
    nothing: Box
    note(note: Note @token): Boolean
    bound(id: ID!, ssn: String @token(binding: "User.ssn:{id}")): Boolean
    boundInput(input: BoundInput!): Boolean
    pair(a: String, b: String, token: String @token(binding: "{a}:{b}")): Boolean
    patch(id: ID!, patches: [Patch!], box: PatchBox): Boolean
    json(json: Json @token, boxed: Boxed @token): Boolean
  }
  type Subscription { changed(token: String @token): String }
  type Box { save(token: String @token): Box  plain: String }
  interface Node { id: ID  attach(token: String @token): Boolean }
  type Left implements Node { id: ID  attach(token: String @token): Boolean  left(token: String @token): Boolean }
  type Right implements Node { id: ID  attach(token: String @token): Boolean }
  input Input { token: String @token  tokens: [String] @token  nested: Input  nestedList: [[Input]]  plain: String }
  input Choice @oneOf { token: String @token  number: Int }
  input Patch { ssn: String @token(binding: "User.ssn:{id}")  patch: Patch }
  input PatchBox { id: ID  patch: Patch }
  scalar Json
  scalar Boxed
  input BoundInput { id: ID  ssn: String! @token(binding: "User.ssn:{id}")  fallback: String = "x" }
`;

/** A scalar whose values are objects inside the server. */
const boxed = new GraphQLScalarType<{ inside: unknown }, unknown>({
  name: 'Boxed',
  parseValue: (outside) => ({ inside: outside }),
  serialize: (value) => (value as { inside: unknown }).inside,
});

function setUp() {
  const calls: { field: string; args: Record<string, unknown> }[] = [];
  const record =
    (field: string, value: unknown = true) =>
    (_source: unknown, args: Record<string, unknown>) => {
      calls.push({ field, args });
      return value;
    };
  const fields = [
    'saveAll',
    'saveInput',
    'saveInputs',
    'saveOne',
    'withDefault',
    'note',
    'bound',
    'boundInput',
    'pair',
    'patch',
    'json',
  ];
  const box: Record<string, unknown> = { plain: 'text' };
  const it = harness(typeDefs, {
    Query: { find: record('find') },
    Mutation: {
      ...Object.fromEntries(fields.map((field) => [field, record(field)])),
      save: record('save', box),
      node: record('node', { __typename: 'Right', id: '1' }),
    },
    Box: { save: record('Box.save', box) },
    Boxed: boxed,
    Left: { attach: record('Left.attach'), left: record('Left.left') },
    Right: { attach: record('Right.attach') },
  });
  return {
    ...it,
    calls,
    fieldsCalled: () => calls.map(({ field }) => field),
    token: (session = 'alice') => it.tokenizer.tokenize(session),
    status: (token: string) => it.tokenizer.token(token)?.status,
  };
}

describe('a marked argument of a mutation', () => {
  test('reaches the resolver when its token was made by this session', async () => {
    const { run, token, status, calls } = setUp();
    const mine = token();
    expect(
      await run('mutation ($t: String) { save(token: $t) { plain } }', { variables: { t: mine } }),
    ).toEqual({
      data: { save: { plain: 'text' } },
    });
    expect(calls).toEqual([{ field: 'save', args: { token: mine } }]);
    expect(status(mine)).toBe('accepted');
  });

  test("fails with another session's token, by path and code, and no resolver has run", async () => {
    const { run, token, calls, status } = setUp();
    const theirs = token('bob');
    const answer = await run('mutation ($t: String) { first: save { plain } save(token: $t) { plain } }', {
      variables: { t: theirs },
    });
    expect(answer).not.toHaveProperty('data');
    expect(failures(answer)).toEqual([['save.token', 'STORE_GRANT_MISSING']]);
    expect(calls).toEqual([]);
    expect(status(theirs)).toBe('pending');
  });

  test('fails once per refused token, and one accepted token does not save the others', async () => {
    const { run, token, tokenizer, calls } = setUp();
    const unknown = 'lunasec-00000000-0000-4000-8000-000000000000';
    const missing = tokenizer.tokenize('alice', { uploaded: false });
    const answer = await run(
      `mutation { a: save(token: "${token()}", other: "${unknown}") { plain } b: save(token: "${missing}") { plain } }`,
    );
    expect(failures(answer)).toEqual([
      ['a.other', 'TOKEN_NOT_FOUND'],
      ['b.token', 'UPLOAD_MISSING'],
    ]);
    expect(calls).toEqual([]);
  });

  test('all tokens of an operation are verified in one call, duplicates asked once', async () => {
    const { run, token, tokenizer } = setUp();
    const [one, two] = [token(), token()];
    const answer = await run(
      `mutation ($t: String, $i: Input!) {
        a: save(token: $t, other: "${two}") { save(token: $t) { plain } }
        b: saveInput(input: $i)
      }`,
      { variables: { t: one, i: { token: two, tokens: [one, null] } } },
    );
    expect(answer.errors).toBeUndefined();
    expect(tokenizer.calls).toEqual([{ operation: 'verifyStoreGrants', size: 2 }]);
  });

  test('nothing is asked when every marked value is null or left out, and no session is needed', async () => {
    const { run, tokenizer, calls } = setUp();
    const answer = await run(
      'mutation ($t: String) { a: save(token: $t) { plain } b: save(token: null) { plain } c: save { plain } saveAll(tokens: [null, [], null]) }',
      { session: null },
    );
    expect(answer.errors).toBeUndefined();
    expect(calls).toHaveLength(4);
    expect(tokenizer.calls).toEqual([]);
  });

  test.each([
    ['text', '078-05-1120'],
    ['an empty text', ''],
    ['an upper-case token', 'LUNASEC-6F9619FF-8B86-4011-B42D-00C04FC964FF'],
    ['a token with something around it', ' lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff'],
    ['a version 1 UUID', 'lunasec-6f9619ff-8b86-1011-b42d-00c04fc964ff'],
    ['a line break after the token', 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff\n'],
  ])('refuses %s: BAD_USER_INPUT, not repeated in the error', async (_name, value) => {
    const { run, token, tokenizer, calls, status } = setUp();
    const mine = token();
    const answer = await run('mutation ($i: Input!) { saveInput(input: $i) }', {
      variables: { i: { token: mine, nestedList: [[null, { tokens: [null, value] }]] } },
    });
    expect(answer).not.toHaveProperty('data');
    expect(failures(answer)).toEqual([['saveInput.input.nestedList.0.1.tokens.1', 'BAD_USER_INPUT']]);
    if (value.trim()) expect(JSON.stringify(answer)).not.toContain(value.trim());
    expect(calls).toEqual([]);
    // A doomed operation does not make the tokenizer keep the token.
    expect(tokenizer.calls).toEqual([]);
    expect(status(mine)).toBe('pending');
  });

  test('fails UNAUTHENTICATED without a session', async () => {
    const { run, token, calls } = setUp();
    const answer = await run(`mutation { save(token: "${token()}") { plain } }`, { session: null });
    expect(failures(answer)).toEqual([['save.token', 'UNAUTHENTICATED']]);
    expect(calls).toEqual([]);
  });

  test('fails with the code of a tokenizer that cannot answer', async () => {
    const { run, token, tokenizer, calls } = setUp();
    tokenizer.failWith(new UnavailableError('down'));
    const answer = await run(`mutation { save(token: "${token()}", other: "${token()}") { plain } }`);
    expect(failures(answer)).toEqual([
      ['save.token', 'UNAVAILABLE'],
      ['save.other', 'UNAVAILABLE'],
    ]);
    expect(calls).toEqual([]);
  });

  test('of a token that was deleted: TOKEN_DELETED', async () => {
    const { run, token, lunaSec } = setUp();
    const gone = token();
    await lunaSec.deleteTokens(gone);
    expect(failures(await run(`mutation { save(token: "${gone}") { plain } }`))).toEqual([
      ['save.token', 'TOKEN_DELETED'],
    ]);
  });
});

describe('a token is found wherever a client can put it', () => {
  const cases: Record<
    string,
    (token: string) => { source: string; variables?: Record<string, unknown>; path: string }
  > = {
    'a variable': (t) => ({
      source: 'mutation ($t: String) { save(token: $t) { plain } }',
      variables: { t },
      path: 'save.token',
    }),
    'a literal': (t) => ({ source: `mutation { save(token: "${t}") { plain } }`, path: 'save.token' }),
    'a block string': (t) => ({
      source: `mutation { save(token: """${t}""") { plain } }`,
      path: 'save.token',
    }),
    'the default of a variable': (t) => ({
      source: `mutation ($t: String = "${t}") { save(token: $t) { plain } }`,
      path: 'save.token',
    }),
    'a variable inside an object literal': (t) => ({
      source: 'mutation ($t: String) { saveInput(input: { nested: { token: $t } }) }',
      variables: { t },
      path: 'saveInput.input.nested.token',
    }),
    'a variable inside a list literal': (t) => ({
      source: 'mutation ($t: ID!) { saveAll(tokens: [[], [$t]]) }',
      variables: { t },
      path: 'saveAll.tokens.1.0',
    }),
    'an input object in a variable': (t) => ({
      source: 'mutation ($i: Input!) { saveInput(input: $i) }',
      variables: { i: { nested: { nestedList: [[{ token: t }]] } } },
      path: 'saveInput.input.nested.nestedList.0.0.token',
    }),
    'the default of an input object variable': (t) => ({
      source: `mutation ($i: Input = { tokens: ["${t}"] }) { saveInput(input: $i) }`,
      path: 'saveInput.input.tokens.0',
    }),
    'a single value where a list of lists is taken': (t) => ({
      source: `mutation { saveAll(tokens: "${t}") }`,
      path: 'saveAll.tokens.0.0',
    }),
    'a single input object where a list is taken': (t) => ({
      source: 'mutation ($i: Input) { saveInputs(inputs: [$i]) }',
      variables: { i: { token: t } },
      path: 'saveInputs.inputs.0.token',
    }),
    'a oneOf input': (t) => ({
      source: `mutation { saveOne(choice: { token: "${t}" }) }`,
      path: 'saveOne.choice.token',
    }),
    'a custom scalar': (t) => ({ source: `mutation { note(note: "${t}") }`, path: 'note.note' }),
    'a fragment': (t) => ({
      source: `mutation { ...F } fragment F on Mutation { save(token: "${t}") { plain } }`,
      path: 'save.token',
    }),
    'nested fragments below the root': (t) => ({
      source: `mutation { save { ...F } } fragment F on Box { plain ... on Box { again: save { ...G } } } fragment G on Box { save(token: "${t}") { plain } }`,
      path: 'save.again.save.token',
    }),
    'an inline fragment without a type': (t) => ({
      source: `mutation { ... @include(if: true) { renamed: save(token: "${t}") { plain } } }`,
      path: 'renamed.token',
    }),
    'a field of an interface': (t) => ({
      source: `mutation { node { attach(token: "${t}") } }`,
      path: 'node.attach.token',
    }),
    'a type that the interface only might turn out to be': (t) => ({
      source: `mutation { node { ... on Left { left(token: "${t}") } } }`,
      path: 'node.left.token',
    }),
  };

  test.each(Object.entries(cases))('%s', async (_name, build) => {
    const { run, token, calls, status } = setUp();
    const refused = build(token('bob'));
    const answer = await run(refused.source, { variables: refused.variables ?? {} });
    expect(failures(answer)).toEqual([[refused.path, 'STORE_GRANT_MISSING']]);
    expect(calls).toEqual([]);

    const mine = token();
    const accepted = build(mine);
    expect((await run(accepted.source, { variables: accepted.variables ?? {} })).errors).toBeUndefined();
    expect(status(mine)).toBe('accepted');
  });

  test('the default of an argument', async () => {
    const foreign = 'lunasec-00000000-0000-4000-8000-000000000001';
    const { run } = harness(
      `type Query { ok: Boolean }
       type Mutation { save(token: String = "${foreign}" @token, input: Input = {}): Boolean }
       input Input { token: String = "${foreign}" @token }`,
      { Mutation: { save: () => true } },
    );
    expect(failures(await run('mutation ($t: String) { save(token: $t) }'))).toEqual([
      ['save.token', 'TOKEN_NOT_FOUND'],
      ['save.input.token', 'TOKEN_NOT_FOUND'],
    ]);
    // A null is not a default.
    expect(failures(await run('mutation { save(token: null, input: { token: null }) }'))).toEqual([]);
    expect(
      failures(
        await run('mutation ($t: String) { save(token: $t, input: null) }', { variables: { t: null } }),
      ),
    ).toEqual([]);
  });

  test('not where @skip and @include leave it out, by constants or variables', async () => {
    const { run, token, tokenizer, fieldsCalled } = setUp();
    const theirs = token('bob');
    const answer = await run(
      `mutation ($no: Boolean!) {
        save { plain save(token: "${theirs}") @include(if: $no) { plain } }
        ...F @skip(if: true)
        ... @include(if: $no) { c: save(token: "${theirs}") { plain } }
      }
      fragment F on Mutation { d: save(token: "${theirs}") { plain } }`,
      { variables: { no: false } },
    );
    expect(answer.errors).toBeUndefined();
    expect(fieldsCalled()).toEqual(['save']);
    expect(tokenizer.calls).toEqual([]);
  });

  test('a fragment that is skipped in one place and included in another counts', async () => {
    const { run, token } = setUp();
    const answer = await run(
      `mutation { ...F @skip(if: true) ...F } fragment F on Mutation { save(token: "${token('bob')}") { plain } }`,
    );
    expect(failures(answer)).toEqual([['save.token', 'STORE_GRANT_MISSING']]);
  });

  test('a fragment counts for each type that it is spread on, whichever comes first', async () => {
    const { run, tokenizer } = harness(
      `type Query { ok: Boolean }
       type Mutation { node: Node }
       interface Node { attach(token: String): Boolean }
       type Left implements Node { attach(token: String @token): Boolean }
       type Right implements Node { attach(token: String): Boolean }`,
      { Mutation: { node: () => ({ __typename: 'Left' }) }, Left: { attach: () => true } },
      { leaks: 'off' },
    );
    const spread = ['... on Right { ...F }', '... on Left { ...F }'];
    for (const [first, second] of [spread, spread.toReversed()]) {
      const theirs = tokenizer.tokenize('bob');
      const answer = await run(
        `mutation { node { ${first} ${second} } } fragment F on Node { attach(token: "${theirs}") }`,
      );
      expect(failures(answer)).toEqual([['node.attach.token', 'STORE_GRANT_MISSING']]);
    }
  });

  test('fragments that would unfold exponentially are read in passing', async () => {
    const { run, token, tokenizer } = setUp();
    const depth = 60;
    const fragments = Array.from(
      { length: depth },
      (_, i) => `fragment F${i} on Box { a: save { ...F${i + 1} } b: save { ...F${i + 1} } ...F${i + 1} }`,
    ).join(' ');
    // The root field returns null, so graphql-js does not unfold them at all.
    const answer = await run(
      `mutation { nothing { ...F0 } } ${fragments} fragment F${depth} on Box { save(token: "${token()}") { plain } }`,
    );
    expect(answer.errors).toBeUndefined();
    expect(tokenizer.calls).toEqual([{ operation: 'verifyStoreGrants', size: 1 }]);
  });

  test('variables that do not fit are left to GraphQL: no call, no resolver', async () => {
    const { run, tokenizer, calls } = setUp();
    const answer = await run('mutation ($i: Input!) { saveInput(input: $i) }', {
      variables: { i: { token: 4 } },
    });
    expect(answer.errors?.[0]?.message).toContain('Variable "$i" got invalid value');
    expect(tokenizer.calls).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe('a marked custom scalar', () => {
  const source = 'mutation ($json: Json, $boxed: Boxed) { json(json: $json, boxed: $boxed) }';

  test('holds a token, or lists of them, also in objects that it makes of them', async () => {
    const { run, token, status, calls } = setUp();
    const [a, b, c, d] = [token(), token(), token(), token()];
    const answer = await run(source, { variables: { json: [a, [b, null]], boxed: c } });
    expect(answer.errors).toBeUndefined();
    expect([a, b, c].map(status)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(calls[0]!.args).toEqual({ json: [a, [b, null]], boxed: { inside: c } });
    expect((await run(`mutation { json(boxed: "${d}") }`)).errors).toBeUndefined();
    expect(status(d)).toBe('accepted');
    const theirs = token('bob');
    const refused = await run(source, { variables: { json: [[theirs]], boxed: theirs } });
    expect(failures(refused)).toEqual([
      ['json.json.0.0', 'STORE_GRANT_MISSING'],
      ['json.boxed', 'STORE_GRANT_MISSING'],
    ]);
  });

  test.each([
    ['an object', { json: { token: 'lunasec-00000000-0000-4000-8000-000000000000' } }, 'json.json'],
    ['a number in a list', { json: [4] }, 'json.json.0'],
    ['a false', { json: false }, 'json.json'],
    ['text', { boxed: '078-05-1120' }, 'json.boxed'],
    ['an object that is boxed', { boxed: { a: 1 } }, 'json.boxed'],
  ])('refuses %s', async (_name, variables, path) => {
    const { run, calls } = setUp();
    expect(failures(await run(source, { variables }))).toEqual([[path, 'BAD_USER_INPUT']]);
    expect(calls).toEqual([]);
  });
});

describe('a list of tokens that an enum chooses', () => {
  test('is a list like any other: all are verified, whatever was chosen', async () => {
    const saved: unknown[] = [];
    const { run, tokenizer } = harness(
      `type Query { ok: Boolean }
       enum Kind { PASSPORT LICENCE }
       input Upload { kind: Kind!  files: [String!]! @token(binding: "{kind}") }
       type Mutation { upload(kind: Kind!, files: [String!]! @token(binding: "{kind}"), more: [Upload!]): Boolean }`,
      {
        Mutation: {
          upload: (_source, args) => {
            saved.push(args);
            return true;
          },
        },
        Kind: { PASSPORT: 1, LICENCE: 2 },
      },
    );
    const tokens = Array.from({ length: 4 }, () => tokenizer.tokenize('alice'));
    const answer = await run(
      'mutation ($k: Kind!, $f: [String!]!, $m: [Upload!]) { upload(kind: $k, files: $f, more: $m) }',
      {
        variables: { k: 'LICENCE', f: tokens.slice(0, 2), m: [{ kind: 'PASSPORT', files: tokens.slice(2) }] },
      },
    );
    expect(answer.errors).toBeUndefined();
    expect(tokenizer.calls).toEqual([{ operation: 'verifyStoreGrants', size: 4 }]);
    // The name of the enum's value, not what stands for it inside the server.
    expect(tokens.map((token) => tokenizer.token(token)?.binding)).toEqual([
      'LICENCE',
      'LICENCE',
      'PASSPORT',
      'PASSPORT',
    ]);
  });
});

describe('one call', () => {
  test('for the same token in several mutations, and in places with other bindings', async () => {
    const { run, token, tokenizer } = setUp();
    const mine = token();
    const answer = await run(
      `mutation { a: save(token: "${mine}") { plain } b: save(token: "${mine}", other: "${mine}") { plain } c: bound(id: 1, ssn: "${mine}") }`,
    );
    expect(answer.errors).toBeUndefined();
    expect(tokenizer.calls).toEqual([{ operation: 'verifyStoreGrants', size: 2 }]);
  });

  test('of the engine for ten thousand tokens', async () => {
    const { run, tokenizer, token } = setUp();
    const tokens = Array.from({ length: 10_000 }, () => token());
    const answer = await run('mutation ($t: [[ID!]]) { saveAll(tokens: $t) }', {
      variables: { t: [tokens, tokens] },
    });
    expect(answer.errors).toBeUndefined();
    expect(tokenizer.calls).toEqual([{ operation: 'verifyStoreGrants', size: 10_000 }]);
  });

  test('is not made for introspection and __typename', async () => {
    const { run, tokenizer } = setUp();
    const answer = await run('{ __typename __schema { types { name } } __type(name: "Box") { name } }', {
      session: null,
    });
    expect(answer.data).toMatchObject({ __typename: 'Query', __type: { name: 'Box' } });
    expect((await run('mutation { __typename }', { session: null })).data).toEqual({
      __typename: 'Mutation',
    });
    expect(tokenizer.calls).toEqual([]);
  });
});

describe('names that objects have by themselves', () => {
  test('are names of variables, arguments and fields like any other', async () => {
    const saved: unknown[] = [];
    const { run, tokenizer } = harness(
      `type Query { ok: Boolean }
       input constructor { toString: String @token  valueOf: String @token(binding: "{hasOwnProperty}")  hasOwnProperty: ID }
       type Mutation { constructor(constructor: constructor, toString: String @token): constructors }
       type constructors { hasOwnProperty: String @token  constructor: String @token }`,
      {
        Mutation: {
          constructor: (_source: unknown, args: object) => {
            saved.push(args);
            return { hasOwnProperty: a, constructor: c };
          },
        },
      },
    );
    const [a, b, c, theirs] = [
      ...Array.from({ length: 3 }, () => tokenizer.tokenize('alice')),
      tokenizer.tokenize('bob'),
    ];
    const source = `mutation ($constructor: constructor, $toString: String) {
      __proto__: constructor(constructor: $constructor, toString: $toString) { __proto__: hasOwnProperty constructor }
    }`;
    const variables = { constructor: { toString: a, valueOf: b, hasOwnProperty: 'x' }, toString: c };
    const answer = await run(source, { variables });
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer.data)).toBe(`{"__proto__":{"__proto__":"${a}","constructor":"${c}"}}`);
    expect(tokenizer.token(b!)?.binding).toBe('x');
    expect(failures(await run(source, { variables: { ...variables, toString: theirs } }))).toEqual([
      ['__proto__.toString', 'STORE_GRANT_MISSING'],
    ]);
    // What is not there is not there, whatever objects inherit.
    expect((await run('mutation { constructor { hasOwnProperty } }')).errors).toBeUndefined();
  });

  test('a variable named __proto__ is for the resolver what it is for the check', async () => {
    const { run, calls, token, status } = setUp();
    const theirs = token('bob');
    const variables = JSON.parse(`{"__proto__": "${theirs}"}`) as Record<string, unknown>;
    await run('mutation ($__proto__: String) { save(token: $__proto__) { plain } }', { variables });
    expect(JSON.stringify(calls)).not.toContain(theirs);
    expect(status(theirs)).toBe('pending');
  });
});

describe('arguments of queries', () => {
  test('need no store grant: what a query returns is what counts', async () => {
    const { run, token, tokenizer, fieldsCalled } = setUp();
    const answer = await run(`{ find(token: "${token('bob')}") }`, { session: null });
    expect(answer).toEqual({ data: { find: true } });
    expect(fieldsCalled()).toEqual(['find']);
    expect(tokenizer.calls).toEqual([]);
  });
});

describe('the binding of an argument', () => {
  test('is filled from the argument beside it and fixed at the first store', async () => {
    const { run, token, tokenizer } = setUp();
    const mine = token();
    await run(`mutation { bound(id: 42, ssn: "${mine}") }`);
    expect(tokenizer.token(mine)?.binding).toBe('User.ssn:42');
    expect(failures(await run(`mutation { bound(id: 43, ssn: "${mine}") }`))).toEqual([
      ['bound.ssn', 'BINDING_MISMATCH'],
    ]);
  });

  test('is filled from the input field beside it', async () => {
    const { run, token, tokenizer } = setUp();
    const mine = token();
    await run('mutation ($i: BoundInput!) { boundInput(input: $i) }', {
      variables: { i: { id: 'a', ssn: mine } },
    });
    expect(tokenizer.token(mine)?.binding).toBe('User.ssn:a');
  });

  test('is filled from the nearest input object around it, or the arguments', async () => {
    const { run, token, tokenizer } = setUp();
    const [own, inner, outer] = [token(), token(), token()];
    const answer = await run(
      `mutation ($p: [Patch!], $id: ID!) { patch(id: $id, patches: $p, box: { id: "box", patch: { ssn: "${inner}" } }) }`,
      { variables: { id: 'outer', p: [{ ssn: outer }, { patch: { ssn: own } }] } },
    );
    expect(answer.errors).toBeUndefined();
    expect([own, inner, outer].map((each) => tokenizer.token(each)?.binding)).toEqual([
      'User.ssn:outer',
      'User.ssn:box',
      'User.ssn:outer',
    ]);
    // The name is declared nearer, and that counts: what is further out cannot stand in for it.
    const missing = await run(`mutation { patch(id: "outer", box: { patch: { ssn: "${token()}" } }) }`);
    expect(failures(missing)).toEqual([['patch.box.patch.ssn', 'BAD_USER_INPUT']]);
  });

  test('of an id that the mutation itself makes is fixed by its resolver', async () => {
    const rows: { id: number; ssn: string }[] = [];
    const it = harness(
      `type Query { users: [User] }
       type User { id: ID!  ssn: String @token(binding: "User.ssn:{id}") }
       type Mutation { create(ssn: String! @token): User }`,
      {
        Query: { users: () => rows },
        Mutation: {
          create: async (_source, { ssn }: { ssn: string }, { req }: { req: never }) => {
            const row = { id: rows.length + 1, ssn };
            const binding = writeBinding('User.ssn:{id}', { id: row.id });
            await it.lunaSec.grants.verifyWithAutomaticSessionId(req, { token: ssn, binding });
            rows.push(row);
            return row;
          },
        },
      },
    );
    const mine = it.tokenizer.tokenize('alice');
    const answer = await it.run(`mutation { create(ssn: "${mine}") { id ssn } }`);
    expect(answer).toEqual({ data: { create: { id: '1', ssn: mine } } });
    expect(it.tokenizer.token(mine)?.binding).toBe('User.ssn:1');

    // Moved to another row, it is of no use there.
    rows.push({ id: 2, ssn: mine });
    const moved = await it.run('{ users { id ssn } }');
    expect(moved.data).toEqual({
      users: [
        { id: '1', ssn: mine },
        { id: '2', ssn: null },
      ],
    });
    expect(failures(moved)).toEqual([['users.1.ssn', 'BINDING_MISMATCH']]);
    // Nor can it be stored twice.
    const again = await it.run(`mutation { create(ssn: "${mine}") { id } }`);
    expect(again.data).toEqual(undefined);
    expect(failures(again)).toEqual([['create.ssn', 'BINDING_MISMATCH']]);
  });

  test('of two places for one token in one operation is asked for both', async () => {
    const { run, token, tokenizer, calls } = setUp();
    const mine = token();
    const answer = await run(`mutation { a: bound(id: 1, ssn: "${mine}") b: bound(id: 2, ssn: "${mine}") }`);
    expect(failures(answer)).toEqual([['b.ssn', 'BINDING_MISMATCH']]);
    expect(tokenizer.calls).toEqual([{ operation: 'verifyStoreGrants', size: 2 }]);
    expect(calls).toEqual([]);
  });

  test.each([
    ['left out', {}],
    ['null', { id: null }],
    ['empty', { id: '' }],
  ])('cannot be written when that is %s: BAD_USER_INPUT', async (_name, beside) => {
    const { run, token, tokenizer } = setUp();
    const answer = await run('mutation ($i: BoundInput!) { boundInput(input: $i) }', {
      variables: { i: { ...beside, ssn: token() } },
    });
    expect(failures(answer)).toEqual([['boundInput.input.ssn', 'BAD_USER_INPUT']]);
    expect(tokenizer.calls).toEqual([]);
  });

  test('cannot be forged with values that contain its punctuation', async () => {
    const { run, token, tokenizer } = setUp();
    const mine = token();
    await run(`mutation { pair(a: "1:2", b: "3", token: "${mine}") }`);
    expect(tokenizer.token(mine)?.binding).toBe('1%3A2:3');
    expect(failures(await run(`mutation { pair(a: "1", b: "2:3", token: "${mine}") }`))).toEqual([
      ['pair.token', 'BINDING_MISMATCH'],
    ]);
  });

  test('with half of a surrogate pair: BAD_USER_INPUT', async () => {
    const { run, token } = setUp();
    const answer = await run('mutation ($a: String, $t: String) { pair(a: $a, b: "b", token: $t) }', {
      variables: { a: '\ud800', t: token() },
    });
    expect(failures(answer)).toEqual([['pair.token', 'BAD_USER_INPUT']]);
  });
});
