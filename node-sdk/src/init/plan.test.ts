import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyChanges } from './changes.js';
import { planInit } from './plan.js';
import type { InitOptions } from './plan.js';

const server = `import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
const server = new ApolloServer({ typeDefs, resolvers });
await startStandaloneServer(server, { listen: { port: 4321 } });
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-init-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(files: Record<string, string | object>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(
      join(directory, path),
      typeof text === 'string' ? text : `${JSON.stringify(text, null, 4)}\n`,
    );
  }
}
const app = (manifest: object = {}) => ({
  'package.json': {
    name: '@shop/my.api',
    type: 'module',
    dependencies: { '@apollo/server': '^5' },
    ...manifest,
  },
  'index.js': server,
});
const plan = (options: Partial<InitOptions> = {}) =>
  planInit({ directory, tokenizerURL: 'http://127.0.0.1:4010', ...options });
const after = (path: string, options?: Partial<InitOptions>) =>
  plan(options).changes.find((change) => change.path === path)?.after;

describe('the plan for an app', () => {
  test('names what was found', () => {
    write({
      ...app(),
      'schema/a.graphql': 'type Query { a: Int }',
      'client/package.json': { dependencies: { react: '^19' } },
    });
    const { found, steps } = plan();
    expect(found).toEqual([
      'Server: index.js (standalone; JavaScript, ECMAScript modules)',
      'Schema: schema/a.graphql',
      'React: client',
    ]);
    expect(steps).toEqual([expect.stringContaining('<LunaSecProvider applicationId="shop-my-api"')]);
  });

  test('adds what package.json lacks, in its own style; what it has stays', () => {
    write(app({ dependencies: { express: '^5.0.1', '@apollo/server': '^5' }, scripts: { start: 'node .' } }));
    const text = after('package.json')!;
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'name',
      'type',
      'dependencies',
      'scripts',
      'devDependencies',
    ]);
    expect(text).toMatch(/^\{\n {4}"name"[^]*\}\n$/);
    expect(JSON.parse(text)).toMatchObject({
      scripts: { start: 'node .', tokenizer: 'tokenizer start' },
      dependencies: { express: '^5.0.1', '@apollo/server': '^5', '@lunasec/node-sdk': expect.any(String) },
      devDependencies: { '@lunasec/tokenizer-api': expect.any(String) },
    });
  });

  test('takes the port from the server, unless told the origin', () => {
    write(app());
    expect(after('.env')).toContain('LUNASEC_ORIGIN=http://localhost:4321\n');
    const other = { origin: 'https://app.example.com' };
    expect(after('tokenizer.config.yaml', other)).toContain('origins: [https://app.example.com]');
  });

  test('adds to .env and .gitignore, and shows nothing of what was in .env', () => {
    write({
      ...app(),
      '.env': 'DATABASE_URL=hunter2\nLUNASEC_APP_ID=mine',
      '.gitignore': 'node_modules\n.env',
    });
    const change = plan().changes.find(({ path }) => path === '.env')!;
    expect(change.after).toMatch(/^DATABASE_URL=hunter2\nLUNASEC_APP_ID=mine\nLUNASEC_ORIGIN=/);
    expect(change.shown).not.toContain('hunter2');
    expect(after('.gitignore')).toBe('node_modules\n.env\n.lunasec-key.json\n.lunasec/\n');
  });

  test('uses the sessions of an app that has some', () => {
    write({
      ...app({ dependencies: { 'express-session': '^1', '@as-integrations/express5': '^1' } }),
      'index.js': `import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
const server = new ApolloServer({ typeDefs });
app.use(session(options));
app.use('/graphql', expressMiddleware(server));
`,
    });
    expect(after('lunasec.js')).not.toContain('express-session');
    expect(after('index.js')).toContain('app.use(session(options));\naddLunaSec(app);\napp.use(');
    const { found, steps } = plan();
    expect(found).toContain('Sessions: your own');
    expect(steps).toEqual([
      expect.stringContaining('see in lunasec.js that sessionIdProvider gives their id'),
    ]);
  });

  test('is empty once it is done, whatever was changed in the setup file since', () => {
    write(app());
    applyChanges(directory, plan().changes);
    expect(plan().changes).toEqual([]);
    write({ 'lunasec.js': 'export const withLunaSec = (it) => it;' });
    expect(plan()).toMatchObject({ changes: [], steps: [] });
  });

  const pages = `import { createRoot } from 'react-dom/client';
