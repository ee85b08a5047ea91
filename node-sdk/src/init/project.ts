import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InitError, readText } from './changes.js';

/** What is there of an app. */
export interface Project {
  /** Text of package.json. */
  packageText: string;
  manifest: Manifest;
  /** Files that have `new ApolloServer`, relative to the folder. */
  servers: readonly string[];
  /** Schema files in SDL. */
  schemas: readonly string[];
  clients: readonly Client[];
}

/** React pages. */
export interface Client extends Package {
  /** Files that import what makes roots for React to render into. */
  entries: readonly string[];
  /** One of its files names LunaSecProvider. */
  hasProvider: boolean;
}

const names = z.record(z.string(), z.string()).optional();
const manifestFormat = z.looseObject({
  name: z.string().optional(),
  type: z.string().optional(),
  scripts: names,
  dependencies: names,
  devDependencies: names,
});
export type Manifest = z.infer<typeof manifestFormat>;

const leftOut = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'coverage',
  'public',
  'test',
  'tests',
  '__tests__',
]);
const mostFiles = 5000;

/** Looks at an app's folder. Throws an InitError when there is no app in it. */
export function readProject(directory: string): Project {
  const packageText = readText(directory, 'package.json');
  if (packageText === null)
    throw new InitError('There is no package.json here. Run this in the folder of your Apollo Server app.');
  const manifest = parseManifest(packageText);
  const files = [...listFiles(directory)].sort();
  const sources = files.filter(isSource).map((path) => ({ path, text: readText(directory, path)! }));
  return {
    packageText,
    manifest,
    servers: sources
      .filter(({ path, text }) => !path.endsWith('x') && /\bnew\s+ApolloServer\b/.test(text))
      .map(({ path }) => path),
    schemas: files.filter((path) => /\.(graphql|gql|graphqls)$/.test(path)),
    clients: readClients([{ folder: '.', packageText, manifest }, ...packagesBelow(directory)], sources),
  };
}

const isSource = (path: string): boolean =>
  /\.[mc]?[jt]sx?$/.test(path) && !/\.(test|spec|d)\.[mc]?[jt]sx?$/.test(path);

interface Package {
  /** `.` for the folder of the app. */
  folder: string;
  /** Text of its package.json. */
  packageText: string;
  manifest: Manifest;
}

const packagesBelow = (directory: string): Package[] =>
  folders(directory).flatMap((folder) => {
    const packageText = readText(directory, `${folder}/package.json`);
    return packageText === null ? [] : [{ folder, packageText, manifest: tolerantly(packageText) }];
  });

/** Those of the packages that have React. */
function readClients(
  packages: readonly Package[],
  sources: readonly { path: string; text: string }[],
): Client[] {
  const ownerOf = (path: string): string =>
    packages.find(({ folder }) => path.startsWith(`${folder}/`))?.folder ?? '.';
  return packages
    .filter(({ manifest }) => manifest.dependencies?.react !== undefined)
    .map((found) => {
      const own = sources.filter(({ path }) => ownerOf(path) === found.folder);
      return {
        ...found,
        entries: own.filter(({ text }) => /['"]react-dom\/client['"]/.test(text)).map(({ path }) => path),
        hasProvider: own.some(({ text }) => /\bLunaSecProvider\b/.test(text)),
      };
    });
}

function parseManifest(text: string): Manifest {
  try {
    return manifestFormat.parse(JSON.parse(text));
  } catch {
    throw new InitError('package.json cannot be understood.');
  }
}

const folders = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !leftOut.has(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => name);

/** Of a package that need not be understood. */
function tolerantly(text: string): Manifest {
  try {
    return parseManifest(text);
  } catch {
    return {};
  }
}

function* listFiles(directory: string): Generator<string> {
  const open = [''];
  let count = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop())
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!leftOut.has(entry.name) && !entry.name.startsWith('.')) open.push(path);
      } else if (entry.isFile()) {
        if (++count > mostFiles)
          throw new InitError('There are too many files here. Name the server by --server.');
        yield path;
      }
    }
}
