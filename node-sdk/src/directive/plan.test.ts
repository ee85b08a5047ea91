import { describe, expect, test } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { mapSchema, MapperKind, printSchemaWithDirectives } from '@graphql-tools/utils';
import { buildSchema, GraphQLObjectType, GraphQLSchema, GraphQLString, printType } from 'graphql';
import { definition, typeDefs } from './definition.js';
import { transform } from './guard.js';
import { planOf } from './plan.js';

const schemaOf = (source: string) => buildSchema(`${typeDefs}\n${source}`);

describe('a schema whose @token cannot work is refused', () => {
  test.each([
    [
      'type Query { age: Int @token }',
      'Query.age: @token marks strings, IDs and custom scalars, or lists of them, not Int.',
    ],
    ['type Query { a: [[Float!]] @token }', 'Query.a: @token marks'],
    ['type Query { a: Boolean @token }', 'Query.a: @token marks'],
    ['type Query { me: Query @token }', 'Query.me: @token marks'],
    ['type Query { a: E @token } enum E { A }', 'Query.a: @token marks'],
    ['type Query { a(i: I @token): ID } input I { x: ID }', 'Query.a(i:): @token marks'],
    ['type Query { a(i: I): ID } input I { x: Int @token }', 'I.x: @token marks'],
    ['type Query { n: N } interface N { a: Int @token }', 'N.a: @token marks'],
    ['type Query { a: ID @token(duration: "5 minutes") }', 'Query.a: "5 minutes" is not a duration'],
    ['type Query { a: ID @token(duration: "0s") }', 'Query.a: "0s" is not a duration'],
    ['type Query { a: ID @token(duration: "") }', 'Query.a: "" is not a duration'],
    ['type Query { a: ID @token(binding: "") }', 'Query.a: "" is not a binding'],
    ['type Query { a: ID @token(binding: "{a") }', 'Query.a: "{a" is not a binding'],
    ['type Query { a: ID @token(binding: "x}{y}") }', 'Query.a: "x}{y}" is not a binding'],
    ['type Query { a: ID @token(binding: "{a}{b}") }', 'Query.a: "{a}{b}" is not a binding'],
    ['type Query { a: ID @token(binding: "{a}-{b}") }', 'Query.a: "{a}-{b}" is not a binding'],
    ['type Query { a: ID @token(binding: "{a b}") }', 'Query.a: "{a b}" is not a binding'],
    [
      'type Query { a: ID @token(binding: "{id}") }',
      'Query.a: {id} in its binding is not a field beside it.',
    ],
    [
      'type Query { a: ID @token(binding: "{toString}") }',
      'Query.a: {toString} in its binding is not a field',
    ],
    [
      'type Query { a: ID @token(binding: "{q}") q: Query }',
      'Query.a: {q} in its binding is not a scalar or enum.',
    ],
    [
      'type Query { a: ID @token(binding: "{q}") q: [ID] }',
      'Query.a: {q} in its binding is not a scalar or enum.',
    ],
    [
      'type Query { a: ID @token(binding: "{q}") q(x: ID!): ID }',
      'Query.a: {q} in its binding has required arguments.',
    ],
    [
      'type Query { a: ID @token(binding: "{b}") b: ID @token }',
      'Query.a: {b} in its binding holds a token itself.',
    ],
    [
      'type Query { a(t: ID @token(binding: "{id}")): ID id: ID }',
      'Query.a(t:): {id} in its binding is not an argument or input field beside it.',
    ],
    [
      'type Query { a(i: I): ID } input I { t: ID @token(binding: "{id}") }',
      'I.t: {id} in its binding is not an argument or input field beside it or around it.',
    ],
    [
      'type Query { a: ID } type Mutation { b(id: ID, i: I): ID  c(i: J): ID } input J { i: [I] } input I { t: ID @token(binding: "{id}") }',
      'I.t: {id} in its binding is neither beside it nor around it in Mutation.c(i:). If the mutation itself makes it, leave the binding out here and bind in the resolver',
    ],
    [
      'type Query { a: ID } type Mutation { b(id: [ID], i: I): ID } input I { t: ID @token(binding: "{id}") }',
      'I.t: {id} in its binding around it is not a scalar or enum.',
    ],
  ])('%s', (source, message) => {
    expect(() => transform(schemaOf(source))).toThrow(message);
  });

  test('with all mistakes at once', () => {
    const source = 'type Query { a: Int @token  b: ID @token(duration: "soon") }';
    expect(() => transform(schemaOf(source))).toThrow(/Query\.a[^]*Query\.b/);
  });

  test('not one whose @token can', () => {
    expect(() =>
      transform(
        schemaOf(`
          scalar Custom
          enum Kind { A B }
          type Query {
            a: Custom @token(duration: "1h2m3s", binding: "A:{kind}:{id}:{flag}")
            kind: Kind! id: ID! flag(optional: Int = 1): Boolean
            b(t: [[ID!]!]! @token(binding: "{n}"), n: Int!): String! @token(duration: "45s")
            filter(i: I): ID
          }
          type Mutation { c(id: ID, i: I): ID  d(j: J): ID }
          input J { id: ID  i: [I] }  input I { i: I  t: ID @token(binding: "{id}") }`),
      ),
    ).not.toThrow();
  });
});