createRoot(root).render(<App />);
`;

  test.each([
    ['a folder of their own', 'client/', { 'client/package.json': { dependencies: { react: '^19' } } }],
    ['the folder of the server', '', app({ dependencies: { react: '^19' } })],
  ])('puts the provider around React pages in %s, once', (_name, folder, files) => {
    write({ ...app(), ...files, [`${folder}src/main.jsx`]: pages });
    const { changes, found, steps } = plan();
    expect(found).toContain(`React: ${folder}src/main.jsx`);
    expect(steps).toEqual([
      expect.stringContaining(`${folder}src/main.jsx names the tokenizer of this machine`),
    ]);
    expect(after(`${folder}src/main.jsx`)).toContain(
      '<LunaSecProvider applicationId="shop-my-api" tokenizerURL="http://127.0.0.1:4010"><App /></LunaSecProvider>',
    );
    expect(JSON.parse(after(`${folder}package.json`)!)).toMatchObject({
      dependencies: { '@lunasec/react-sdk': expect.any(String) },
    });
    applyChanges(directory, changes);
    expect(plan()).toMatchObject({ changes: [], steps: [] });
  });

  test('puts it around pages that come later, too', () => {
    write(app());
    applyChanges(directory, plan().changes);
    write({ ...app({ dependencies: { react: '^19' }, scripts: { tokenizer: 'tokenizer start' } }) });
    write({ 'index.js': server.replace("'@apollo/server/standalone'", "'./lunasec.js'"), 'main.jsx': pages });
    expect(plan().changes.map(({ path }) => path)).toEqual(['package.json', 'main.jsx']);
    expect(JSON.parse(after('package.json')!)).toMatchObject({
      dependencies: { '@lunasec/react-sdk': expect.any(String), react: '^19' },
    });
  });

  test('says what to write where there are several roots of pages, or none that is clear', () => {
    const client = { 'client/package.json': { dependencies: { react: '^19' } } };
    write({ ...app(), ...client, 'client/a.jsx': pages, 'client/b.jsx': pages });
    expect(plan().steps).toEqual([expect.stringContaining('In your React app (client): npm install')]);
    write({ 'client/b.jsx': '', 'client/a.jsx': pages.replace('<App />', 'app') });
    expect(plan().steps).toEqual([expect.stringContaining('In your React app (client): npm install')]);
  });

  test('leaves a server that is not clear as it is, and says what to write', () => {
    write({
      ...app(),
      'index.js': server.replace('new ApolloServer({', 'new ApolloServer(...[{').replace('})', '}])'),
    });
    const { changes, steps } = plan();
    expect(changes.map(({ path }) => path)).not.toContain('index.js');
    expect(changes.map(({ path }) => path)).toContain('lunasec.js');
    expect(steps).toEqual([
      expect.stringContaining("import { startStandaloneServer, withLunaSec } from './lunasec.js';"),
    ]);
  });

  test('leaves CommonJS as it is, and says what to write', () => {
    write({
      ...app({ type: 'commonjs' }),
      'index.js': 'const server = new ApolloServer({ typeDefs, resolvers });',
    });
    const { changes, steps } = plan();
    expect(changes.map(({ path }) => path)).toContain('lunasec.mjs');
    expect(steps).toEqual([expect.stringContaining("await import('./lunasec.mjs')")]);
  });

  test.each([
    ['no package.json', {}, 'no package.json'],
    ['a package.json that is none', { 'package.json': '[' }, 'cannot be understood'],
    ['no server', { 'package.json': {} }, 'no Apollo Server here'],
    [
      'two servers',
      { ...app(), 'other.ts': server },
      'Several files make an Apollo Server: index.js, other.ts',
    ],
    ['Express 4', app({ dependencies: { express: '^4.19.0' } }), 'needs Express 5'],
  ])('is refused where there is %s', (_name, files, message) => {
    write(files);
    expect(() => plan()).toThrow(message);
  });

  test('goes by --server where there are several', () => {
    write({ ...app(), 'src/other.ts': server });
    expect(plan({ server: 'src/other.ts' }).changes.map(({ path }) => path)).toContain('src/lunasec.ts');
    expect(() => plan({ server: 'package.json' })).toThrow('does not make an Apollo Server');
  });
});
