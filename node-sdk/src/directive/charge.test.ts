import { describe, expect, test } from '@jest/globals';
import { defaultFieldResolver, execute, graphql, parse } from 'graphql';
import type { GraphQLFieldResolver } from 'graphql';
import { failures, harness, summarize } from '../test-support/harness.js';

const typeDefs = `
  type Query { me: User  echo(token: String @token): Boolean }
  type Mutation { save(token: String @token): User  plain: Boolean  nested: Boolean }
  type User { name: String  ssn: String @token }
`;

function setUp(resolvers: { nested?: GraphQLFieldResolver<unknown, never> } = {}) {
  const saved: unknown[] = [];
  const user: Record<string, unknown> = { name: 'Ada' };
  const it = harness(typeDefs, {
    Query: { me: () => user, echo: () => true },
    Mutation: {
      save: (_source, { token }: { token: string }) => {
        saved.push(token);
        return user;
      },
      plain: () => true,
      nested: (...args: Parameters<GraphQLFieldResolver<unknown, never>>) =>
        resolvers.nested?.(...args) ?? true,
    },
  });
  return { ...it, saved, user };
}

describe('without an engine in charge', () => {
  test('marked fields fail, and say what is missing', async () => {
    const { schema, user } = setUp();
    user.ssn = 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff';
    const answer = summarize(await graphql({ schema, source: '{ me { name ssn } }', contextValue: {} }));
    expect(answer.data).toEqual({ me: { name: 'Ada', ssn: null } });
    expect(failures(answer)).toEqual([['me.ssn', 'UNAVAILABLE']]);
    expect(answer.errors?.[0]?.message).toContain('lunaSec.apolloPlugin()');
  });

  test('mutations with marked arguments do not run, whatever the arguments', async () => {
    const { schema, saved } = setUp();
    for (const source of ['mutation { save(token: null) { name } }', 'mutation { save { name } }']) {
      const answer = summarize(await graphql({ schema, source }));
      expect(failures(answer)).toEqual([['save', 'UNAVAILABLE']]);
    }
    expect(saved).toEqual([]);
  });

  test('everything else runs', async () => {
    const { schema } = setUp();
    expect(summarize(await graphql({ schema, source: '{ me { name } echo(token: "x") }' }))).toEqual({
      data: { me: { name: 'Ada' }, echo: true },
    });
    expect(summarize(await graphql({ schema, source: 'mutation { plain }' }))).toEqual({
      data: { plain: true },
    });
  });
});

describe('a charge is for one execution', () => {
  test('operations at the same time with one context and one document do not mix', async () => {
    const { schema, lunaSec, tokenizer, context, saved } = setUp();
    const document = parse('mutation ($t: String) { save(token: $t) { name } }');
    const contextValue = context('alice');
    const [mine, theirs] = [tokenizer.tokenize('alice'), tokenizer.tokenize('bob')];
    const run = (t: string) =>
      lunaSec.execute({ schema, document, contextValue, variableValues: { t } }).then(summarize);
    const [a, b, c] = await Promise.all([run(mine), run(theirs), run(mine)]);
    expect([a, b, c].map(failures)).toEqual([[], [['save.token', 'STORE_GRANT_MISSING']], []]);
    expect(saved).toEqual([mine, mine]);
  });

  test('an operation that a resolver executes with its own context is not in it', async () => {
    const saved: unknown[] = [];
    const inner = parse('mutation ($t: String) { save(token: $t) { name } }');
    const it = setUp({
      nested: async (_source, _args, contextValue, { schema }) => {
        const result = await execute({
          schema,
          document: inner,
          contextValue,
          variableValues: { t: 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff' },
        });
        saved.push(...failures(summarize(result)));
      },
    });
    const mine = it.tokenizer.tokenize('alice');
    const answer = await it.run(`mutation { save(token: "${mine}") { name } nested }`);
    expect(answer.errors).toBeUndefined();
    expect(saved).toEqual([['save', 'UNAVAILABLE']]);
    expect(it.saved).toEqual([mine]);
  });

  test('an operation node that was in charge once is not in charge again', async () => {
    let leaked: Parameters<GraphQLFieldResolver<unknown, never>> | undefined;
    const it = setUp({
      nested: (...args) => {
        leaked = args;
      },
    });
    await it.run('mutation { nested }');
    const [, , contextValue, info] = leaked!;
    const document = {
      kind: 'Document' as never,
      definitions: [{ ...info.operation }, ...Object.values(info.fragments)],
    };
    const again = await execute({ schema: it.schema, document, contextValue });
    expect(again.errors).toBeUndefined();
    // The very node that execute() made for itself, with other selections beside it.
    const save = parse('mutation { save(token: "lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff") { name } }');
    (info.operation as { selectionSet: unknown }).selectionSet = (
      save.definitions[0] as { selectionSet: unknown }
    ).selectionSet;
    const stolen = await execute({
      schema: it.schema,
      document: { kind: 'Document' as never, definitions: [info.operation] },
      contextValue,
    });
    expect(failures(summarize(stolen))).toEqual([['save', 'UNAVAILABLE']]);
    expect(it.saved).toEqual([]);
  });

  test('arguments that change on their way to the resolver are refused', async () => {
    const it = setUp();
    const field = it.schema.getMutationType()!.getFields().save!;
    const guarded = field.resolve!;
    field.resolve = (source, _args, context, info) =>
      guarded(source, { token: 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff' }, context, info);
    const mine = it.tokenizer.tokenize('alice');
    const answer = await it.run(`mutation { save(token: "${mine}") { name } }`);
    expect(failures(answer)).toEqual([['save', 'STORE_GRANT_MISSING']]);
    expect(it.saved).toEqual([]);
  });
});

describe('execute', () => {
  test('leaves to GraphQL what is wrong with the request', async () => {
    const { schema, lunaSec } = setUp();
    const document = parse('query A { me { name } } query B { me { name } }');
    const answer = await lunaSec.execute({ schema, document });
    expect(answer.errors?.[0]?.message).toContain('Must provide operation name');
    const named = await lunaSec.execute({ schema, document, operationName: 'B' });
    expect(summarize(named)).toEqual({ data: { me: { name: 'Ada' } } });
  });

  test('uses the field resolver that it is given', async () => {
    const { schema, lunaSec, tokenizer, context } = setUp();
    const ssn = tokenizer.tokenize('alice');
    await lunaSec.grants.verify('alice', ssn);
    const answer = await lunaSec.execute({
      schema,
      document: parse('{ me { ssn } }'),
      contextValue: context('alice'),
      fieldResolver: (source, args, contextValue, info) =>
        info.fieldName === 'ssn' ? ssn : defaultFieldResolver(source, args, contextValue, info),
    });
    expect(summarize(answer)).toEqual({ data: { me: { ssn } } });
  });

  test('warns once when contexts have no request, and takes that as no session', async () => {
    const { schema, lunaSec, tokenizer, warnings } = setUp();
    const document = parse(`mutation { save(token: "${tokenizer.tokenize('alice')}") { name } }`);
    for (const contextValue of [undefined, {}, { req: null }])
      expect(failures(summarize(await lunaSec.execute({ schema, document, contextValue })))).toEqual([
        ['save.token', 'UNAUTHENTICATED'],
      ]);
    expect(warnings).toEqual([expect.stringContaining('"req"')]);
  });
});
