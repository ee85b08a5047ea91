import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWithGo } from './go.mjs';
import { accepts, freePort } from './ports.mjs';
import { startProcess } from './processes.mjs';
import { startTurnstile } from './turnstile.mjs';

const version = 'v1.24.2';

/** FerretDB, which speaks MongoDB's protocol, on its SQLite back end, behind a turnstile that makes commands atomic. */
export async function startFerretDB({ directory, note }) {
  const program = await buildWithGo(
    {
      name: 'ferretdb',
      module: 'github.com/FerretDB/FerretDB',
      version,
      main: './cmd/ferretdb',
      // Its releases are built from a tree that says its version; the module does not, and would not start.
      edit: (source) => writeFileSync(join(source, 'build/version/version.txt'), version),
    },
    note,
  );
  const data = join(directory, 'ferretdb');
  mkdirSync(data);
  const port = await freePort();
  const server = await startProcess(
    program,
    [
      '--handler=sqlite',
      `--sqlite-url=file:${data}/`,
      `--state-dir=${data}`,
      `--listen-addr=127.0.0.1:${port}`,
      '--debug-addr=-',
      // As a member of a replica set, so that drivers send all that they send to one.
      '--repl-set-name=rs0',
      '--telemetry=disable',
      '--log-level=ERROR',
    ],
    { isReady: () => accepts(port) },
  );
  const turnstile = await startTurnstile(port);
  return {
    what: `FerretDB ${version} on SQLite, one command at a time`,
    environment: { MONGODB_URI: `mongodb://127.0.0.1:${turnstile.port}/?directConnection=true` },
    async stop() {
      await turnstile.close();
      await server.stop();
    },
  };
}
