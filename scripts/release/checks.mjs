/** What has to be so before anything is published. Each gives complaints. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../lib/workspace.mjs';
import { dependencyKinds, published } from '../supply-chain/lock.mjs';
import { kustomization } from './version.mjs';

const run = promisify(execFile);
const git = async (...args) => (await run('git', args, { cwd: root })).stdout.trim();

export const head = () => git('rev-parse', 'HEAD');
/** Of the last commit, in seconds since 1970. */
export const commitTime = () => git('log', '-1', '--format=%ct');

export async function checkTree() {
  const changed = await git('status', '--porcelain');
  return changed ? [`not committed: ${changed.replaceAll('\n', ',')}`] : [];
}

export async function checkTag(version) {
  const tags = (await git('tag', '--points-at', 'HEAD')).split('\n');
  return tags.includes(`v${version}`) ? [] : [`this commit has no tag v${version}`];
}

/** What `.changeset` of a folder holds for the next version, by the names of its files. */
export const pendingChanges = (folder) =>
  readdirSync(join(folder, '.changeset')).filter((name) => name.endsWith('.md') && name !== 'README.md');

export const checkChanges = () =>
  pendingChanges(root).map((name) => `.changeset/${name} is in no change log: npm run release:version`);

/** One version everywhere. `manifests`: of the root (`''`) and the workspaces; `image`: what names the image's tag. */
export function checkVersions({ version, manifests, lock, hashes, image }) {
  const complaints = [];
  const names = new Map(Object.values(manifests).map((manifest) => [manifest.name, manifest]));
  for (const [path, manifest] of Object.entries(manifests)) {
    if (path === '') continue;
    if (manifest.version !== version)
      complaints.push(`${path} has version ${manifest.version}, not ${version}`);
    if (lock.packages[path]?.version !== manifest.version)
      complaints.push(`the lock file has another version of ${path}`);
    for (const kind of dependencyKinds)
      for (const [name, wanted] of Object.entries(manifest[kind] ?? {}))
        if (names.has(name) && wanted !== version)
          complaints.push(`${path} wants ${name} ${wanted}, not ${version}`);
  }
  if (hashes.version !== version)
    complaints.push(`frame-hashes.json is of version ${hashes.version}: npm run frame:hashes`);
  if (!image.includes(`newTag: ${version}\n`)) complaints.push(`${kustomization} has another image`);
  return complaints;
}

/** That everybody may install them, from packages that say where they were built and under which licence. */
export function checkManifests(manifests) {
  const complaints = [];
  for (const path of published) {
    const { private: isPrivate, publishConfig, license, files, scripts = {} } = manifests[path];
    if (isPrivate) complaints.push(`${path} is private`);
    if (publishConfig?.access !== 'public' || publishConfig.provenance !== true)
      complaints.push(`${path} would be published without provenance, or not for everybody`);
    if (license !== manifests[''].license) complaints.push(`${path} has another licence`);
    if (!files?.includes('dist')) complaints.push(`${path} does not say what it is made of`);
    const text = join(root, path, 'LICENSE');
    if (!existsSync(text) || !readFileSync(text).equals(readFileSync(join(root, 'LICENSE'))))
      complaints.push(`${path}/LICENSE is not the LICENSE of the repository`);
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare'])
      if (name in scripts) complaints.push(`${path} would run ${name} where it is installed`);
  }
  return complaints;
}

/** `repository` of package.json, which provenance is checked against, in every package. */
export function checkRepository(manifests) {
  const url = manifests[''].repository?.url;
  if (!url)
    return [
      'package.json has no repository, which provenance needs: npm run release -- --repository https://github.com/<owner>/<name>',
    ];
  return published
    .filter(
      (path) => manifests[path].repository?.url !== url || manifests[path].repository.directory !== path,
    )
    .map((path) => `${path}/package.json has another repository: npm run release -- --repository ${url}`);
}

/** Writes `repository`, `bugs` and `homepage` of all that is published. */
export function setRepository(address) {
  const url = new URL(address);
  if (url.protocol !== 'https:' || !/^\/[\w.-]+\/[\w.-]+$/.test(url.pathname))
    throw new Error('It must be like https://github.com/<owner>/<name>.');
  const home = `${url.origin}${url.pathname.replace(/\.git$/, '')}`;
  for (const path of ['', ...published]) {
    const file = join(root, path, 'package.json');
    const { name, version, description, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    const manifest = {
      name,
      ...(version && { version }),
      description,
      ...rest,
      repository: { type: 'git', url: `git+${home}.git`, ...(path && { directory: path }) },
      bugs: `${home}/issues`,
      homepage: path ? `${home}/tree/HEAD/${path}` : home,
    };
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  }
}
