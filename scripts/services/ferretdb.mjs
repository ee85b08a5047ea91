import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildWithGo } from './go.mjs';
import { accepts, freePort } from './ports.mjs';
import { startProcess } from './processes.mjs';
import { startTurnstile } from './turnstile.mjs';

const version = 'v1.24.2';
/** The start of a query in its SQLite back end, up to the number of conditions that it may have to use the index. */
const queryStart = `params.OnlyRecordIDs)

\tvar whereClause string
\tvar args []any

\t// that logic should exist in one place
\t// TODO https://github.com/FerretDB/FerretDB/issues/3235
\tif params.Filter.Len() `;

/** FerretDB, which speaks MongoDB's protocol, on its SQLite back end, behind a turnstile that makes commands atomic. */
export async function startFerretDB({ directory, note }) {
  const program = await buildWithGo(
    {
      name: 'ferretdb',
      module: 'github.com/FerretDB/FerretDB',
      version,
      main: './cmd/ferretdb',
      edits: [
        // Its releases are built from a tree that says its version; the module does not, and would not start.
        { file: 'build/version/version.txt', to: version },
        // Each statement of a bulk update keeps a connection to SQLite until the last is done: with more statements
        // than there are connections (100) they would wait for each other for ever.
        {
          file: 'internal/handler/msg_update.go',
          from: 'result, err := common.UpdateDocument(ctx, c, "update", iter, &u)\n',
          to: 'result, err := common.UpdateDocument(ctx, c, "update", iter, &u)\n\t\tcloser.Close()\n',
        },
        // It looks for an _id with an index only when there is no other condition, else it reads the collection. What
        // the index finds is held against all conditions after, so that nothing but the time changes.
        {
          file: 'internal/backends/sqlite/collection.go',
          from: `${queryStart}== 1`,
          to: `${queryStart}>= 1`,
        },
      ],
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
      // Nothing of it outlives its process: no write has to reach the disk.
      `--sqlite-url=file:${data}/?_pragma=synchronous(off)`,
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
