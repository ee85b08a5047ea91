/**
 * Checks blocks of code against the types of the packages. A block in a document is a part of a program: names that it does not
 * declare are the packages' own where these export one of that name, and else can be anything.
 */
import { join } from 'node:path';
import ts from 'typescript';

const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  jsx: ts.JsxEmit.ReactJSX,
  types: ['node', 'express-session'],
  strict: true,
  noImplicitAny: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** What TypeScript says of a name that nothing declares. */
const unknownName = new Set([2304, 2503, 2552, 18004]);
/** Elements one after another, the same name twice, type arguments of what can be anything: as documents show them. */
const tolerated = new Set([2657, 2451, 2347]);

/** What apps add to the session of Express. */
const session = "declare module 'express-session' { interface SessionData { user: string } }\nexport {};\n";

export const isChecked = ({ language }) => ['ts', 'tsx', 'js', 'jsx'].includes(language);

/** Complaints about blocks `{ name, language, code }`, each as a text that begins with the block's name. */
export function typeErrors(blocks, { root, packages }) {
  const entries = new Map(packages.map((name) => [name, join(root, 'docs', `entry-${slug(name)}.ts`)]));
  const files = new Map(
    blocks.map((block, i) => [
      join(root, 'docs', `block-${i}.${/x$/.test(block.language) ? 'tsx' : 'ts'}`),
      block,
    ]),
  );
  const sources = new Map([
    ...[...entries].map(([name, file]) => [file, `export * from '${name}';\n`]),
    [join(root, 'docs', 'session.ts'), session],
    ...[...files].map(([file, { code }]) => [file, `${statements(code)}\nexport {};\n`]),
  ]);

  const first = createProgram(sources);
  const exported = exportsOf(first, entries);
  for (const file of files.keys()) {
    const unknown = new Set(
      diagnosticsOf(first, file)
        .filter(({ code }) => unknownName.has(code))
        .map(nameIn),
    );
    sources.set(file, sources.get(file) + [...unknown].map((name) => declaration(name, exported)).join(''));
  }

  const second = createProgram(sources);
  return [...files].flatMap(([file, { name }]) =>
    diagnosticsOf(second, file)
      .filter(({ code }) => !tolerated.has(code))
      .map(({ messageText, start, file: source }) => {
        const line = source.getLineAndCharacterOfPosition(start).line + 1;
        return `${name}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      }),
  );
}

/** An entry of an object, as `name: value,`, is shown without the object. */
const statements = (code) => (/^\w+: /.test(code) ? `({ ${code} });` : code);

function declaration(name, exported) {
  if (name === 'lunaSec') return `declare const lunaSec: import('@lunasec/node-sdk').LunaSec;\n`;
  const module = exported.get(name);
  if (module) return `import { ${name} } from '${module}';\n`;
  return `declare const ${name}: any;\ntype ${name} = any;\n`;
}

function createProgram(sources) {
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) =>
    sources.has(file)
      ? ts.createSourceFile(file, sources.get(file), options.target, true)
      : getSourceFile(file, ...rest);
  return ts.createProgram([...sources.keys()], options, host);
}

function diagnosticsOf(program, file) {
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
}

function exportsOf(program, entries) {
  const checker = program.getTypeChecker();
  return new Map(
    // The first that has a name wins.
    [...entries]
      .reverse()
      .flatMap(([name, file]) =>
        checker
          .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
          .map((symbol) => [symbol.name, name]),
      ),
  );
}

const nameIn = ({ file, start, length }) => file.text.slice(start, start + length);
const slug = (name) => name.replaceAll(/\W+/g, '-');
