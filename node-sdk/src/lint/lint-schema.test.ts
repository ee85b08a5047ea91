import { describe, expect, test } from '@jest/globals';
import { buildSchema, GraphQLObjectType, GraphQLSchema, GraphQLString, Source } from 'graphql';
import { typeDefs } from '../directive/index.js';
import { lintSchema } from './lint-schema.js';
import type { LintOptions } from './lint-schema.js';
import { looksLike, wordsOf, defaultPatterns } from './patterns.js';

const schemaOf = (sdl: string) => buildSchema(`${typeDefs}\n${sdl}`);
const lint = (sdl: string, options?: LintOptions) =>
  lintSchema(schemaOf(sdl), options).map(({ rule, coordinate }) => `${rule} ${coordinate}`);

describe('names that look sensitive', () => {
  test.each([
    'ssn',
    'userSSN',
    'SSN',
    'social_security_number',
    'nationalId',
    'nationalID',
    'cardNumber',
    'creditCard',
    'cvv',
    'iban',
    'IBAN',
    'bankAccountNumber',
    'passport',
    'passportNumber',
    'driversLicense',
    'taxId',
    'dob',
    'dateOfBirth',
    'birthDate',
    'diagnosis',
    'diagnoses',
    'medications',
    'bloodType',
    'mothersMaidenName',
  ])('%s', (name) => {
    expect(lint(`type Query { user: User } type User { ${name}: String }`)).toEqual([
      `unmarked User.${name}`,
    ]);
    expect(lint(`type Query { ok: ID } input UserInput { ${name}: [String!] }`)).toEqual([
      `unmarked UserInput.${name}`,
    ]);
    expect(lint(`type Query { find(${name}: ID): ID }`)).toEqual([`unmarked Query.find(${name}:)`]);
    expect(lint(`type Query { user: User } type User { ${name}: String @token }`)).toEqual([]);
  });

  test.each([
    'id',
    'name',
    'sinister',
    'discard',
    'cardinality',
    'libandb',
    'accountName',
    'birthdays2',
    'passportCountry',
    'ssnVerified',
    'diagnosisCount',
    'notes',
    'shipping',
    'taxRate',
    'dobby',
  ])('not %s', (name) => {
    expect(looksLike('User', name, defaultPatterns)).toBeUndefined();
  });

  test('notes count where the type says that they are about health', () => {
    expect(
      lint(
        'type Query { p: Patient, o: Order } type Patient { name: String notes: String } type Order { notes: String }',
      ),
    ).toEqual(['unmarked Patient.notes']);
  });

  test('values that cannot be secrets do not count, numbers do', () => {
    const findings = lintSchema(
      schemaOf(
        'type Query { u: User } type User { passport: Boolean  diagnosis: Diagnosis  ssn: Int } type Diagnosis { code: ID }',
      ),
    );
    expect(findings).toMatchObject([
      { coordinate: 'User.ssn', message: expect.stringContaining('Make it a String') },
    ]);
  });

  test('can be others', () => {
    const patterns = [{ subject: 'a badge', field: /\bbadge\b/ }];
    expect(lint('type Query { ssn: String badgeNumber: String }', { patterns })).toEqual([
      'unmarked Query.badgeNumber',
    ]);
  });

  test('are split where people see words', () => {
    expect(['userSSN', 'HTTPServerId', 'a1B', 'x_y-z', 'IBAN'].map(wordsOf)).toEqual([
      'user ssn',
      'http server id',
      'a 1 b',
      'x y z',
      'iban',
    ]);
  });
});

describe('what is not a finding', () => {
  const sdl = `type Query { user: User } type User { ssn: String  dob: String } type Audit { ssn: String }`;

  test('is named with coordinates, with * for any text', () => {
    expect(lint(sdl, { ignore: ['User.ssn'] })).toEqual(['unmarked User.dob', 'unmarked Audit.ssn']);
    expect(lint(sdl, { ignore: ['*.ssn'] })).toEqual(['unmarked User.dob']);
    expect(lint(sdl, { ignore: ['User.*', 'Audit*'] })).toEqual([]);
    // A dot is a dot.
    expect(lint(sdl, { ignore: ['User.s.n', 'UserXssn'] })).toHaveLength(3);
  });

  test('says so in its description or a comment', () => {
    expect(
      lint(`type Query { user: User }
        type User {
          "Only the last digits. lunasec-ignore" ssn: String
          dob: String # lunasec-ignore: public figures
          # lunasec-ignore
          iban: String
          taxId: String
        }`),
    ).toEqual(['unmarked User.taxId']);
  });
});

