import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createProgram } from './program.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-lint-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

async function lint(...args: string[]) {
  const out: string[] = [];
  let failed = false;
  const program = createProgram({
    out: (text) => void out.push(text),
    err: () => {},
    input: async () => undefined,
    now: () => new Date(),
    fail: () => (failed = true),
  });
  await program.parseAsync(['lint-schema', ...args], { from: 'user' });
  return { out: out.join('\n'), failed };
}

describe('lunasec lint-schema', () => {
  test('names file, line, coordinate and rule of each finding, and fails', async () => {
    const file = write('schema.graphql', 'type Query {\n  ssn: String\n  name: String\n}\n');
    const { out, failed } = await lint(file);
    expect(out).toContain(`${relative('', file)}:2:3: Query.ssn looks like a national identity number.`);
    expect(out).toContain('[unmarked]');
    expect(out).toContain('1 finding.');
    expect(failed).toBe(true);
  });

  test('knows @token without its definition, and says when there is nothing to say', async () => {
    const file = write('schema.graphql', 'type Query { ssn: String @token }');
    expect(await lint(file)).toEqual({ out: 'Nothing to say about this schema.', failed: false });
  });

  test('--json prints findings for machines', async () => {
    const file = write('schema.graphql', 'type Query { ssn: String }');
    const { out, failed } = await lint(file, '--json');
    expect(JSON.parse(out)).toEqual([
      {
        rule: 'unmarked',
        coordinate: 'Query.ssn',
        message: expect.any(String),
        location: { file: relative('', file), line: 1, column: 14 },
      },
    ]);
    expect(failed).toBe(true);
    const clean = await lint(write('clean.graphql', 'type Query { a: ID }'), '--json');
    expect(clean).toEqual({ out: '[]', failed: false });
  });

  test('--ignore, --pattern and --max-duration', async () => {
    const file = write(
      'schema.graphql',
      'type Query { ssn: String  badge: String  t: ID @token(duration: "2h") }',
    );
    const { out } = await lint(
      '--ignore',
      'Query.ssn',
      '--ignore',
      'Query.t',
      '--pattern',
      '\\bbadge\\b',
      file,
    );
    expect(out).toContain('Query.badge');
    expect(out).not.toMatch(/Query\.(ssn|t)\b/);
    expect((await lint(file, '--max-duration', '2h')).out).not.toContain('Query.t ');
    await expect(lint(file, '--max-duration', 'long')).rejects.toThrow('"long" is not a duration');
    await expect(lint(file, '--pattern', '(')).rejects.toThrow('not a regular expression');
  });

  test('takes a schema from several files', async () => {
    const files = [
      write('a.graphql', 'type Query { user: User }'),
      write('b.graphql', 'type User { id: ID }'),
      write('c.graphql', 'extend type User { iban: String }'),
    ];
    expect((await lint(...files)).out).toContain('c.graphql:1:20: User.iban');
  });

  test('takes the SDL of a subgraph, which is not complete', async () => {
    const file = write(
      'subgraph.graphql',
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
       extend type Account @key(fields: "id") { id: ID! @external  taxId: String  at: Date }`,
    );
    expect((await lint(file)).out).toContain('Account.taxId looks like a tax number');
  });

  test.each([
    ['SDL', 'export const typeDefs = "type Query { ssn: String }";'],
    ['a list of SDL', 'export default ["type Query { a: User }", "type User { ssn: String }"];'],
    ['a promise of SDL', 'export const schema = Promise.resolve("type Query { ssn: String }");'],
  ])('takes a module that exports %s', async (_name, text) => {
    const { out, failed } = await lint(write('schema.mjs', text));
    expect(out).toMatch(/^(Query|User)\.ssn/);
    expect(failed).toBe(true);
  });

  test.each([
    ['missing.graphql', undefined, 'cannot be read'],
    ['broken.graphql', 'type Query {', 'is not GraphQL'],
    ['empty.mjs', 'export const other = 1;', 'exports no schema'],
    ['throws.mjs', 'throw new Error("no database");', 'no database'],
  ])('says what is wrong with %s', async (name, text, message) => {
    const file = text === undefined ? join(directory, name) : write(name, text);
    await expect(lint(file)).rejects.toThrow(message);
  });
});
