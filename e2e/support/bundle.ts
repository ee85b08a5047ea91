import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const outDir = join(import.meta.dirname, '../../.cache/e2e-fixture');
const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');

/** Bundles the fixture's page and returns the directory to serve. In a process of its own: vite loads native code. */
export async function bundleFixture(): Promise<string> {
  const root = join(import.meta.dirname, '../fixture/web');
  await promisify(execFile)(process.execPath, [vite, 'build', root, '--outDir', outDir, '--emptyOutDir']);
  return outDir;
}
