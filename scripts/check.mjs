#!/usr/bin/env node
/**
 * `npm run check [-- --since <commit>]`: what tells most in less than a minute: types, lint and format, and the unit tests that
 * have to do with what was changed since the commit (default: with what is not committed). `npm test` is the whole.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bold, dim, green, red, seconds, step } from './lib/progress.mjs';
import { build, install, isBuilt, isInstalled, packages, requireNode, root, run } from './lib/workspace.mjs';

requireNode();
const { values: options } = parseArgs({ options: { since: { type: 'string', default: 'HEAD' } } });
const begun = Date.now();
const git = (...args) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
const changed = [
  ...new Set([
    ...git('diff', '--name-only', options.since, '--'),
    ...git('ls-files', '--others', '--exclude-standard'),
  ]),
].filter((file) => existsSync(`${root}/${file}`));
const scripts = changed.filter((file) => /\.(ts|tsx|mjs|js)$/.test(file));
console.log(dim(`${changed.length} changed files since ${options.since}`));

const steps = [
  ['Installing dependencies (npm ci)', () => (isInstalled() ? { code: 0 } : install())],
  // Packages compile each other's types: they are checked by the build.
  ['Building the packages', () => (isBuilt() ? { code: 0 } : build())],
  ['Checking types', () => quiet('npx', ['lerna', 'run', 'typecheck', ...scopes()])],
  ['Linting what changed', () => onChanged(scripts, 'eslint', ['--max-warnings', '0', '--no-warn-ignored'])],
  [
    'Checking the format of what changed',
    () => onChanged(changed, 'prettier', ['--check', '--ignore-unknown']),
  ],
  [
    'Unit tests of what changed',
    () =>
      scripts.length === 0
        ? { code: 0 }
        : quiet('npm', ['run', 'unit', '--', '--passWithNoTests', '--findRelatedTests', ...scripts]),
  ],
];

let failed = 0;
for (const [name, task] of steps) if ((await step(name, task)).code !== 0) failed++;
console.log(
  `\n${failed === 0 ? green(bold('All green')) : red(bold(`${failed} step(s) failed`))} in ${seconds(begun)}; npm test proves the rest`,
);
process.exit(failed === 0 ? 0 : 1);

function quiet(command, args) {
  return run(command, args, { quiet: true });
}

function onChanged(files, command, args) {
  return files.length === 0 ? { code: 0 } : quiet('npx', [command, ...args, ...files]);
}

/** The packages that changed, and those that import them; all where something else changed that they have in common. */
function scopes() {
  const own = packages.filter((name) => changed.some((file) => file.startsWith(`${name}/`)));
  if (own.length === 0)
    return changed.some((file) => file.startsWith('tsconfig')) ? [] : ['--scope', '@lunasec/proof'];
  return [...own.flatMap((name) => ['--scope', `@lunasec/${name}`]), '--include-dependents'];
}
