#!/usr/bin/env node
/** `npm test`: installs and builds what is missing, then proves everything that can run on this machine. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bold, green, red, seconds, step, yellow } from './lib/progress.mjs';
import { createTestServices } from './lib/test-services.mjs';
import { build, install, isInstalled, requireNode, root, run } from './lib/workspace.mjs';

requireNode();
const since = Date.now();
const tests = { passed: 0, failed: [], unsteady: [], skipped: [] };
const services = createTestServices();
/** Where one of them cannot be had its tests are skipped; in CI, where all must run, that is a failure. */
const refusal = process.env.CI ? 'In CI every service must be there: see scripts/services.' : undefined;

const steps = [
  ['Installing dependencies (npm ci)', () => (isInstalled() ? { code: 0 } : install())],
  ['Building the packages', build],
  ['Checking types', () => run('npm', ['run', 'typecheck'], { quiet: true })],
  ['Linting', () => run('npm', ['run', 'lint'], { quiet: true })],
  ['Checking the format', () => run('npm', ['run', 'format:check'], { quiet: true })],
  ['Measuring what browsers load', () => run('npm', ['run', 'size'], { quiet: true })],
  ['Building the documentation', () => run('npm', ['run', 'docs:build'], { quiet: true })],
  ['Starting MongoDB, S3 and KMS', () => services.start({ refusal })],
  ['Unit and contract tests', () => jest('unit')],
  ['End-to-end tests in Chromium', () => jest('e2e')],
  // These download: examples' dependencies and other versions of Node. Not each time, and not without a network.
  ...(process.env.CI === 'true'
    ? [
        ['Examples, with the packed SDK', () => run('npm', ['run', 'pack-check'], { quiet: true })],
        ['The SDK on Node 22 and 24', () => run('npm', ['run', 'node-versions'], { quiet: true })],
      ]
    : []),
];

let failures = 0;
for (const [name, task] of steps) {
  const { code } = await step(name, task);
  if (code === 0) continue;
  failures++;
  // Without dependencies or a build nothing after can mean anything.
  if (name === steps[0][0] || name === steps[1][0]) break;
}

await services.stop();

if (tests.failed.length > 0) {
  // Named once more, last: what failed first may have scrolled far away.
  console.log(red('\nFailed:'));
  for (const { name, before } of tests.failed)
    console.log(`  - ${name}${before ? `\n    at the first attempt: ${before}` : ''}`);
}
if (tests.unsteady.length > 0) {
  console.log(yellow('\nPassed only at the second attempt:'));
  for (const { name, why } of tests.unsteady) console.log(`  - ${name}\n    ${why}`);
}
if (tests.skipped.length > 0) {
  console.log(yellow('\nSkipped here:'));
  for (const name of tests.skipped) console.log(`  - ${name}`);
  for (const { name, why } of services.missing) console.log(`  There is no ${name} here: ${why}.`);
}
console.log(
  `\n${failures === 0 ? green(bold('All green')) : red(bold(`${failures} step(s) failed`))} in ${seconds(since)}`,
);
console.log(`${tests.passed} passed, ${tests.failed.length} failed, ${tests.skipped.length} skipped`);
process.exit(failures === 0 && tests.passed > 0 ? 0 : 1);

/** Runs one jest script and adds its counts; a run in which no test executed has failed. */
async function jest(script) {
  const file = join(root, '.cache', `jest-${script}.json`);
  rmSync(file, { force: true });
  const result = await run('npm', ['run', script, '--', '--json', `--outputFile=${file}`, '--silent=false'], {
    quiet: true,
    env: services.environment,
  });
  if (!existsSync(file)) return { code: 1, output: result.output };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  tests.passed += report.numPassedTests;
  for (const suite of report.testResults) {
    // A file that could not be loaded has no test to name.
    if (suite.status === 'failed' && suite.assertionResults.length === 0)
      tests.failed.push({ name: relative(root, suite.name) });
    for (const test of suite.assertionResults) {
      const name = `${relative(root, suite.name)}: ${test.fullName}`;
      const before = test.retryReasons?.[0]?.split('\n')[0];
      if (test.status === 'failed') tests.failed.push({ name, before });
      if (test.status === 'passed' && before) tests.unsteady.push({ name, why: before });
      if (test.status === 'pending' || test.status === 'todo') tests.skipped.push(test.fullName);
    }
  }
  const failed = report.testResults
    .filter((suite) => suite.status === 'failed')
    .map((suite) => suite.message);
  const code = result.code !== 0 || report.numPassedTests === 0 ? 1 : 0;
  return { code, output: failed.join('\n') || result.output };
}