describe('marks that do not fit together', () => {
  const user = 'type Query { user: User } type User { id: ID! ssn: String @token }';

  test.each([
    ['an input type of the name', 'input UserInput { ssn: String }', 'UserInput.ssn'],
    ['an input type with more words', 'input CreateUserInput { ssn: String }', 'CreateUserInput.ssn'],
    [
      'an input type of a mutation that returns it',
      'type Mutation { save(data: Data): User } input Data { ssn: String }',
      'Data.ssn',
    ],
    [
      'an argument of a mutation that returns it',
      'type Mutation { save(ssn: String): User }',
      'Mutation.save(ssn:)',
    ],
    [
      'an argument of a mutation by its name',
      'type Mutation { updateUser(ssn: String): ID }',
      'Mutation.updateUser(ssn:)',
    ],
  ])('marked where it goes out, not in %s', (_name, sdl, coordinate) => {
    expect(lint(`${user} ${sdl}`, { patterns: [] })).toEqual([`unmarked-input ${coordinate}`]);
    const marked = sdl.replace('ssn: String', 'ssn: String @token');
    expect(lint(`${user} ${marked}`, { patterns: [] })).toEqual([]);
    const reverse = `${user.replace(' @token', '')} ${marked}`;
    expect(lint(reverse, { patterns: [] })).toEqual(['unmarked-output User.ssn']);
  });

  test('are not compared with what belongs to something else', () => {
    expect(
      lint(`${user} input UsernameInput { ssn: String } type Mutation { ban(ssn: String): ID }`, {
        patterns: [],
      }),
    ).toEqual([]);
  });

  test('are said once where the name alone says it', () => {
    expect(lint(`${user} input UserInput { ssn: String }`)).toEqual(['unmarked UserInput.ssn']);
  });

  const bound = (inside: string, outside: string) =>
    lint(
      `type Query { user: User } type User { id: ID! ssn: String @token${outside} }
       type Mutation { save(id: ID!, userId: ID!, ssn: String @token${inside}): User }`,
    );

  test('bindings that differ', () => {
    expect(bound('(binding: "User.ssn:{id}")', '(binding: "User.ssn:{id}")')).toEqual([]);
    expect(bound('(binding: "User.ssn:{userId}")', '(binding: "User.ssn:{id}")')).toEqual([]);
    expect(bound('(binding: "user:{id}")', '(binding: "User.ssn:{id}")')).toEqual([
      'binding-differs Mutation.save(ssn:)',
    ]);
    expect(bound('(binding: "User.ssn:{id}")', '')).toEqual(['binding-differs Mutation.save(ssn:)']);
    expect(bound('', '(binding: "User.ssn:{id}")')).toEqual(['binding-missing Mutation.save(ssn:)']);
  });

  test('a binding to something that may be left out', () => {
    expect(
      lint(`type Query { ok: ID } input UserInput { id: ID  ssn: String @token(binding: "{id}") }
            type Mutation { save(id: ID = 1, ssn: String @token(binding: "{id}")): ID }`),
    ).toEqual(['binding-optional UserInput.ssn', 'binding-optional Mutation.save(ssn:)']);
  });

  test('durations longer than the tokenizer allows', () => {
    const sdl = 'type Query { a: ID @token(duration: "1h")  b: ID @token(duration: "1h1s") }';
    expect(lint(sdl)).toEqual(['long-duration Query.b']);
    expect(lint(sdl, { maxDuration: 60 })).toHaveLength(2);
    expect(lint(sdl, { maxDuration: 3601 })).toEqual([]);
  });

  test('marks that cannot work are findings, all of them', () => {
    expect(
      lint(
        'type Query { ssn: Int @token  b: ID @token(duration: "soon")  c(x: ID @token(binding: "{y}")): ID }',
      ),
    ).toEqual(['invalid-token Query.ssn', 'invalid-token Query.b', 'invalid-token Query.c(x:)']);
  });

  test('marks of an interface hold for its types', () => {
    expect(
      lint(`type Query { n: N } interface N { ssn: String @token } type A implements N { ssn: String }
            type Mutation { saveA(ssn: String @token): A }`),
    ).toEqual([]);
  });
});

describe('where', () => {
  test('is the line and column of the name, in the order of the file', () => {
    const source = new Source(
      `${typeDefs}`.replace(/\n/g, ' ') +
        '\ntype Query {\n  """\n  About\n  """\n  ssn: String\n  dob(iban: ID): String\n}',
      '/app/schema.graphql',
    );
    expect(lintSchema(buildSchema(source)).map(({ location }) => location)).toEqual([
      { file: '/app/schema.graphql', line: 6, column: 3 },
      { file: '/app/schema.graphql', line: 7, column: 3 },
      { file: '/app/schema.graphql', line: 7, column: 7 },
    ]);
  });

  test('is not known of schemas made in code', () => {
    const query = new GraphQLObjectType({ name: 'Query', fields: { ssn: { type: GraphQLString } } });
    expect(lintSchema(new GraphQLSchema({ query }))).toMatchObject([
      { coordinate: 'Query.ssn', location: undefined },
    ]);
  });
});
