import { describe, expect, test } from '@jest/globals';
import { buildSchema, findBreakingChanges } from 'graphql';
import { readFile } from 'node:fs/promises';
import { createSchema } from './schema.js';

const released = await readFile(new URL('../../released/schema.graphql', import.meta.url), 'utf8');

describe('clients of the last release', () => {
  test('go on working; if they are not meant to: npm run schema:release -- --breaking', async () => {
    expect(findBreakingChanges(buildSchema(released), await createSchema())).toEqual([]);
  });

  test.each([
    ['a field is gone', /^ {2}sessionId: ID\n/m, '  sessionId: ID\n  gone: Int\n', 'FIELD_REMOVED'],
    ['an argument is gone', 'token(id: ID!)', 'token(id: ID!, gone: Int)', 'ARG_REMOVED'],
    ['an answer may be null now', /^ {2}sessionId: ID$/m, '  sessionId: ID!', 'FIELD_CHANGED_KIND'],
    ['an argument has become required', 'token(id: ID!)', 'token(id: ID)', 'ARG_CHANGED_KIND'],
    ['a code is gone', 'enum ProblemCode {', 'enum ProblemCode {\n  GONE', 'VALUE_REMOVED_FROM_ENUM'],
  ])('it shows when %s', async (_, now, before, type) => {
    const older = released.replace(now, before);
    expect(older).not.toBe(released);
    const changes = findBreakingChanges(buildSchema(older), await createSchema());
    expect(changes.map((change) => change.type)).toEqual([type]);
  });
});
