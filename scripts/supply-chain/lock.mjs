/** The lock file: what is installed, from where, and whether npm can tell that it is that. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';

/** What is published to the registry, in the order of their dependencies. */
export const published = ['secure-frame', 'tokenizer-api', 'node-sdk', 'react-sdk'];

export const readJSON = (path, folder = root) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
export const readLock = () => readJSON('package-lock.json');

/** The name of a package in the registry, of its place in the lock file. */
export const nameOf = (path, entry) => entry.name ?? path.replace(/^.*node_modules\//, '');

/** `[path, entry]` of everything that comes from a registry. */
export const installed = (lock) =>
  Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);

/** Where Node finds a package that is imported from a path: there, or in a folder further up. */
export function resolve({ packages }, from, name) {
  for (let at = from; ; at = at.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$|(^|\/)[^/]+$/, '')) {
    const path = `${at ? `${at}/` : ''}node_modules/${name}`;
    if (packages[path]) return packages[path].link ? packages[path].resolved : path;
    if (at === '') return undefined;
  }
}

/** What a package needs to run: `[name, isOptional]`. */
const needs = ({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}) => [
  ...Object.keys(dependencies)
    .filter((name) => !(name in optionalDependencies))
    .map((name) => [name, false]),
  ...Object.keys(optionalDependencies).map((name) => [name, true]),
  ...Object.keys(peerDependencies)
    .filter((name) => !peerDependenciesMeta[name]?.optional)
    .map((name) => [name, false]),
];

/**
 * What is installed with a package, without development, by its path: `{ entry, optional, needs }`, where `needs` are paths and
 * `optional` is what only optional dependencies need.
 */
export function runtimeOf(lock, start) {
  const found = new Map();
  const visit = (path, optional) => {
    const known = found.get(path);
    if (known && (!known.optional || optional)) return;
    const entry = lock.packages[path];
    const all = needs(entry)
      .map(([name, isOptional]) => ({ path: resolve(lock, path, name), isOptional }))
      .filter((need) => need.path !== undefined);
    found.set(path, { entry, optional, needs: all.map((need) => need.path) });
    for (const need of all) visit(need.path, optional || need.isOptional);
  };
  visit(start, false);
  return found;
}

export const dependencyKinds = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
];

/** All that is wrong with a lock file. `manifests`: those of the root (`''`) and the workspaces, by their path. */
export function complaintsAbout(lock, manifests) {
  const complaints = [];
  if (lock.lockfileVersion !== 3) complaints.push(`lockfileVersion is ${lock.lockfileVersion}, not 3`);
  for (const [path, entry] of installed(lock)) {
    const name = nameOf(path, entry);
    if (!/^\d+\.\d+\.\d+/.test(entry.version ?? '')) complaints.push(`${path} has no version`);
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? ''))
      complaints.push(`${path} has no SHA-512`);
    // npm leaves it out where it is what the registry's rule gives; then version and hash alone decide.
    const usual = `https://registry.npmjs.org/${name}/-/${name.replace(/^.*\//, '')}-${entry.version}.tgz`;
    if (entry.resolved !== undefined && entry.resolved !== usual)
      complaints.push(`${path} comes from ${entry.resolved}`);
  }
  for (const [path, entry] of Object.entries(lock.packages))
    if (!entry.link)
      for (const [name, isOptional] of needs(entry))
        if (!isOptional && !resolve(lock, path, name))
          complaints.push(`${name} is missing, which ${path || 'the root'} needs`);
  for (const [path, manifest] of Object.entries(manifests))
    for (const kind of dependencyKinds) {
      const [wanted, locked] = [manifest[kind] ?? {}, lock.packages[path]?.[kind] ?? {}];
      for (const name of new Set([...Object.keys(wanted), ...Object.keys(locked)])) {
        if (wanted[name] !== locked[name])
          complaints.push(`${path || 'the root'} wants ${name} ${wanted[name]}, locked is ${locked[name]}`);
        if (wanted[name] !== undefined && !/^[\d.~^<>=*| a-z-]+$/.test(wanted[name]))
          complaints.push(`${path || 'the root'} takes ${name} from elsewhere: ${wanted[name]}`);
      }
    }
  return complaints;
}

/** The manifests that go with the lock file. */
export function readManifests(folder = root) {
  const main = readJSON('package.json', folder);
  return Object.fromEntries([
    ['', main],
    ...main.workspaces.map((path) => [path, readJSON(join(path, 'package.json'), folder)]),
  ]);
}

/** What was said about `overrides` and is not so. */
export function complaintsAboutOverrides(manifest, explained) {
  const [wanted, known] = [Object.keys(manifest.overrides ?? {}), Object.keys(explained)];
  return [
    ...wanted
      .filter((name) => !known.includes(name))
      .map((name) => `the override of ${name} is not explained`),
    ...known
      .filter((name) => !wanted.includes(name))
      .map((name) => `there is no override of ${name} to explain`),
  ];
}