describe('the plan of a schema', () => {
  test('is made once', () => {
    const schema = schemaOf('type Query { a: ID @token }');
    expect(planOf(schema)).toBe(planOf(schema));
  });

  test('knows marks of interfaces on the types that implement them; the own mark wins', () => {
    const plan = planOf(
      schemaOf(`
        type Query { n: N }
        interface N { a(t: ID @token): ID @token(duration: "1m")  b: ID @token(duration: "1m") }
        type A implements N { a(t: ID): ID  b: ID @token(duration: "2m") }`),
    );
    expect(plan.field('A', 'a')?.output?.duration).toBe('1m');
    expect([...plan.field('A', 'a')!.arguments.keys()]).toEqual(['t']);
    expect(plan.field('A', 'b')?.output?.duration).toBe('2m');
  });

  test('knows the inputs that hold tokens at any depth, in circles too', () => {
    const plan = planOf(
      schemaOf(`
        type Query { deep(i: [A]): ID  plain(i: C): ID }
        input A { b: B  a: A }  input B { a: A  t: ID @token }  input C { c: C  x: ID }`),
    );
    expect(plan.field('Query', 'deep')?.takesTokens).toBe(true);
    expect(plan.field('Query', 'plain')).toBeUndefined();
  });

  test('reads directives in extensions, where schemas made in code keep them', () => {
    const type = new GraphQLObjectType({
      name: 'Query',
      fields: { a: { type: GraphQLString, extensions: { directives: { token: { duration: '1m' } } } } },
    });
    const plan = planOf(new GraphQLSchema({ query: type, directives: [definition] }));
    expect(plan.field('Query', 'a')?.output?.duration).toBe('1m');
  });
});

describe('transform', () => {
  test('leaves the schema as it is, directives and descriptions included', () => {
    const source = `
      directive @key(fields: String!) on OBJECT
      "A user" type User @key(fields: "id") { id: ID!  "Secret" ssn(format: F = SHORT): String @token(duration: "5m") @deprecated(reason: "no") }
      enum F { SHORT LONG }
      type Query { user(i: I = { t: "x", n: [1] }): User }
      input I { t: String @token  n: [Int] }
      scalar Date @specifiedBy(url: "https://example.com")`;
    const schema = schemaOf(source);
    const transformed = transform(schema);
    expect(printSchemaWithDirectives(transformed)).toBe(printSchemaWithDirectives(schema));
    expect(printSchemaWithDirectives(transformed)).toContain('@key(fields: "id")');
    expect(printSchemaWithDirectives(transformed)).toContain('@token(duration: "5m")');
  });

  test('works with a directive that wraps resolvers before or after it', async () => {
    const upper = (schema: GraphQLSchema) =>
      mapSchema(schema, {
        [MapperKind.OBJECT_FIELD]: (config, name) =>
          name === 'plain' ? { ...config, resolve: () => 'WRAPPED' } : undefined,
      });
    const base = makeExecutableSchema({
      typeDefs: [typeDefs, 'type Query { plain: String  t: String @token }'],
    });
    for (const schema of [upper(transform(base)), transform(upper(base))]) {
      const query = schema.getQueryType()!.getFields();
      expect(query.plain!.resolve?.(null, {}, null, null as never)).toBe('WRAPPED');
      expect(query.t!.resolve).toBeDefined();
      expect(planOf(schema).field('Query', 't')).toBeDefined();
    }
  });

  test('does not change the schema that it is given', () => {
    const schema = schemaOf('type Query { t: String @token }');
    transform(schema);
    expect(schema.getQueryType()!.getFields().t!.resolve).toBeUndefined();
    expect(printType(schema.getQueryType()!)).toContain('t: String');
  });
});
