#!/usr/bin/env node
/**
 * `npm run release -- --dry-run`: what a release would do, without doing it; with `--tests` also all tests and checks, which take
 * long. `--publish` publishes; only .github/workflows/release.yml does that, as provenance says which workflow built a package.
 * `--repository <url>` writes down where this repository lives, once.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bold, green, red, seconds, yellow } from './lib/progress.mjs';
import { requireNode, root } from './lib/workspace.mjs';
import * as checks from './release/checks.mjs';
import { kustomization } from './release/version.mjs';
import { publishedHashes } from './supply-chain/frame-hashes.mjs';
import { published, readJSON, readLock, readManifests } from './supply-chain/lock.mjs';

requireNode();
const { values: options } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    tests: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    repository: { type: 'string' },
  },
});
if (options.repository !== undefined) {
  checks.setRepository(options.repository);
  console.log('Written. Look at it, run npm install --package-lock-only, and commit.');
  process.exit(0);
}
if (options['dry-run'] === options.publish) {
  console.error('Say --dry-run, to see what would be done, or --publish.');
  process.exit(2);
}

const since = Date.now();
const { version } = readJSON('lerna.json');
const manifests = readManifests();
const folder = mkdtempSync(join(tmpdir(), 'lunasec-release-'));
let failed = 0;
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

console.log(bold(`${options.publish ? 'Publishing' : 'A dry run of publishing'} ${version}`));
await check('everything is committed', checks.checkTree);
await check(`the commit is tagged v${version}`, () => checks.checkTag(version), { mayBeLater: true });
await check('its change logs have every change', checks.checkChanges, { mayBeLater: true });
await check('one version everywhere', () =>
  checks.checkVersions({
    version,
    manifests,
    lock: readLock(),
    hashes: publishedHashes(),
    image: readFileSync(join(root, kustomization), 'utf8'),
  }),
);
await check('packages are public, with provenance and licence, and run nothing when installed', () =>
  checks.checkManifests(manifests),
);
await check('packages say where they come from', () => checks.checkRepository(manifests), {
  mayBeLater: true,
});
if (options.publish) {
  await check('this is the workflow that publishes', () =>
    process.env.GITHUB_ACTIONS === 'true' && process.env.ACTIONS_ID_TOKEN_REQUEST_URL
      ? []
      : ['there is nobody here who could vouch for where it was built'],
  );
  // Tests run what others wrote: not where something may be published.
  await check('this commit passed its tests in a job of its own', async () =>
    process.env.RELEASE_TESTED_COMMIT === (await checks.head())
      ? []
      : [`RELEASE_TESTED_COMMIT is ${process.env.RELEASE_TESTED_COMMIT}`],
  );
}
if (failed > 0) end();

const epoch = await checks.commitTime();
await check('a fresh clone, installed by the lock file without install scripts', async () => {
  await command('git', ['clone', '--quiet', '--no-hardlinks', root, folder], root);
  await command('git', ['checkout', '--quiet', '--detach', await checks.head()]);
  await command('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  return [];
});
if (failed > 0) end();
await check('it builds, and its frames are the published ones', async () => {
  await command('npm', ['run', 'build']);
  await command('node', ['tokenizer-api/dist/main.js', 'verify-frames']);
  return [];
});
if (failed > 0) end();
if (options.tests) {
  await check('all tests (.ci/run)', async () => {
    await command('npm', ['rebuild', 'better-sqlite3']);
    await command('bash', ['.ci/run']);
    return [];
  });
  await check('npm run supply-chain, with an audit', async () => {
    await command('npm', ['run', 'supply-chain'], folder, { LUNASEC_AUDIT: 'required' });
    return [];
  });
} else if (!options.publish) console.log(`${yellow('? not run:')} tests (--tests runs them)`);
await check('bills of materials', async () => {
  await command('npm', ['run', 'sbom'], folder, { SOURCE_DATE_EPOCH: epoch });
  return [];
});
if (failed > 0) end();

for (const name of published) {
  const isDone = await check(`npm publish ${manifests[name].name}@${version}`, () => publish(name));
  // The next ones depend on it.
  if (!isDone) break;
}
end();

async function publish(name) {
  if (options.publish && (await isPublished(name))) return [];
  const args = ['publish', '--provenance', '--access', 'public', '--ignore-scripts', '--json'];
  if (version.includes('-')) args.push('--tag', 'next');
  if (!options.publish) args.push('--dry-run');
  const output = await command('npm', args, join(folder, name));
  const answer = JSON.parse(output.slice(output.indexOf('{')));
  const { files, size, integrity } = answer[manifests[name].name] ?? answer;
  console.log(`    ${files.length} files, ${size} bytes, ${integrity}`);
  return files.some(({ path }) => /(^|\/)(src|node_modules)\/|\.test\.|\.env/.test(path))
    ? ['it has files that are nobody’s business']
    : [];
}

/** So that a release that broke off can go on. */
const isPublished = (name) =>
  command('npm', ['view', `${manifests[name].name}@${version}`, 'version']).then(
    (text) => text.trim() === version,
    () => false,
  );

/** Says whether it holds. What `mayBeLater` need not be so in a dry run. */
async function check(name, look, { mayBeLater = false } = {}) {
  const began = Date.now();
  const complaints = await Promise.resolve()
    .then(look)
    .catch((error) => [
      (error.stderr || error.stdout || error.message).trim().split('\n').slice(-5).join('\n    '),
    ]);
  const isLater = complaints.length > 0 && mayBeLater && !options.publish;
  if (complaints.length > 0 && !isLater) failed++;
  const took = Date.now() - began > 2000 ? ` ${seconds(began)}` : '';
  console.log(
    `${complaints.length === 0 ? green('✓') : isLater ? yellow('! before it is published:') : red('✗')} ${name}${took}`,
  );
  for (const complaint of complaints) console.log(`    ${complaint}`);
  return complaints.length === 0;
}

async function command(name, args, cwd = folder, env = {}) {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(name, args, options)).stdout;
}

function end() {
  console.log(
    `\n${failed === 0 ? green(bold('Done')) : red(bold('Nothing more is done'))} in ${seconds(since)}`,
  );
  process.exit(failed === 0 ? 0 : 1);
}
