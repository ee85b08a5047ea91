import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey, printSigningKeys } from '../auth/key-set.js';
import { changed, InitError, readText } from './changes.js';
import type { Change } from './changes.js';
import { planClient } from './client.js';
import { all, withPackages } from './packages.js';
import { serverSnippet } from './snippets.js';
import { readProject } from './project.js';
import type { Manifest, Project } from './project.js';
import { settingsOf } from './settings.js';
import type { Settings } from './settings.js';
import { setupFile } from './setup-file.js';
import { wireServer } from './wire.js';
import type { Integration, Wiring } from './wire.js';

export interface InitOptions {
  directory: string;
  /** The file with `new ApolloServer`. Default: the only one there is. */
  server?: string | undefined;
  /** Origin of the app's pages. Default: localhost, with the port that the server's source names, or 4000. */
  origin?: string | undefined;
  /** Default: `http://127.0.0.1:4010`, where `npm run tokenizer` listens. */
  tokenizerURL: string;
  /** Default: the package's name. */
  applicationId?: string | undefined;
}

export interface Plan {
  /** What was found, a line for each. */
  found: string[];
  changes: Change[];
  /** What is left to do by hand. */
  steps: string[];
}

const keyFile = '.lunasec-key.json';
const ignored = ['.env', keyFile, '.lunasec/'];
const sessionLibraries = ['express-session', 'cookie-session', 'iron-session', 'passport'];

/** Finds out what is there, and what is to be changed. Changes nothing. Throws an InitError when it cannot help. */
export function planInit(options: InitOptions): Plan {
  const { directory } = options;
  const project = readProject(directory);
  const { manifest } = project;
  const server = chooseServer(project, options.server);
  const serverText = readText(directory, server)!;
  const isTypeScript = /\.[mc]?ts$/.test(server);
  const isModule = /\.m[jt]s$/.test(server) || (manifest.type === 'module' && !/\.c[jt]s$/.test(server));
  const { setupPath, setupImport } = setupOf(server, isModule);
  const existing = readText(directory, setupPath);
  const wiring = isModule ? wireServer(serverText, setupImport) : wireByHand(serverText, setupImport);
  const isDone = wiring.kind === 'done';
  const integration = (isDone ? undefined : wiring.integration) ?? integrationOf(manifest);
  // A standalone server has no place for any.
  const hasSessions =
    existing === null && integration === 'express' && sessionLibraries.some((name) => name in all(manifest));
  const parts = { integration, isTypeScript, hasSessions };

  const settings = settingsOf(options, manifest, serverText);
  const clients = project.clients.map((client) => planClient(directory, client, settings));
  const hasNewProvider = clients.some(({ folder, changes }) => folder === '.' && changes.length > 0);
  const ignoredBefore = readText(directory, '.gitignore');
  const changes = [
    changed('package.json', project.packageText, withPackages(project, { ...parts, isDone, hasNewProvider })),
    changed(setupPath, existing, existing ?? setupFile(parts)),
    wiring.kind === 'edit' ? changed(server, serverText, wiring.text) : undefined,
    ...clients.flatMap((client) => client.changes),
    environmentChange(directory, settings),
    hasTokenizerFile(directory) ? undefined : changed('tokenizer.config.yaml', null, tokenizerFile(settings)),
    changed('.gitignore', ignoredBefore, withIgnored(ignoredBefore ?? '')),
    keyChange(directory),
  ];
  const steps = [
    ...(wiring.kind === 'unclear'
      ? [serverSnippet({ server, why: wiring.why, setupImport, integration, isModule })]
      : []),
    ...(hasSessions
      ? [
          `Your app has sessions of its own: see in ${setupPath} that sessionIdProvider gives their id, and null for people who are not logged in; and in ${server} that addLunaSec comes after them.`,
        ]
      : []),
    ...clients.flatMap((client) => client.steps),
  ];
  return {
    found: describe(project, { ...parts, server, isModule }),
    changes: changes.filter((change) => change !== undefined),
    steps,
  };
}

function chooseServer({ servers }: Project, named: string | undefined): string {
  const [first, ...more] = servers;
  if (named !== undefined) {
    if (servers.includes(named)) return named;
    throw new InitError(`${named} does not make an Apollo Server: "new ApolloServer" is not in it.`);
  }
  if (first === undefined)
    throw new InitError(
      'There is no Apollo Server here: no file has "new ApolloServer". Run this in its folder.',
    );
  if (more.length > 0)
    throw new InitError(`Several files make an Apollo Server: ${servers.join(', ')}. Name one by --server.`);
  return first;
}

