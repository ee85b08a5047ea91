/** Brings the working tree to a runnable state: dependencies installed, packages built. Node built-ins only. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const packages = [
  'secure-frame',
  'tokenizer-api',
  'node-sdk',
  'react-sdk',
  'demo-graphql-app',
  'gallery',
  'proof',
];

const minimumNode = [20, 19];

/** Ends the process with a clear message when this Node cannot run what is here. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const isOld = major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1]);
  // https://github.com/nodejs/node/issues/65446: native modules such as better-sqlite3 12 abort the process.
  const aborts = major === 24 && minor >= 19;
  if (!isOld && !aborts) return;
  console.error(
    isOld
      ? `LunaSec needs Node ${minimumNode.join('.')} or newer; this is ${process.versions.node}. Install a newer Node and try again.`
      : `Node ${process.versions.node} has a fault that ends the process when the embedded SQLite is used. Take Node 20, 22, or 24 before 24.19.`,
  );
  process.exit(1);
}

/** Runs a command in the repository root. Resolves with its exit code; a signal counts as 1. */
export function run(command, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${command}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Whether `node_modules` holds what the lock file names: npm writes its own copy of the lock there. */
export function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.link ||
      entry.optional ||
      !path.startsWith('node_modules/') ||
      present[path]?.version === entry.version,
  );
}

const stampFile = join(root, '.cache', 'build.json');

/** A digest of every source file's path, size and time: what the last build was made from. */
function sourceDigest() {
  const hash = createHash('sha256');
  const visit = (directory) => {
    for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (['node_modules', 'dist', '.lunasec'].includes(entry.name)) continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) visit(path);
      else {
        const { size, mtimeMs } = statSync(path);
        hash.update(`${relative(root, path)}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  for (const name of packages) visit(join(root, name));
  for (const name of ['package-lock.json', 'tsconfig.base.json']) hash.update(readFileSync(join(root, name)));
  return hash.digest('hex');
}

export function isBuilt() {
  if (!existsSync(stampFile) || packages.some((name) => !existsSync(join(root, name, 'dist')))) return false;
  return JSON.parse(readFileSync(stampFile, 'utf8')).digest === sourceDigest();
}

export async function install() {
  return run('npm', ['ci', '--no-audit', '--no-fund'], { quiet: true });
}

/** Builds every package in the order of its imports, and remembers from what. */
export async function build() {
  const result = await run('npm', ['run', 'build'], { quiet: true });
  if (result.code === 0) {
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, JSON.stringify({ digest: sourceDigest() }));
  }
  return result;
}
