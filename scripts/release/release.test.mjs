import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../lib/workspace.mjs';
import { publishedHashes } from '../supply-chain/frame-hashes.mjs';
import { published, readJSON, readLock, readManifests } from '../supply-chain/lock.mjs';
import { checkManifests, checkRepository, checkVersions, pendingChanges } from './checks.mjs';
import { kustomization, writeVersion } from './version.mjs';

const manifests = readManifests();
const { version } = readJSON('lerna.json');
const image = readFileSync(join(root, kustomization), 'utf8');
const parts = { version, manifests, lock: readLock(), hashes: publishedHashes(), image };

describe('a release', () => {
  test('has one version everywhere', () => {
    expect(checkVersions(parts)).toEqual([]);
    const other = structuredClone(manifests);
    other['node-sdk'].version = '0.2.0';
    other['tokenizer-api'].dependencies['@lunasec/secure-frame'] = '^0.1.0';
    expect(checkVersions({ ...parts, manifests: other }).join()).toMatch(
      /tokenizer-api wants @lunasec\/secure-frame \^0\.1\.0.*node-sdk has version 0\.2\.0/,
    );
    expect(checkVersions({ ...parts, hashes: { ...parts.hashes, version: '0.0.9' } })).toHaveLength(1);
    expect(checkVersions({ ...parts, image: image.replace(version, '0.0.9') })).toHaveLength(1);
  });

  test('makes the next version of its changesets: in every package, in step, with change logs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lunasec-version-'));
    const read = (path) => readFileSync(join(folder, path), 'utf8');
    try {
      const { workspaces } = manifests[''];
      for (const path of [
        'package.json',
        'package-lock.json',
        'lerna.json',
        kustomization,
        '.changeset/config.json',
        ...workspaces.map((workspace) => `${workspace}/package.json`),
      ])
        cpSync(join(root, path), join(folder, path));
      writeFileSync(
        join(folder, '.changeset/fast.md'),
        "---\n'@lunasec/node-sdk': minor\n---\n\nIt is fast.\n",
      );
      execFileSync('git', ['init', '--quiet'], { cwd: folder });
      execFileSync(process.execPath, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'], {
        cwd: folder,
      });
      const next = readJSON('react-sdk/package.json', folder).version;
      expect(next).not.toBe(version);
      writeVersion(folder, next);
      expect(readJSON('lerna.json', folder).version).toBe(next);
      expect(
        checkVersions({
          version: next,
          manifests: readManifests(folder),
          lock: readJSON('package-lock.json', folder),
          hashes: { version: next },
          image: read(kustomization),
        }),
      ).toEqual([]);
      expect(read('node-sdk/CHANGELOG.md')).toMatch(new RegExp(`## ${next}[^]*It is fast`));
      expect(pendingChanges(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is public, with provenance and its licence, and runs nothing where it is installed', () => {
    expect(checkManifests(manifests)).toEqual([]);
    const other = structuredClone(manifests);
    other['react-sdk'].publishConfig = { access: 'public' };
    other['node-sdk'].scripts.postinstall = 'node x.js';
    expect(checkManifests(other)).toEqual([
      expect.stringContaining('node-sdk would run postinstall'),
      expect.stringContaining('react-sdk would be published without provenance'),
    ]);
  });

  test('says in every package where it comes from, or nowhere yet', () => {
    const withURL = structuredClone(manifests);
    const url = 'git+https://github.com/owner/name.git';
    withURL[''].repository = { type: 'git', url };
    for (const path of published) withURL[path].repository = { type: 'git', url, directory: path };
    expect(checkRepository(withURL)).toEqual([]);
    withURL['node-sdk'].repository.url = 'git+https://github.com/other/name.git';
    expect(checkRepository(withURL)).toEqual([expect.stringContaining('node-sdk')]);
    delete withURL[''].repository;
    expect(checkRepository(withURL)).toEqual([expect.stringContaining('--repository')]);
    // Once it is there it is right.
    if (manifests[''].repository) expect(checkRepository(manifests)).toEqual([]);
  });

  test('is published in the order of its dependencies', () => {
    for (const [index, path] of published.entries())
      for (const name of Object.keys(manifests[path].dependencies ?? {}))
        if (name.startsWith('@lunasec/'))
          expect(published.slice(0, index)).toContain(name.replace('@lunasec/', ''));
  });
});

describe('workflows', () => {
  const folder = join(root, '.github/workflows');
  const workflows = readdirSync(folder).map((name) => [
    name,
    parse(readFileSync(join(folder, name), 'utf8')),
  ]);
  const jobsOf = ({ jobs }) => Object.entries(jobs);
  const stepsOf = (workflow) => jobsOf(workflow).flatMap(([, { steps }]) => steps);

  test.each(workflows)(
    '%s uses actions by commit, and keeps no credentials in the checkout',
    (_, workflow) => {
      const uses = stepsOf(workflow).filter((step) => step.uses);
      expect(uses.length).toBeGreaterThan(0);
      for (const { uses: action, with: parameters } of uses) {
        expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
        if (action.startsWith('actions/checkout@')) expect(parameters['persist-credentials']).toBe(false);
      }
    },
  );

  test.each(workflows)(
    '%s may read the sources, and one job that runs no test may ask for provenance',
    (name, workflow) => {
      expect(workflow.permissions).toEqual({ contents: 'read' });
      const more = jobsOf(workflow).filter(([, { permissions }]) => permissions);
      expect(more.map(([job, { permissions }]) => [job, permissions])).toEqual(
        name === 'release.yml' ? [['publish', { contents: 'read', 'id-token': 'write' }]] : [],
      );
      for (const [, { steps, needs }] of more) {
        expect(needs).toBe('test');
        expect(JSON.stringify(steps)).not.toMatch(/npm test|\.ci\/run|--tests/);
      }
    },
  );

  test.each(workflows)(
    '%s has no secret, takes no text of others into its commands, and installs by the lock file',
    (_, workflow) => {
      const text = JSON.stringify(workflow);
      expect(text).not.toMatch(/secrets\.|pull_request_target|workflow_run/);
      for (const { run = '' } of stepsOf(workflow)) {
        expect(run).not.toContain('${{');
        if (/npm (i|install|ci)\b/.test(run))
          expect(run).toMatch(
            /^npm (ci --ignore-scripts|install --global --ignore-scripts npm@\d+\.\d+\.\d+)$/,
          );
      }
    },
  );

  test('ci.yml runs what CI runs everywhere', () => {
    expect(stepsOf(Object.fromEntries(workflows)['ci.yml']).map(({ run }) => run)).toContain('.ci/run');
    expect(existsSync(join(root, '.ci/run'))).toBe(true);
  });

  test('release.yml publishes only the commit that passed its tests', () => {
    const { publish, test: tests } = Object.fromEntries(workflows)['release.yml'].jobs;
    expect(tests.steps.map(({ run }) => run)).toContain('npm run release -- --dry-run --tests');
    const [step] = publish.steps.filter(({ run = '' }) => run.includes('--publish'));
    expect(step.env.RELEASE_TESTED_COMMIT).toBe('${{ needs.test.outputs.commit }}');
    expect(tests.outputs.commit).toBe('${{ steps.commit.outputs.sha }}');
  });
});
