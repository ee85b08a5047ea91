import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');

/**
 * Bundles the page in a folder of `e2e` and returns the directory to serve. In a process of its own: vite loads native code.
 */
export async function bundleFixture(folder = 'fixture/web'): Promise<string> {
  const root = join(import.meta.dirname, '..', folder);
  const outDir = join(import.meta.dirname, '../../.cache', `e2e-${folder.replaceAll('/', '-')}`);
  await promisify(execFile)(process.execPath, [vite, 'build', root, '--outDir', outDir, '--emptyOutDir']);
  return outDir;
}
