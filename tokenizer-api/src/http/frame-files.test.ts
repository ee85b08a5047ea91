import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { frameDirectory, frameHashesFile } from '@lunasec/secure-frame/files';
import { appendFile, cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf, readFrameFiles, readPublishedHashes } from './frame-files.js';

describe('the frames that are served', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'frames-'));
    await cp(frameDirectory, directory, { recursive: true });
  });
  afterEach(() => rm(directory, { recursive: true }));
  const read = async () => readFrameFiles(directory, await readPublishedHashes(frameHashesFile));
  const script = async () =>
    Object.keys((await readPublishedHashes(frameHashesFile)).files).find((path) => path.endsWith('.js'))!;

  test('are the published ones, every page and asset', async () => {
    const files = await read();
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['controller.html', 'element.html', 'file.html']),
    );
    expect(files.size).toBeGreaterThanOrEqual(9);
    const { files: hashes } = await readPublishedHashes(frameHashesFile);
    for (const [path, content] of files) expect(hashOf(content)).toBe(hashes[path]);
  });

  test('are refused when one byte was added to one of them, which is named', async () => {
    const path = await script();
    await appendFile(join(directory, path), ' ');
    await expect(read()).rejects.toThrow(`${path} was changed`);
  });

  test('are refused when a page was changed', async () => {
    await appendFile(join(directory, 'element.html'), '\n');
    await expect(read()).rejects.toThrow('element.html was changed');
  });

  test('are refused when there is one too many', async () => {
    await writeFile(join(directory, 'assets/more-12345678.js'), '');
    await expect(read()).rejects.toThrow('assets/more-12345678.js is none of them');
  });

  test('are refused when one is missing, or has another name', async () => {
    await rename(join(directory, 'file.html'), join(directory, 'files.html'));
    await expect(read()).rejects.toThrow(/file\.html is missing, files\.html is none of them\. Install/);
  });

  test('are refused when there are none', async () => {
    await expect(
      readFrameFiles(join(directory, 'nowhere'), await readPublishedHashes(frameHashesFile)),
    ).rejects.toThrow('There are no frames in');
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['of another package', '{"package":"other","version":"1","files":{}}'],
    ['with a weaker hash', '{"package":"@lunasec/secure-frame","version":"1","files":{"a.js":"sha1-x"}}'],
    [
      'with a path that leads out',
      '{"package":"@lunasec/secure-frame","version":"1","files":{"../a.js":""}}',
    ],
  ])('are refused when the list of hashes is %s', async (_, content) => {
    const file = join(directory, 'frame-hashes.json');
    if (content !== undefined) await writeFile(file, content);
    await expect(readPublishedHashes(file)).rejects.toThrow(/install @lunasec\/secure-frame again/);
  });
});
