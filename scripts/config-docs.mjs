#!/usr/bin/env node
/** `npm run docs:config`: writes the reference and the JSON Schema of the tokenizer's settings, after a build. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configJSONSchema } from '../tokenizer-api/dist/config/catalog.js';
import { configReference } from '../tokenizer-api/dist/config/reference.js';
import { root } from './lib/workspace.mjs';

for (const [path, text] of [
  ['docs/configuration.md', configReference()],
  ['tokenizer-api/config.schema.json', JSON.stringify(configJSONSchema())],
]) {
  const filepath = join(root, path);
  await writeFile(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  console.log(`Wrote ${path}`);
}
