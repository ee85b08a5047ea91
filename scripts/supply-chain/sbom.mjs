/** Software bills of materials, CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). The same for the same lock file and frames. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { nameOf, published, runtimeOf } from './lock.mjs';

export const sbomDirectory = join(root, '.cache', 'sbom');

const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** Of a package in the lock file, or of this repository. */
function componentOf(path, entry, optional) {
  const full = nameOf(path, entry);
  const [, group, name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(full);
  const purl = purlOf(full, entry.version);
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group && { group }),
    name,
    version: entry.version,
    scope: optional ? 'optional' : 'required',
    ...(entry.integrity && { hashes: [{ alg: 'SHA-512', content: hexOf(entry.integrity) }] }),
    licenses: / (OR|AND) /.test(entry.license)
      ? [{ expression: entry.license }]
      : [{ license: { id: entry.license } }],
    purl,
  };
}

const hexOf = (integrity) => Buffer.from(integrity.replace(/^sha\d+-/, ''), 'base64').toString('hex');

/** Without a serial number, which is optional and would be another each time. */
const document = (component, components, dependencies) => {
  const { scope: _, ...subject } = component;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { ...timestamp(), component: subject },
    components,
    dependencies,
  };
};

/** When a release was made: of its commit, if the release says so (https://reproducible-builds.org/specs/source-date-epoch/). */
function timestamp() {
  const { SOURCE_DATE_EPOCH: seconds } = process.env;
  return seconds ? { timestamp: new Date(Number(seconds) * 1000).toISOString() } : {};
}

const byRef = (a, b) => (a < b ? -1 : 1);

/** What is installed with a package. */
export function sbomOfPackage(lock, name) {
  const runtime = runtimeOf(lock, name);
  const components = new Map();
  const dependencies = new Map();
  const refOf = (path) => purlOf(nameOf(path, lock.packages[path]), lock.packages[path].version);
  for (const [path, { entry, optional, needs }] of runtime) {
    const ref = refOf(path);
    const known = components.get(ref);
    // The same version at two places is one component.
    if (!known || (known.scope === 'optional' && !optional))
      components.set(ref, componentOf(path, entry, optional));
    const on = dependencies.get(ref) ?? new Set();
    for (const need of needs) on.add(refOf(need));
    dependencies.set(ref, on);
  }
  const subject = components.get(refOf(name));
  components.delete(subject['bom-ref']);
  return document(
    subject,
    [...components.keys()].sort(byRef).map((ref) => components.get(ref)),
    [...dependencies.keys()]
      .sort(byRef)
      .map((ref) => ({ ref, dependsOn: [...dependencies.get(ref)].sort(byRef) })),
  );
}

/** What browsers load: files of this repository, and nothing else. */
export function sbomOfFrames({ package: full, version, files }, { license }) {
  const [group, name] = full.split('/');
  const purl = `${purlOf(full, version)}#dist/frame`;
  const components = Object.entries(files).map(([path, integrity]) => ({
    type: 'file',
    'bom-ref': `${purl}/${path}`,
    name: path,
    hashes: [{ alg: 'SHA-384', content: hexOf(integrity) }],
  }));
  return document(
    {
      type: 'application',
      'bom-ref': purl,
      group,
      name: `${name}/frame`,
      version,
      licenses: [{ license: { id: license } }],
      purl,
    },
    components,
    [{ ref: purl, dependsOn: components.map((component) => component['bom-ref']) }],
  );
}

/** All of them by the name of their file. */
export function sboms(lock, hashes) {
  return {
    ...Object.fromEntries(published.map((name) => [`${name}.cdx.json`, sbomOfPackage(lock, name)])),
    'frame.cdx.json': sbomOfFrames(hashes, lock.packages['secure-frame']),
  };
}

export function writeSBOMs(all, directory = sbomDirectory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [name, sbom] of Object.entries(all))
    writeFileSync(join(directory, name), `${JSON.stringify(sbom, null, 2)}\n`);
}
