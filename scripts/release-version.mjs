#!/usr/bin/env node
/** `npm run release:version`: makes the next version of what `.changeset` holds, with its change logs, everywhere. */
import { join } from 'node:path';
import { requireNode, root, run } from './lib/workspace.mjs';
import { pendingChanges } from './release/checks.mjs';
import { writeVersion } from './release/version.mjs';
import { published, readJSON } from './supply-chain/lock.mjs';

requireNode();
const isPreview = process.argv.includes('--dry-run');
if (pendingChanges(root).length === 0) {
  console.error(
    'Nothing has changed for users since the last version: .changeset is empty. npm run changeset writes one.',
  );
  process.exit(1);
}
if (isPreview) process.exit((await run('npx', ['changeset', 'status', '--verbose'])).code);

await must('npx', ['changeset', 'version']);
const { version } = readJSON(join(published[0], 'package.json'));
writeVersion(root, version);
await must('npm', ['run', 'frame:hashes']);
await must('npx', [
  'prettier',
  '--write',
  '--log-level',
  'warn',
  ...published.map((path) => `${path}/CHANGELOG.md`),
]);
console.log(
  `\nThis is ${version} now. Read the change logs, then: git commit -am "Release ${version}", git tag v${version}, npm run release -- --dry-run`,
);

async function must(command, args) {
  const { code } = await run(command, args);
  if (code !== 0) process.exit(code);
}
