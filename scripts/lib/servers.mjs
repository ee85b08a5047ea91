/** Brings the working tree to a runnable state, and runs servers beside each other until somebody stops them. */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { red, step } from './progress.mjs';
import { build, install, isBuilt, isInstalled, requireNode, root } from './workspace.mjs';

/** Installs and builds what is missing. Ends the process if that fails. */
export async function prepare() {
  requireNode();
  await setUp('Installing dependencies (npm ci; a few minutes the first time)', isInstalled, install);
  await setUp('Building the packages', isBuilt, build);
}

async function setUp(name, done, task) {
  if (done()) return;
  const { code } = await step(name, task);
  if (code !== 0) {
    console.error(red(`\n${name} failed; see above.`));
    process.exit(1);
  }
}

/** How a tokenizer on embedded stores is started for one app. */
export function embeddedTokenizer({ port, variable, directory, application }) {
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'tokenizer',
    port,
    variable,
    url,
    readyURL: `${url}/readyz`,
    args: ['tokenizer-api/dist/main.js', 'start'],
    env: {
      LUNASEC_HOST: '127.0.0.1',
      LUNASEC_PORT: String(port),
      LUNASEC_PUBLIC_URL: url,
      LUNASEC_DATA_DIRECTORY: directory,
      LUNASEC_APPLICATIONS: JSON.stringify([
        {
          id: application.id,
          jwksURL: `${application.url}/.lunasec/jwks.json`,
          origins: [application.url],
        },
      ]),
    },
  };
}

/** How the demo and its tokenizer are started, on embedded stores and the ports of the environment; both keep their data in `data`. */
export function demoServers() {
  const data = process.env.LUNASEC_DATA ?? join(root, '.lunasec');
  mkdirSync(data, { recursive: true });
  const port = Number(process.env.DEMO_PORT ?? 4000);
  const url = `http://localhost:${port}`;
  const tokenizer = embeddedTokenizer({
    port: Number(process.env.TOKENIZER_PORT ?? 4010),
    variable: 'TOKENIZER_PORT',
    directory: join(data, 'tokenizer'),
    application: { id: 'demo', url },
  });
  const demo = {
    name: 'demo',
    port,
    variable: 'DEMO_PORT',
    readyURL: url,
    args: ['demo-graphql-app/dist/server/main.js'],
    env: {
      PORT: String(port),
      DEMO_URL: url,
      DEMO_DATA_DIRECTORY: join(data, 'demo'),
      TOKENIZER_URL: tokenizer.url,
    },
  };
  return { data, tokenizer, demo };
}

/**
 * Starts servers, each a Node process `{ name, port, variable, readyURL, args, env }` where `variable` is the environment
 * variable that sets its port, and resolves when all of them answer. SIGINT and SIGTERM stop them, as does the end of any one;
 * `cleanUp` runs after that.
 */
export async function runServers(servers, { cleanUp = () => {} } = {}) {
  let stopping = false;
  for (const { name, port, variable } of servers) {
    if (!(await isTaken(port))) continue;
    console.error(red(`Port ${port} of the ${name} is taken. Stop what listens there, or set ${variable}.`));
    await cleanUp();
    process.exit(1);
  }

  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  const children = servers.map(launch);
  const { code } = await step(`Starting the ${servers.map(({ name }) => name).join(' and the ')}`, () =>
    Promise.all(servers.map(({ readyURL }) => answers(readyURL))).then(
      () => ({ code: 0 }),
      (error) => ({ code: 1, output: error.message }),
    ),
  );
  if (code !== 0) await stop(1);

  function launch({ name, args, env }) {
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
    await cleanUp();
    process.exit(exitCode);
  }
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
