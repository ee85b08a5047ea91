import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { root } from './lib/workspace.mjs';

const published = ['secure-frame', 'tokenizer-api', 'node-sdk', 'react-sdk'];

/** The package as npm would publish it. */
async function pack(name) {
  const directory = await mkdtemp(join(tmpdir(), 'lunasec-pack-'));
  try {
    const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${directory}`];
    const { stdout } = await promisify(execFile)('npm', args, { cwd: join(root, name) });
    return await readFile(join(directory, JSON.parse(stdout)[0].filename));
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe.each(published)('the package %s', (name) => {
  test('has an exports map that every tool understands', async () => {
    const { messages } = await publint({ pkgDir: join(root, name), strict: true });
    expect(messages).toEqual([]);
  });

  test('has types that every module resolution of ESM finds', async () => {
    const { problems = [] } = await checkPackage(createPackageFromTarballData(await pack(name)));
    // Nothing here is CommonJS, so who requires it needs Node 22, and node10 knows no exports map.
    const unexpected = problems.filter(
      ({ kind, resolutionKind }) => kind !== 'CJSResolvesToESM' && resolutionKind !== 'node10',
    );
    expect(unexpected).toEqual([]);
  });
});
