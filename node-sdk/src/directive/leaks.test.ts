import { describe, expect, test } from '@jest/globals';
import { failures, harness } from '../test-support/harness.js';
import type { LeakPolicy } from './leaks.js';
import { findTokens } from './leaks.js';

const token = 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff';

const typeDefs = `
  scalar JSON
  type Query { user: User  users: [User!]  find(name: String): Boolean  any: Node  json: JSON }
  type Mutation { save(name: String, json: JSON, input: Input): Boolean }
  interface Node { id: ID }
  type User implements Node { id: ID  ssn: String @token  name: String  code: ID! }
  type Pet implements Node { id: ID  name: String!  code: ID! }
  input Input { name: String }
`;

function setUp(leaks: LeakPolicy, data: Record<string, unknown> = {}) {
  let ran = false;
  const it = harness(
    typeDefs,
    {
      Query: {
        ...Object.fromEntries(['user', 'users', 'any', 'json'].map((field) => [field, () => data[field]])),
        find: () => (ran = true),
      },
      Mutation: { save: () => (ran = true) },
    },
    { leaks },
  );
  return { ...it, hasRun: () => ran };
}

describe('a token in a field without @token', () => {
  test('is reported once per field, without the token, and the response stays as it is', async () => {
    const { run, warnings } = setUp('warn', {
      user: { name: token, code: token },
      users: [
        { name: token, code: 'x' },
        { name: token, code: 'y' },
      ],
    });
    const source = '{ user { alias: name code } users { name } }';
    expect(await run(source)).toEqual({
      data: { user: { alias: token, code: token }, users: [{ name: token }, { name: token }] },
    });
    await run(source);
    expect(warnings).toEqual([expect.stringContaining('User.name'), expect.stringContaining('User.code')]);
    expect(warnings.join()).not.toContain(token);
  });

  test('is an error instead, if told so: the field is null by the rules of GraphQL', async () => {
    const { run } = setUp('error', {
      user: { name: token, code: 'x' },
      users: [
        { name: 'fine', code: 'x' },
        { name: 'fine', code: token },
      ],
    });
    const answer = await run('{ user { name code } users { name code } }');
    expect(answer.data).toEqual({ user: { name: null, code: 'x' }, users: null });
    expect(failures(answer)).toEqual([
      ['user.name', 'READ_GRANT_MISSING'],
      ['users.1.code', 'READ_GRANT_MISSING'],
    ]);
  });

  test('is found on interfaces, by the type that the object turned out to be', async () => {
    const { run, warnings } = setUp('warn', { any: { __typename: 'Pet', id: 'p', name: token } });
    await run('{ any { id ... on Pet { name } ... on User { ssn } } }');
    expect(warnings).toEqual([expect.stringContaining('Pet.name,')]);

    const again = setUp('warn', { any: { __typename: 'Pet', code: token } });
    await again.run('{ any { ... on Pet { code } ... on User { code ssn } } }');
    expect(again.warnings).toEqual([expect.stringContaining('through Pet.code,')]);

    const strict = setUp('error', { any: { __typename: 'Pet', id: 'p', name: token } });
    // Pet.name may not be null.
    expect((await strict.run('{ any { id ... on Pet { name } ... on User { ssn } } }')).data).toEqual({
      any: null,
    });
  });

  test('is found inside the values of custom scalars', async () => {
    const data = { json: { list: [{ deep: token }] } };
    const { run, warnings } = setUp('warn', data);
    await run('{ json }');
    expect(warnings).toEqual([expect.stringContaining('Query.json')]);
    const answer = await setUp('error', data).run('{ json }');
    expect(answer.data).toEqual({ json: null });
    expect(failures(answer)).toEqual([['json', 'READ_GRANT_MISSING']]);
  });

  test('is let through silently, if told so', async () => {
    const { run, warnings } = setUp('off', { user: { name: token } });
    expect((await run('{ user { name } }')).data).toEqual({ user: { name: token } });
    expect(warnings).toEqual([]);
  });

  test('text that only contains a token, or resembles one, is none', async () => {
    const { run, warnings } = setUp('warn', { user: { name: `see ${token}`, code: token.toUpperCase() } });
    await run('{ user { name code } }');
    expect(warnings).toEqual([]);
  });

  test('marked fields are no leaks, also beside leaks', async () => {
    const { run, tokenizer, lunaSec, warnings } = setUp('warn', { user: {} });
    const ssn = tokenizer.tokenize('alice');
    await lunaSec.grants.verify('alice', ssn);
    await run('{ user { ssn } }');
    expect(warnings).toEqual([]);
  });
});

describe('a token in an argument without @token', () => {
  const source = `mutation { save(name: "${token}", input: { name: "${token}" }, json: { a: ["${token}"] }) }`;

  test('is reported once per argument and input field, of queries as well', async () => {
    const { run, warnings, hasRun } = setUp('warn');
    expect((await run(source)).data).toEqual({ save: true });
    await run(source);
    await run(`{ find(name: "${token}") }`);
    expect(hasRun()).toBe(true);
    expect(warnings).toEqual([
      expect.stringContaining('Mutation.save(name:)'),
      expect.stringContaining('Mutation.save(json:)'),
      expect.stringContaining('Input.name'),
      expect.stringContaining('Query.find(name:)'),
    ]);
    expect(warnings.join()).not.toContain(token);
  });

  test('fails the operation before any resolver, if told so', async () => {
    const { run, hasRun } = setUp('error');
    const answer = await run(source);
    expect(answer).not.toHaveProperty('data');
    expect(failures(answer)).toEqual([
      ['save.name', 'BAD_USER_INPUT'],
      ['save.json', 'BAD_USER_INPUT'],
      ['save.input.name', 'BAD_USER_INPUT'],
    ]);
    expect(failures(await run(`{ find(name: "${token}") }`))).toEqual([['find.name', 'BAD_USER_INPUT']]);
    expect(hasRun()).toBe(false);
  });

  test('is let through silently, if told so', async () => {
    const { run, warnings } = setUp('off');
    expect((await run(source)).data).toEqual({ save: true });
    expect(warnings).toEqual([]);
  });
});

describe('findTokens', () => {
  test('survives data without end', () => {
    const loop: Record<string, unknown> = { token };
    loop.self = loop;
    expect(findTokens(loop)[0]).toEqual(['token']);
  });

  test('does not look into objects that are more than data', () => {
    class Secret {
      inside = token;
    }
    expect(findTokens({ at: new Date(0), secret: new Secret(), list: [1, token] })).toEqual([['list', 1]]);
  });
});
