#!/usr/bin/env node
/** `npm start`: installs and builds what is missing, then runs the tokenizer and the demo on embedded stores. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { bold, dim, green, red, seconds, step } from './lib/progress.mjs';
import { build, install, isBuilt, isInstalled, requireNode, root } from './lib/workspace.mjs';

requireNode();
const since = Date.now();
let stopping = false;

const setUp = async (name, done, task) => {
  if (done()) return;
  const { code } = await step(name, task);
  if (code !== 0) {
    console.error(red(`\n${name} failed; see above.`));
    process.exit(1);
  }
};
await setUp('Installing dependencies (npm ci; a few minutes the first time)', isInstalled, install);
await setUp('Building the packages', isBuilt, build);

const data = process.env.LUNASEC_DATA ?? join(root, '.lunasec');
mkdirSync(data, { recursive: true });
const tokenizerPort = Number(process.env.TOKENIZER_PORT ?? 4010);
const demoPort = Number(process.env.DEMO_PORT ?? 4000);
const tokenizerURL = `http://127.0.0.1:${tokenizerPort}`;
const demoURL = `http://localhost:${demoPort}`;

for (const [name, port, variable] of [
  ['tokenizer', tokenizerPort, 'TOKENIZER_PORT'],
  ['demo', demoPort, 'DEMO_PORT'],
]) {
  if (await isTaken(port)) {
    console.error(red(`Port ${port} of the ${name} is taken. Stop what listens there, or set ${variable}.`));
    process.exit(1);
  }
}

const children = [
  launch('tokenizer', ['tokenizer-api/dist/main.js', 'start'], {
    LUNASEC_HOST: '127.0.0.1',
    LUNASEC_PORT: String(tokenizerPort),
    LUNASEC_PUBLIC_URL: tokenizerURL,
    LUNASEC_DATA_DIRECTORY: join(data, 'tokenizer'),
    LUNASEC_APPLICATIONS: JSON.stringify([
      { id: 'demo', jwksURL: `${demoURL}/.lunasec/jwks.json`, origins: [demoURL] },
    ]),
  }),
  launch('demo', ['demo-graphql-app/dist/server/main.js'], {
    PORT: String(demoPort),
    DEMO_URL: demoURL,
    DEMO_DATA_DIRECTORY: join(data, 'demo'),
    TOKENIZER_URL: tokenizerURL,
  }),
];

const { code } = await step('Starting the tokenizer and the demo', () =>
  Promise.all([answers(`${tokenizerURL}/readyz`), answers(demoURL)]).then(
    () => ({ code: 0 }),
    (error) => ({ code: 1, output: error.message }),
  ),
);
if (code !== 0) await stop(1);

console.log(`
  ${green('●')} ${bold('Demo')}       ${demoURL}
  ${green('●')} ${bold('Tokenizer')}  ${tokenizerURL}  ${dim('(GraphQL at /graphql, health at /readyz)')}
  ${dim(`Data in ${data}. Ready in ${seconds(since)}. Stop with Ctrl-C.`)}
`);

process.on('SIGINT', () => stop(0));
process.on('SIGTERM', () => stop(0));

function launch(name, args, env) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.on('exit', (exitCode) => {
    if (stopping) return;
    console.error(red(`The ${name} ended with code ${exitCode}; stopping.`));
    void stop(1);
  });
  return child;
}

function isTaken(port) {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(true))
      .once('listening', () => server.close(() => resolve(false)))
      .listen(port, '127.0.0.1');
  });
}

async function answers(url) {
  const until = Date.now() + 30_000;
  for (;;) {
    try {
      const response = await fetch(url);
      if (response.ok) return;
      if (Date.now() > until) throw new Error(`${url} answers ${response.status}`);
    } catch (error) {
      if (Date.now() > until) throw new Error(`${url} does not answer: ${error.message}`, { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stop(exitCode) {
  if (stopping) return;
  stopping = true;
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) =>
          child.exitCode === null ? (child.on('exit', resolve), child.kill('SIGTERM')) : resolve(),
        ),
    ),
  );
  process.exit(exitCode);
}
