#!/usr/bin/env node
/**
 * `npm run prove [-- <name> …]`: the attacks, random cases, histories, faults and load of docs/testing.md in full, with a
 * table of what was tried. `npm test` runs the quick part of each.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bold, green, red, seconds, step } from './lib/progress.mjs';
import { createTestServices } from './lib/test-services.mjs';
import { build, install, isInstalled, requireNode, root, run } from './lib/workspace.mjs';

/** Each with the files that jest runs for it, by project. */
const proofs = {
  'hostile-page': { name: 'Hostile page', projects: ['e2e'], files: 'hostile-page' },
  'hostile-client': { name: 'Hostile API client', projects: ['e2e'], files: 'e2e/hostile-client/' },
  fuzz: {
    name: 'Fuzzing and vectors',
    projects: ['secure-frame', 'tokenizer-api', 'node-sdk'],
    files: String.raw`\.(fuzz|vectors)\.test`,
  },
  directive: { name: 'The directive against its oracle', projects: ['node-sdk'], files: 'directive/oracle' },
  model: { name: 'Model check', projects: ['tokenizer-api'], files: 'model-check' },
  faults: { name: 'Faults', projects: ['e2e'], files: 'faults/' },
  load: { name: 'Load and soak', script: 'soak' },
  'supply-chain': { name: 'Supply chain', script: 'supply-chain' },
};

requireNode();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(proofs, name));
if (unknown.length > 0) {
  console.error(`There is no proof "${unknown[0]}". There are: ${Object.keys(proofs).join(', ')}.`);
  process.exit(2);
}
const chosen = Object.keys(proofs).filter((name) => wanted.length === 0 || wanted.includes(name));

const since = Date.now();
const figuresFile = join(root, '.cache', 'proof-figures.jsonl');
mkdirSync(join(root, '.cache'), { recursive: true });
writeFileSync(figuresFile, '');
const services = createTestServices();

for (const [name, task] of [
  ['Installing dependencies (npm ci)', () => (isInstalled() ? { code: 0 } : install())],
  ['Building the packages', build],
  [
    'Starting MongoDB, S3 and KMS',
    () => services.start({ refusal: 'A proof needs every service: see scripts/services.' }),
  ],
])
  if ((await step(name, task)).code !== 0) {
    // Some of the services may have been started.
    await services.stop();
    process.exit(1);
  }

const results = [];
for (const name of chosen) {
  const proof = proofs[name];
  const began = Date.now();
  const { code } = await step(proof.name, () => prove(proof));
  results.push({ proof, holds: code === 0, took: seconds(began) });
}
await services.stop();

const figures = readFileSync(figuresFile, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
console.log(bold('\nProofs'));
for (const { proof, holds, took } of results)
  console.log(`${holds ? green('✓ holds ') : red('✗ fails ')} ${proof.name} ${took}`);
console.log(bold('\nWhat was tried'));
const width = Math.max(0, ...figures.map(({ proof }) => proof.length));
for (const { proof, figures: tried } of figures)
  console.log(
    `${proof.padEnd(width)}  ${Object.entries(tried)
      .map(([what, count]) => `${typeof count === 'number' ? count.toLocaleString('en') : count} ${what}`)
      .join(', ')}`,
  );
const failed = results.filter(({ holds }) => !holds);
console.log(
  `\n${failed.length === 0 ? green(bold('All hold')) : red(bold(`${failed.length} failed`))} in ${seconds(since)}`,
);
process.exit(failed.length === 0 ? 0 : 1);

function prove({ projects, files, script }) {
  const env = { ...services.environment, LUNASEC_PROOF: 'whole', LUNASEC_PROOF_FIGURES: figuresFile };
  // A test that fails may leave servers behind, which would keep jest from ending, and its report from being seen.
  const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', '--forceExit'];
  return script
    ? run('npm', ['run', script], { quiet: true, env })
    : run(process.execPath, [...jest, files, '--selectProjects', ...projects], {
        quiet: true,
        env,
      });
}
