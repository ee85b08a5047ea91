import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';
import { runToEnd } from './processes.mjs';

const cache = join(root, '.cache', 'services');
let previous = Promise.resolve();

/**
 * The path of a program that is built from a pinned version of a Go module, once, into the ignored cache. Go checks
 * the module and all that it needs against its checksum database. `edits` change a copy of the source before: in
 * `file`, `from` becomes `to`; without `from` the file is made. Rejects when there is no Go, or the build fails.
 */
export function buildWithGo(recipe, note) {
  // One after the other: each build takes all processors anyhow.
  const build = previous.then(() => buildNow(recipe, note));
  previous = build.catch(() => undefined);
  return build;
}

async function buildNow({ name, module, version, main = '.', edits = [] }, note) {
  const digest = createHash('sha256').update(JSON.stringify(edits)).digest('hex').slice(0, 8);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = join(cache, 'bin', `${name}-${version}-${digest}${suffix}`);
  if (existsSync(program)) return program;
  await runToEnd('go', ['version']).catch(() => {
    throw new Error('there is no Go (https://go.dev/dl) to build it with');
  });
  const since = Date.now();
  note(`Building ${name} ${version} with Go, once (it may take some minutes) …`);
  const clock = setInterval(
    () => note(`  … still building ${name}, ${Math.round((Date.now() - since) / 1000)} s`),
    15_000,
  );
  // Named after this process, and moved at the end: several may build at once, and none finds half a program.
  const source = join(cache, `${name}-${process.pid}`);
  try {
    const { Dir } = JSON.parse(await runToEnd('go', ['mod', 'download', '-json', `${module}@${version}`]));
    cpSync(Dir, source, { recursive: true });
    makeWritable(source);
    for (const edit of edits) apply(edit, source);
    const built = join(source, 'built-program');
    await runToEnd('go', ['build', '-buildvcs=false', '-o', built, main], {
      cwd: source,
      env: { GOWORK: 'off' },
    });
    mkdirSync(join(cache, 'bin'), { recursive: true });
    renameSync(built, program);
    return program;
  } finally {
    clearInterval(clock);
    rmSync(source, { recursive: true, force: true });
  }
}

/** Go keeps modules read-only. */
function makeWritable(directory) {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

function apply({ file, from, to }, source) {
  const path = join(source, file);
  if (from === undefined) return writeFileSync(path, to);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} does not hold, once, what was to be changed`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
}
