#!/usr/bin/env node
/**
 * `npm run docs`: the documentation site, as it changes while one writes; `npm run docs:build` builds it into docs/.vitepress/dist.
 * Both install and build what is missing, and write the generated pages first.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFolders } from './lib/documents.mjs';
import { bold, dim, green, red, seconds, step } from './lib/progress.mjs';
import { prepare } from './lib/servers.mjs';
import { root } from './lib/workspace.mjs';

const since = Date.now();
const isBuild = process.argv[2] === 'build';
const docs = join(root, 'docs');
const reference = join(docs, 'reference');

await prepare();
// Only now: they need what was just installed.
const { build, createServer } = await import('vitepress');
const { copyDocuments, copySources } = await import('./site/repository.mjs');
const { writeSchemaReference } = await import('./site/schema-reference.mjs');
const { writeTypeReference } = await import('./site/type-reference.mjs');

for (const folder of generatedFolders) rmSync(join(root, folder), { recursive: true, force: true });
await run('Copying documents and sources', async () => {
  copyDocuments(docs);
  copySources(docs);
});
await run('Reference of the GraphQL API', () => writeSchemaReference(reference));
await run('Reference of the packages', () => writeTypeReference(reference));

if (isBuild) {
  await run('Building the site', () => build(docs));
  console.log(green(bold(`Built docs/.vitepress/dist in ${seconds(since)}`)));
} else {
  const server = await createServer(docs, { port: Number(process.env.DOCS_PORT ?? 4050), host: 'localhost' });
  await server.listen();
  console.log(`  ${green('●')} ${bold('Docs')} ${server.resolvedUrls.local[0]}  ${dim('stop with Ctrl-C')}`);
}

async function run(name, task) {
  const { code } = await step(name, () =>
    task().then(
      () => ({ code: 0 }),
      (error) => ({ code: 1, output: error.stack }),
    ),
  );
  if (code === 0) return;
  console.error(red(`${name} failed; see above.`));
  process.exit(1);
}
