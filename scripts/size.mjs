#!/usr/bin/env node
/**
 * `npm run size`: how many bytes a browser loads, minified and compressed by gzip -9, and a failure where that is over the limit.
 * Needs a build. Of the SDK everything counts that its entry imports, but not React; of a frame all scripts of its page.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { root } from './lib/workspace.mjs';

const frames = join(root, 'secure-frame/dist/frame');

const parts = [
  ['react-sdk', 8000, () => bundle('react-sdk/dist/index.js')],
  ['  on demand', undefined, () => bundle('react-sdk/dist/index.js', 'later')],
  ['react-sdk/files', undefined, () => bundle('react-sdk/dist/files.js')],
  ['react-sdk/elements', undefined, () => bundle('react-sdk/dist/custom-elements/index.js')],
  ['controller page', 8000, () => scriptsOf('controller.html')],
  ['element page', 12_000, () => scriptsOf('element.html')],
  ['  on demand', undefined, () => scriptsOf('element.html', 'later')],
  ['file page', undefined, () => scriptsOf('file.html')],
];

const compressed = (code) => gzipSync(code, { level: 9 }).length;

/** What an entry is bundled to; or what it loads `later`, beside the frames or for what only some pages need. */
async function bundle(entry, when = 'at once') {
  const build = await rolldown({
    input: join(root, entry),
    external: /^react(-dom)?(\/|$)/,
    platform: 'browser',
  });
  const { output } = await build.generate({ format: 'es', minify: true, comments: false });
  await build.close();
  const named = (name) => output.find(({ fileName }) => fileName === name);
  const withImports = (chunk) => [chunk, ...chunk.imports.map(named).filter(Boolean).flatMap(withImports)];
  const atOnce = new Set(withImports(output[0]));
  const counted = output.filter((chunk) => atOnce.has(chunk) === (when === 'at once'));
  return counted.reduce((total, { code }) => total + compressed(code), 0);
}

/**
 * The scripts that a page names, and all that these import, each compressed alone as they are served; or what it loads `later`,
 * for what only some of its fields need.
 */
function scriptsOf(name, when = 'at once') {
  const page = join(frames, name);
  if (!existsSync(page)) return undefined;
  const html = readFileSync(page, 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/frame\/([^"]+\.js)"/g)].map(([, path]) =>
    join(frames, path),
  );
  const importsOf = (file, expression) =>
    [...readFileSync(file, 'utf8').matchAll(expression)].map(([, path]) => join(dirname(file), path));
  const withImports = (files, found = new Set()) => {
    for (const file of files)
      if (!found.has(file)) withImports(importsOf(file, /from\s*["'`](\.[^"'`]+)["'`]/g), found.add(file));
    return found;
  };
  const atOnce = withImports(named);
  const later = withImports(
    [...atOnce].flatMap((file) => importsOf(file, /import\(\s*["'`](\.[^"'`]+)["'`]/g)),
  );
  const counted = when === 'later' ? [...later].filter((file) => !atOnce.has(file)) : [...atOnce];
  return counted.reduce((total, file) => total + compressed(readFileSync(file)), 0);
}

let failed = false;
for (const [name, limit, measure] of parts) {
  const size = await measure();
  if (size === undefined) continue;
  const over = limit !== undefined && size > limit;
  failed ||= over;
  const columns = [name.padEnd(20), String(size).padStart(7), limit === undefined ? '' : `of ${limit}`];
  console.log(`${columns.join('  ')}${over ? `  ${size - limit} too many` : ''}`);
}
process.exit(failed ? 1 : 0);