/** The setup file of a server, which is always an ECMAScript module, and how the server imports it. */
function setupOf(server: string, isModule: boolean): { setupPath: string; setupImport: string } {
  const extension = /\.[mc]?[jt]s$/.exec(server)![0];
  const own = isModule ? extension : extension.endsWith('ts') ? '.mts' : '.mjs';
  const folder = server.slice(0, server.lastIndexOf('/') + 1);
  return { setupPath: `${folder}lunasec${own}`, setupImport: `./lunasec${own.replace('ts', 'js')}` };
}

const wireByHand = (text: string, setupImport: string): Wiring =>
  text.includes(setupImport)
    ? { kind: 'done' }
    : { kind: 'unclear', integration: undefined, why: 'it is not an ECMAScript module' };

const integrationOf = (manifest: Manifest): Integration =>
  '@as-integrations/express5' in all(manifest) ? 'express' : 'standalone';

/** Adds what is missing to .env; what is there stays. */
function environmentChange(
  directory: string,
  { applicationId, origin, tokenizerURL }: Settings,
): Change | undefined {
  const before = readText(directory, '.env');
  const lines = (secret: string) =>
    Object.entries({
      LUNASEC_APP_ID: applicationId,
      LUNASEC_ORIGIN: origin,
      LUNASEC_TOKENIZER_URL: tokenizerURL,
      SESSION_SECRET: secret,
    })
      .filter(([name]) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, 'm').test(before ?? ''))
      .map(([name, value]) => `${name}=${value}\n`);
  const write = (secret: string) => `${endedLine(before ?? '')}${lines(secret).join('')}`;
  if (lines('').length === 0) return undefined;
  return {
    path: '.env',
    before,
    after: write(randomBytes(32).toString('hex')),
    // Nothing of what was in it before is shown either.
    shown: lines('(a new one)').join(''),
    isPrivate: before === null,
  };
}

const endedLine = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

function withIgnored(text: string): string {
  const present = new Set(
    text.split(/\r?\n/).map((line) => line.trim().replace(/^\//, '').replace(/\/$/, '')),
  );
  const missing = ignored.filter((line) => !present.has(line.replace(/\/$/, '')));
  return missing.length === 0 ? text : `${endedLine(text)}${missing.join('\n')}\n`;
}

const hasTokenizerFile = (directory: string): boolean =>
  ['yaml', 'yml', 'json'].some((extension) => existsSync(join(directory, `tokenizer.config.${extension}`)));

const tokenizerFile = ({ applicationId, origin, tokenizerURL }: Settings): string =>
  `# The tokenizer of your own machine: npm run tokenizer. Its data is in .lunasec/.
publicURL: ${tokenizerURL}
port: ${new URL(tokenizerURL).port || 4010}
applications:
  - id: ${applicationId}
    jwksURL: ${origin}/.lunasec/jwks.json
    origins: [${origin}]
`;

function keyChange(directory: string): Change | undefined {
  if (existsSync(join(directory, keyFile))) return undefined;
  return {
    path: keyFile,
    before: null,
    after: `${printSigningKeys([{ privateKey: generateSigningKey('EdDSA'), algorithm: 'EdDSA' }])}\n`,
    shown: '(a new private key)\n',
    isPrivate: true,
  };
}

function describe(
  { schemas, clients }: Project,
  it: {
    server: string;
    integration: Integration;
    isTypeScript: boolean;
    isModule: boolean;
    hasSessions: boolean;
  },
): string[] {
  const language = `${it.isTypeScript ? 'TypeScript' : 'JavaScript'}, ${it.isModule ? 'ECMAScript modules' : 'CommonJS'}`;
  return [
    `Server: ${it.server} (${it.integration === 'express' ? 'Express' : 'standalone'}; ${language})`,
    ...(schemas.length > 0 ? [`Schema: ${schemas.join(', ')}`] : []),
    ...(it.hasSessions ? ['Sessions: your own'] : []),
    ...clients.map(({ folder, entries }) => `React: ${entries.length > 0 ? entries.join(', ') : folder}`),
  ];
}
