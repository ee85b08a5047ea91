/** What the checks of the supply chain let pass, and why. What is here in vain is a fault as well. */

/** SPDX names of licences that ask for no more than to be named. */
export const licences = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
];

const elastic =
  'composes supergraphs in tests of federation; nothing of it is shipped or offered as a service';
/** Packages with another licence, by licence and name. For development only: none of them may reach who installs what is published. */
export const licenceExceptions = {
  'Elastic-2.0': {
    '@apollo/composition': elastic,
    '@apollo/federation-internals': elastic,
    '@apollo/query-graphs': elastic,
  },
  'MPL-2.0': {
    '@cdktn/hcl2json': 'reads Terraform in tests; unchanged',
    'axe-core': 'looks for barriers in tests; unchanged',
    lightningcss: 'compresses CSS in builds; unchanged, and its output is not under its licence',
  },
  'CC-BY-4.0': { 'caniuse-lite': 'data about browsers, read by builds' },
  'CC-BY-3.0': { 'spdx-exceptions': 'a list of names, read by tools' },
  Unlicense: { 'robust-predicates': 'in the public domain; used by diagrams of the documentation site' },
  'not said': {
    khroma: 'MIT by the file in its package; used by diagrams of the documentation site',
  },
  'SEE LICENSE IN LICENSE': { spawndamnit: 'MIT by that file; used by changesets' },
  BSD: { gitconfiglocal: 'its manifest does not say which BSD licence; used by lerna' },
};

/** Packages with install scripts: whether they run (`allowScripts` of package.json says so to npm), and why. */
export const installScripts = {
  'better-sqlite3': {
    runs: true,
    why: 'compiles or downloads the native code of the embedded database; MongoDB needs neither',
  },
  '@apollo/protobufjs': {
    runs: false,
    why: 'makes a folder and warns about version numbers; nothing needs either',
  },
  '@parcel/watcher': { runs: false, why: 'its native code comes inside packages; used by build tools only' },
  '@swc/core': { runs: false, why: 'its native code comes inside packages; used by tests only' },
  nx: { runs: false, why: 'prepares a cache; used by lerna only' },
};

/** `overrides` of package.json. */
export const overrides = {
  '@whatwg-node/promise-helpers':
    'Its users ask for anything from 1.0.0 on; the newest of them need 1.3.2, and all get that one.',
};
