/** Pages about what the packages export, from their doc comments. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { root } from '../lib/workspace.mjs';

/** The public entries of each package. */
const packages = {
  'node-sdk': ['index', 'errors/index', 'type-graphql/index', 'testing/index'],
  'react-sdk': ['index', 'files', 'custom-elements/index', 'core/index'],
  'tokenizer-api': ['index'],
  'secure-frame': ['protocol/index', 'crypto/index', 'files'],
};
/** Entries that are imported by another name than that of their folder. */
const importedAs = { 'custom-elements': 'elements' };

export async function writeTypeReference(folder) {
  for (const [name, entries] of Object.entries(packages)) await write(name, entries, join(folder, name));
}

async function write(name, entries, out) {
  const app = await Application.bootstrapWithPlugins({
    name: `@lunasec/${name}`,
    entryPoints: entries.map((entry) => join(root, name, 'src', `${entry}.ts`)),
    tsconfig: join(root, name, 'tsconfig.build.json'),
    plugin: ['typedoc-plugin-markdown'],
    out,
    readme: 'none',
    // The compiler has checked it before.
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    logLevel: 'Error',
    // Of typedoc-plugin-markdown:
    entryFileName: 'index',
    outputFileStrategy: 'modules',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
  });
  const project = await app.convert();
  if (!project) throw new Error(`TypeDoc cannot read ${name}.`);
  for (const entry of entries.length > 1 ? project.children : [])
    entry.name = entry.name === 'index' ? name : (importedAs[entry.name] ?? entry.name);
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error(`TypeDoc reported errors in ${name}.`);
  rmSync(join(out, '.nojekyll'), { force: true });
}
