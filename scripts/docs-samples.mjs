#!/usr/bin/env node
/** `npm run docs:samples`: copies the samples that documents name from their files. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documents } from './lib/documents.mjs';
import { withSamples } from './lib/samples.mjs';
import { root } from './lib/workspace.mjs';

for (const name of documents(root)) {
  const file = join(root, name);
  const before = readFileSync(file, 'utf8');
  const after = await withSamples(before, { root });
  if (after === before) continue;
  writeFileSync(file, after);
  console.log(`Wrote ${name}`);
}
