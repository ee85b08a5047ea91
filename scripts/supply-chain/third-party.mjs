/** THIRD-PARTY-LICENSES.md: what people get from others when they install what is published here. */
import { join } from 'node:path';
import { format } from 'prettier';
import { root } from '../lib/workspace.mjs';
import { runtimePaths } from './licences.mjs';
import { nameOf } from './lock.mjs';

export const listFile = join(root, 'THIRD-PARTY-LICENSES.md');

/** The text of the file. */
export async function thirdPartyList(lock) {
  const rows = new Map();
  for (const [path, packages] of runtimePaths(lock)) {
    const entry = lock.packages[path];
    const name = nameOf(path, entry);
    const key = `${name} ${entry.version}`;
    const row = rows.get(key) ?? {
      name,
      version: entry.version,
      licence: entry.license,
      packages: new Set(),
    };
    for (const each of packages) row.packages.add(each);
    rows.set(key, row);
  }
  const sorted = [...rows.values()].sort((a, b) =>
    `${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1,
  );
  const text = `# Third-party licences

<!-- Written by \`npm run licenses\` from package-lock.json; run that instead of changing it. -->

What npm installs together with the packages that are published from this repository, and its licences, at the versions of the lock
file. None of it is inside those packages: the frames are built, and the SDKs compiled, from the sources of this repository alone
(\`npm run supply-chain\` looks). npm puts each into its own folder of \`node_modules\`, with the licence text that its authors added.

| package | version | licence | installed with |
| --- | --- | --- | --- |
${sorted.map(({ name, version, licence, packages }) => `| ${name} | ${version} | ${licence} | ${[...packages].join(', ')} |`).join('\n')}
`;
  return format(text, { parser: 'markdown', printWidth: 110 });
}
