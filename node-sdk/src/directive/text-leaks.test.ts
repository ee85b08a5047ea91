import { describe, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { harness } from '../test-support/harness.js';
import type { LeakPolicy } from './leaks.js';
import { checkTexts } from './text-leaks.js';

const token = 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff';

describe('a token in an error of a resolver', () => {
  const setUp = (leaks: LeakPolicy) =>
    harness(
      `type Query { me: User } type User { ssn: String @token  name: String  list: [String] }
       type Mutation { save(token: String @token, count: Int): Boolean }`,
      {
        Query: { me: () => ({}) },
        User: {
          name: () => {
            throw new GraphQLError(`the token ${token} was refused`, {
              extensions: { code: 'REFUSED', about: { tokens: [token, 'x'], [token]: 1 }, count: 2 },
            });
          },
          list: () => [new Error(token), new Error(token)],
        },
      },
      { leaks },
    );

  test('is reported once per place, without the token, and leaves', async () => {
    const { run, warnings } = setUp('warn');
    const answer = await run('{ me { name list } }');
    await run('{ me { name list } }');
    expect(answer.errors?.map(({ message }) => message)).toEqual([
      `the token ${token} was refused`,
      token,
      token,
    ]);
    expect(warnings).toEqual([
      expect.stringContaining('the message of an error at "me.name"'),
      expect.stringContaining('the extension "about" of an error at "me.name"'),
      expect.stringContaining('the message of an error at "me.list"'),
    ]);
    expect(warnings.join()).not.toContain(token);
  });

  test('is cut out, if told so; what else the error says stays', async () => {
    const { run, lunaSec, schema, context } = setUp('error');
    const answer = await run('{ me { name list } }');
    expect(answer.data).toEqual({ me: { name: null, list: [null, null] } });
    expect(answer.errors).toEqual([
      { path: ['me', 'name'], code: 'REFUSED', message: 'the token [token] was refused' },
      { path: ['me', 'list', 0], code: undefined, message: '[token]' },
      { path: ['me', 'list', 1], code: undefined, message: '[token]' },
    ]);
    const { parse } = await import('graphql');
    const { errors } = await lunaSec.execute({
      schema,
      document: parse('{ me { name } }'),
      contextValue: context('alice'),
    });
    expect(errors![0]!.extensions).toEqual({
      code: 'REFUSED',
      about: { tokens: ['[token]', 'x'], '[token]': 1 },
      count: 2,
    });
    expect(errors![0]!.locations).toEqual([{ line: 1, column: 8 }]);
  });

  test('is cut out of what graphql-js says of wrong variables', async () => {
    const { run } = setUp('error');
    const answer = await run('mutation ($c: Int) { save(count: $c) }', { variables: { c: token } });
    expect(answer.errors?.[0]?.message).toContain('[token]');
    expect(JSON.stringify(answer)).not.toContain(token);
  });

  test('is let through silently, if told so', async () => {
    const { run, warnings } = setUp('off');
    expect(JSON.stringify(await run('{ me { name } }'))).toContain(token);
    expect(warnings).toEqual([]);
  });
});

describe('texts of a response', () => {
  const check = (result: Parameters<typeof checkTexts>[0], leaks: LeakPolicy = 'error') => {
    const places: string[] = [];
    return { result: checkTexts(result, leaks, (place) => void places.push(place)), places };
  };

  test('without tokens stay the very same objects', () => {
    const result = { errors: [new GraphQLError('no', { extensions: { a: [1] } })], extensions: { b: {} } };
    expect(check(result)).toEqual({ result, places: [] });
    expect(check(result).result).toBe(result);
  });

  test('with tokens are changed in a copy, frozen and cyclic ones too', () => {
    const cyclic: Record<string, unknown> = { token };
    cyclic.self = cyclic;
    const extensions = Object.freeze({ trace: Object.freeze([`x${token}y`]), date: new Date(0), none: null });
    const error = Object.freeze({
      message: token,
      path: ['a', 0, 'b'],
      extensions: Object.freeze({ cyclic }),
    });
    const { result, places } = check({ errors: [error], extensions });
    expect(result.extensions).toEqual({ trace: ['x[token]y'], date: new Date(0), none: null });
    expect(result.errors![0]).toMatchObject({ message: '[token]', path: ['a', 0, 'b'] });
    expect((result.errors![0]!.extensions!.cyclic as { token: string }).token).toBe('[token]');
    expect(places).toEqual([
      'the message of an error at "a.b"',
      'the extension "cyclic" of an error at "a.b"',
      'the extension "trace" of a response',
    ]);
    expect(extensions.trace[0]).toContain(token);
  });

  test('may have names that objects have by themselves', () => {
    const extensions = JSON.parse(`{"__proto__": "${token}", "constructor": "${token}"}`) as Record<
      string,
      unknown
    >;
    expect(JSON.stringify(check({ extensions }).result)).toBe(
      '{"extensions":{"__proto__":"[token]","constructor":"[token]"}}',
    );
  });
});
