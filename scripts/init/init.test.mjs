import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { graphql, openFrame } from '../lib/frame.mjs';
import { root } from '../lib/workspace.mjs';
import { freePorts } from '../services/ports.mjs';

const secret = 'AB 12 34 56 C';
const templates = join(import.meta.dirname, 'templates');
/** Below the repository, so that what package.json names is found without installing it. */
const work = join(root, '.cache', 'init');

/** Apollo's getting started, and what is to be known of each. */
const apps = [
  { name: 'standalone-ts', schema: 'src/index.ts', start: ['dist/index.js'] },
  // With pages by Vite's React template.
  { name: 'standalone-js', schema: 'index.js', start: ['index.js'], client: 'client' },
  { name: 'express-ts', schema: 'src/schema.ts', start: ['dist/index.js'] },
];

describe.each(apps)('lunasec init in a fresh $name app', ({ name, schema, start, client }) => {
  const children = [];
  let directory, appURL, tokenizerURL;
  beforeAll(async () => {
    await mkdir(work, { recursive: true });
    directory = await mkdtemp(join(work, `${name}-`));
    await cp(join(templates, name), directory, { recursive: true });
    const [port, tokenizerPort] = await freePorts(2);
    [appURL, tokenizerURL] = [`http://localhost:${port}`, `http://127.0.0.1:${tokenizerPort}`];
    await replace(
      join(directory, name.endsWith('js') ? 'index.js' : 'src/index.ts'),
      /port: 4000/,
      `port: ${port}`,
    );
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map(({ ended }) => ended));
    await rm(directory, { recursive: true, force: true });
  });

  const init = (...args) =>
    run(join(root, 'node-sdk/dist/cli/main.js'), ['init', '--tokenizer', tokenizerURL, ...args], {
      cwd: directory,
    });

  test('--dry-run shows what it would do, and does nothing', async () => {
    const before = await filesOf(directory);
    const { code, output } = await init('--dry-run');
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Nothing was changed.') });
    expect(output).toContain('+const server = new ApolloServer');
    expect(output).toContain('withLunaSec(');
    expect(await filesOf(directory)).toEqual(before);
  });

  test('does not change anything that nobody has agreed to', async () => {
    const before = await filesOf(directory);
    expect(await init()).toMatchObject({ code: 2, output: expect.stringContaining('Say --yes') });
    expect(await filesOf(directory)).toEqual(before);
  });

  test('adds what is needed, shows no secret, and the second time has nothing to do', async () => {
    const { code, output } = await init('--yes');
    expect({ code, output }).toMatchObject({ code: 0 });
    const files = await filesOf(directory);
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['.env', '.gitignore', '.lunasec-key.json', 'tokenizer.config.yaml']),
    );
    const [, sessionSecret] = /SESSION_SECRET=(\w{64})\n/.exec(files['.env']);
    const [{ d: privateKey }] = [JSON.parse(files['.lunasec-key.json'])]
      .flat()
      .map((it) => it.keys?.[0] ?? it);
    for (const each of [sessionSecret, privateKey]) expect(output).not.toContain(each);
    expect(await init('--yes')).toEqual({ code: 0, output: expect.stringContaining('Nothing to change.') });
    expect(await filesOf(directory)).toEqual(files);
  });

  if (client)
    test('React pages get the provider, and still build', async () => {
      const folder = join(directory, client);
      expect(await readFile(join(folder, 'src/main.jsx'), 'utf8')).toContain(
        `  <LunaSecProvider applicationId="graphql-server-example-js" tokenizerURL="${tokenizerURL}">\n    <StrictMode>`,
      );
      const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      expect(Object.keys(dependencies)).toEqual(['@lunasec/react-sdk', 'react', 'react-dom']);
      expect(
        await run(join(root, 'node_modules/vite/bin/vite.js'), ['build'], { cwd: folder }),
      ).toMatchObject({
        code: 0,
      });
      const assets = await readdir(join(folder, 'dist/assets'));
      const texts = await Promise.all(
        assets.map((name) => readFile(join(folder, 'dist/assets', name), 'utf8')),
      );
      expect(texts.join()).toContain(tokenizerURL);
    });

  test('what results takes a value from a person to the database and back, as a token', async () => {
    await replace(join(directory, schema), /author: String\n/, 'author: String @token\n');
    await replace(
      join(directory, schema),
      /type Query \{/,
      'type Mutation {\n    add(title: String, author: String @token): Book\n  }\n\n  type Query {',
    );
    await replace(
      join(directory, schema),
      /Query: \{\n/,
      'Mutation: { add: (_: unknown, book: { title: string; author: string }) => (books.push(book), book) },\n  Query: {\n',
    );
    if (name.endsWith('js'))
      await replace(join(directory, schema), /\(_: unknown, book: .*?\) =>/, '(_, book) =>');
    else
      expect(await run(join(root, 'node_modules/typescript/bin/tsc'), [], { cwd: directory })).toEqual({
        code: 0,
        output: '',
      });

    launch(join(root, 'tokenizer-api/dist/main.js'), ['start']);
    const app = launch(join(directory, start[0]), []);
    await answers(`${tokenizerURL}/readyz`);
    await answers(`${appURL}/.lunasec/jwks.json`);
    expect(app.output()).toContain(`Server ready at`);

    const [ada, grace] = [await visit(), await visit()];
    const frame = await openFrame({ appURL, tokenizerURL, cookie: ada });
    const token = await frame.tokenize(secret);
    const add = 'mutation ($author: String) { add(title: "Notes", author: $author) { title author } }';
    const ask = (query, variables, cookie) => graphql(`${appURL}/`, query, variables, { cookie });
    expect((await ask(add, { author: token }, grace)).errors?.[0].extensions.code).toBe(
      'STORE_GRANT_MISSING',
    );
    expect((await ask(add, { author: secret }, ada)).errors?.[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(await frame.detokenize(token)).toBe('READ_GRANT_MISSING');
    expect(await ask(add, { author: token }, ada)).toEqual({
      data: { add: { title: 'Notes', author: token } },
    });
    expect(await frame.detokenize(token)).toBe(secret);
  });

  /** A browser's first request: it gets a session. */
  async function visit() {
    const response = await fetch(`${appURL}/?query={__typename}`, {
      headers: { 'apollo-require-preflight': 'yes' },
    });
    return response.headers.getSetCookie()[0].split(';', 1)[0];
  }

  function launch(script, args) {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: directory,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.ended = new Promise((resolve) => child.once('close', resolve));
    children.push(child);
    return Object.assign(child, { output: () => output });
  }

  async function answers(url) {
    for (;;) {
      const isThere = await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isThere) return;
      for (const child of children)
        if (child.exitCode !== null)
          throw new Error(`It ended with code ${child.exitCode}:\n${child.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});

/** Without the settings of whoever runs the tests. */
function cleanEnvironment() {
  const names = Object.keys(process.env).filter(
    (name) => !/^(LUNASEC_|NODE_OPTIONS$|NODE_ENV$|SESSION_SECRET$)/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

function run(script, args, { cwd }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject).once('close', (code) => resolve({ code, output }));
  });
}

async function replace(file, pattern, text) {
  const before = await readFile(file, 'utf8');
  if (!pattern.test(before)) throw new Error(`${file} lacks ${pattern}.`);
  await writeFile(file, before.replace(pattern, text));
}

async function filesOf(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(
      paths.sort().map(async (path) => [path.slice(directory.length + 1), await readFile(path, 'utf8')]),
    ),
  );
}
