/** One version everywhere: in whatever names it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dependencyKinds, readManifests } from '../supply-chain/lock.mjs';

export const kustomization = 'deploy/kubernetes/kustomization.yaml';

function editJSON(file, edit) {
  const value = JSON.parse(readFileSync(file, 'utf8'));
  edit(value);
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Gives the workspaces below a folder the version, with their lock file, lerna.json and the tag of the image. */
export function writeVersion(folder, version) {
  const { '': main, ...manifests } = readManifests(folder);
  const names = new Set(Object.values(manifests).map(({ name }) => name));
  const update = (manifest) => {
    manifest.version = version;
    for (const kind of dependencyKinds)
      for (const name of Object.keys(manifest[kind] ?? {}))
        if (names.has(name)) manifest[kind][name] = version;
  };
  for (const path of main.workspaces) editJSON(join(folder, path, 'package.json'), update);
  editJSON(join(folder, 'package-lock.json'), ({ packages }) => {
    for (const path of main.workspaces) update(packages[path]);
  });
  editJSON(join(folder, 'lerna.json'), (lerna) => (lerna.version = version));
  const image = join(folder, kustomization);
  const before = readFileSync(image, 'utf8');
  const after = before.replace(/^(\s*newTag:) .*$/m, `$1 ${version}`);
  if (!after.includes(`newTag: ${version}`)) throw new Error(`${kustomization} names no tag of the image`);
  writeFileSync(image, after);
}
