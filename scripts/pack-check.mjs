#!/usr/bin/env node
/**
 * `npm run pack-check [example…]`: packs what the SDK publishes, installs it with each example into a fresh folder, and
 * takes a value through its server: stored, accepted, shown, refused to others, gone after the logout. The tokenizer is
 * this repository's, with embedded stores.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { graphql, openFrame } from './lib/frame.mjs';
import { bold, green, red, seconds, step } from './lib/progress.mjs';
import { requireNode, root } from './lib/workspace.mjs';
import { freePorts } from './services/ports.mjs';

/** What examples depend on of this repository. */
const published = ['secure-frame', 'node-sdk', 'react-sdk'];
const secret = 'AB 12 34 56 C';

requireNode();
const since = Date.now();
const all = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(root, 'examples', name, 'package.json')),
);
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
for (const name of wanted)
  if (!all.includes(name)) fail(`There is no example "${name}"; there are ${all.join(', ')}.`);

const folder = mkdtempSync(join(tmpdir(), 'lunasec-pack-'));
const children = new Set();
let failures = 0;
try {
  const packed = await step('Packing', () => pack());
  if (packed.code !== 0) throw new Error('The packages cannot be packed.');
  const ports = await freePorts(wanted.length + 1);
  const tokenizerURL = `http://127.0.0.1:${ports[0]}`;
  const apps = wanted.map((name, i) => ({
    name,
    port: ports[i + 1],
    appURL: `http://localhost:${ports[i + 1]}`,
  }));
  await startTokenizer(tokenizerURL, apps);
  for (const app of apps) {
    const result = await step(`examples/${app.name}`, () =>
      check({ ...app, tokenizerURL, tarballs: packed.files }),
    );
    if (result.code !== 0) failures++;
  }
} finally {
  await Promise.all([...children].map(stop));
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  `\n${failures === 0 ? green(bold('All examples work')) : red(bold(`${failures} example(s) failed`))} in ${seconds(since)}`,
);
process.exit(failures === 0 ? 0 : 1);

async function pack() {
  const files = [];
  for (const name of published) {
    const { code, output } = await npm(join(root, name), 'pack', '--json', '--pack-destination', folder);
    if (code !== 0) return { code, output };
    files.push({
      name: `@lunasec/${name}`,
      file: join(folder, JSON.parse(output.slice(output.indexOf('[')))[0].filename),
    });
  }
  return { code: 0, files };
}

async function check({ name, port, appURL, tokenizerURL, tarballs }) {
  const directory = join(folder, name);
  cpSync(join(root, 'examples', name), directory, {
    recursive: true,
    filter: (path) => !/[/\\](node_modules|dist|\.next)$/.test(path),
  });
  const { scripts, dependencies } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  // What the others need of the repository, and what this example says that it needs.
  const wanted = tarballs.filter(({ name: it }) => it === '@lunasec/secure-frame' || dependencies[it]);
  const files = wanted.map(({ file }) => file);
  const installed = await npm(directory, 'install', '--no-audit', '--no-fund', ...files);
  if (installed.code !== 0) return installed;
  if (scripts.build) {
    const built = await npm(directory, 'run', 'build');
    if (built.code !== 0) return built;
  }
  // Not through npm, which would not pass signals on.
  const [command, ...args] = scripts.start.split(' ');
  const server = launch(command, args, directory, { PORT: String(port), TOKENIZER_URL: tokenizerURL });
  try {
    await answers(`${appURL}/.lunasec/jwks.json`, server);
    await takeAValueThrough({ name, appURL, tokenizerURL });
    return { code: 0 };
  } catch (error) {
    return { code: 1, output: `${error.message}\n${server.output()}` };
  } finally {
    await stop(server);
  }
}

async function takeAValueThrough({ name, appURL, tokenizerURL }) {
  const [ada, other] = [await logIn(appURL), await logIn(appURL)];
  const frame = await openFrame({ appURL, tokenizerURL, cookie: ada });
  const ask = (query, variables, cookie = ada) =>
    graphql(`${appURL}/graphql`, query, variables, cookie ? { cookie } : {});
  const save = 'mutation ($ssn: String!) { save(ssn: $ssn) { name ssn } }';

  const token = await frame.tokenize(secret);
  const foreign = await ask(save, { ssn: token }, other);
  expect('a token of another session', foreign.errors?.[0]?.extensions?.code, 'STORE_GRANT_MISSING');
  expect('before it is granted', await frame.detokenize(token), 'READ_GRANT_MISSING');

  const saved = await ask(save, { ssn: token });
  expect('the mutation', saved, { data: { save: { name: 'Ada Lovelace', ssn: token } } });
  const shown = await ask('{ me { name ssn } }');
  expect('the query', shown, { data: { me: { name: 'Ada Lovelace', ssn: token } } });
  expect('the value', await frame.detokenize(token), secret);

  if (name === 'federation') {
    const { data } = await ask(
      '{ _service { sdl } _entities(representations: [{ __typename: "Person", id: "ada" }]) { ... on Person { ssn } } }',
    );
    expect('the entity', data._entities, [{ ssn: token }]);
    if (!/ssn: String\s+@token\(binding: "Person\.ssn:\{id\}"\)/.test(data._service.sdl))
      throw new Error(`The SDL of the subgraph lacks @token:\n${data._service.sdl}`);
  }
  if (name === 'fastify') {
    const response = await fetch(`${appURL}/me`, { headers: { cookie: ada } });
    expect('the plain handler', await response.json(), { name: 'Ada Lovelace', ssn: token });
  }

  await fetch(`${appURL}/logout`, { method: 'POST', headers: { cookie: ada } });
  const ended = await frame.detokenize(token).catch(({ code }) => code);
  expect('after the logout', ended, 'UNAUTHENTICATED');
}

function expect(what, actual, wanted) {
  if (isDeepStrictEqual(actual, wanted)) return;
  throw new Error(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual)}`);
}

async function logIn(appURL) {
  const response = await fetch(`${appURL}/login`, { method: 'POST' });
  const [cookie] = response.headers.getSetCookie();
  if (!response.ok || !cookie) throw new Error(`The login answered ${response.status}.`);
  return cookie.split(';', 1)[0];
}

async function startTokenizer(url, apps) {
  const server = launch(process.execPath, [join(root, 'tokenizer-api/dist/main.js'), 'start'], folder, {
    LUNASEC_HOST: '127.0.0.1',
    LUNASEC_PORT: new URL(url).port,
    LUNASEC_PUBLIC_URL: url,
    LUNASEC_DATA_DIRECTORY: join(folder, 'tokenizer'),
    LUNASEC_APPLICATIONS: JSON.stringify(
      apps.map(({ name, appURL }) => ({
        id: name,
        jwksURL: `${appURL}/.lunasec/jwks.json`,
        origins: [appURL],
      })),
    ),
  });
  await answers(`${url}/readyz`, server);
}

function launch(command, args, cwd, env) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  children.add(child);
  child.ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  return Object.assign(child, { output: () => output });
}

async function stop(child) {
  children.delete(child);
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await child.ended;
}

async function answers(url, server) {
  const until = Date.now() + 60_000;
  for (;;) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    if (server.exitCode !== null)
      throw new Error(`It ended with code ${server.exitCode}.\n${server.output()}`);
    if (Date.now() > until) throw new Error(`${url} does not answer.\n${server.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function npm(cwd, ...args) {
  return new Promise((resolve) => {
    const child = spawn('npm', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: code === 0 ? output : output + errors }));
  });
}

function fail(message) {
  console.error(red(message));
  process.exit(2);
}
