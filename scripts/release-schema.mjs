#!/usr/bin/env node
/**
 * `npm run schema:release`, with every release of the tokenizer: makes schema.graphql the one that the next changes are
 * compared with, and says what changed for clients. With breaking changes it asks for `-- --breaking`, as they need a
 * new major version.
 */
import { findBreakingChanges, findDangerousChanges, buildSchema } from 'graphql';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { green, red, yellow } from './lib/progress.mjs';
import { root } from './lib/workspace.mjs';

const current = join(root, 'schema.graphql');
const released = join(root, 'tokenizer-api/released/schema.graphql');
const schemas = await Promise.all(
  [released, current].map(async (path) => buildSchema(await readFile(path, 'utf8'))),
);
const breaking = findBreakingChanges(...schemas);
for (const { description } of breaking) console.log(red(`breaking   ${description}`));
for (const { description } of findDangerousChanges(...schemas))
  console.log(yellow(`dangerous  ${description}`));

if (breaking.length > 0 && !process.argv.includes('--breaking')) {
  console.error('\nClients would break. Take the changes back, or release a major version: -- --breaking');
  process.exit(1);
}
await copyFile(current, released);
console.log(green('schema.graphql is the released one now; commit it with the new version.'));
