/** Builds the frames twice, in other places, at other times, and compares what comes out, byte by byte. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../lib/workspace.mjs';
import { frameHashes } from './frame-hashes.mjs';

const run = promisify(execFile);

/** `{ files, complaints }`: of all that is built, and of the sources that the frames are made from. `published`: their hashes. */
export async function buildTwice(published) {
  const folder = mkdtempSync(join(tmpdir(), 'lunasec-reproducible-'));
  try {
    const [first, second] = [join(folder, 'a'), join(folder, 'somewhere/else/quite deep')];
    await buildIn(first, { TZ: 'UTC', LANG: 'C' });
    await buildIn(second, { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', NODE_ENV: 'production' });
    const [one, other] = [hashesIn(first), hashesIn(second)];
    const { files } = frameHashes(join(first, 'secure-frame'));
    const complaints = [
      ...differences(one, other).map((path) => `${path} is built in two ways`),
      ...differences(files, published.files).map(
        (path) => `${path} is not the published one: npm run frame:hashes, if you changed it`,
      ),
      ...(await foreignSources(first)),
    ];
    return { files: Object.keys(one).length, complaints };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Paths of files that are not the same in two lists of hashes, or in one of them only. */
export const differences = (one, other) =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((path) => one[path] !== other[path]);

async function buildIn(directory, env) {
  const target = join(directory, 'secure-frame');
  mkdirSync(target, { recursive: true });
  cpSync(join(root, 'secure-frame'), target, {
    recursive: true,
    filter: (path) => !/[/\\](dist|node_modules)$/.test(path),
  });
  for (const name of ['tsconfig.base.json', 'package.json']) cpSync(join(root, name), join(directory, name));
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  await run('npm', ['run', 'build'], { cwd: target, env: { ...process.env, ...env } });
}

function hashesIn(directory) {
  const dist = join(directory, 'secure-frame', 'dist');
  return Object.fromEntries(
    readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(dist, path), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

/** Scripts of the frames that were made from anything but the sources of secure-frame, as their source maps tell. */
async function foreignSources(directory) {
  const project = join(directory, 'secure-frame');
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const complaints = [];
  let sources = 0;
  for (const mode of [[], ['--mode', 'files']]) {
    const out = join(directory, 'with-maps');
    await run(process.execPath, [vite, 'build', ...mode, '--outDir', out, '--emptyOutDir', '--sourcemap'], {
      cwd: project,
    });
    for (const name of readdirSync(join(out, 'assets')).filter((file) => file.endsWith('.map'))) {
      const path = join(out, 'assets', name);
      for (const source of JSON.parse(readFileSync(path, 'utf8')).sources) {
        sources++;
        const from = relative(project, join(dirname(path), source));
        if (!from.startsWith('src/')) complaints.push(`${name} is made from ${from}`);
      }
    }
  }
  if (sources < 20) complaints.push(`the source maps name ${sources} sources only`);
  return complaints;
}
