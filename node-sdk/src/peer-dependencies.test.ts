import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = join(process.cwd(), process.cwd().endsWith('node-sdk') ? 'src' : 'node-sdk/src');

/** Imports of a file that are there at run time. */
const imports = (file: string): string[] =>
  [
    ...readFileSync(join(sources, file), 'utf8').matchAll(/^(?:import|export) (?!type\b)[^;]*?'([^']+)';/gms),
  ].map(([, name]) => name!);

const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('test-support'),
);

test('optional peers are imported for their types only, type-graphql and jest by entries of their own', () => {
  const optional = files.flatMap((file) =>
    imports(file)
      .filter((name) =>
        /^(@apollo\/|@aws-sdk\/|@jest\/|@envelop\/|express|fastify|graphql-yoga|type-graphql|knex|mongodb|better-sqlite3|mysql2|pg$)/.test(
          name,
        ),
      )
      .map((name) => `${file}: ${name}`),
  );
  expect(optional.sort()).toEqual([
    join('testing', 'jest.ts') + ': @jest/globals',
    join('type-graphql', 'token.ts') + ': type-graphql',
  ]);
});
