import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const cache = join(import.meta.dirname, '../../.cache');
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');

/**
 * Bundles the page in `<folder>/web`, a folder of `e2e`, and returns the directory to serve. In a process of its own: vite loads
 * native code.
 */
export async function bundleFixture(folder = 'fixture'): Promise<string> {
  const root = join(import.meta.dirname, '..', folder, 'web');
  const outDir = join(cache, `e2e-${basename(folder)}`);
  await promisify(execFile)(process.execPath, [vite, 'build', root, '--outDir', outDir, '--emptyOutDir']);
  return outDir;
}
