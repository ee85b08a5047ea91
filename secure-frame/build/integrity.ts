import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

/**
 * Pins by subresource integrity (https://www.w3.org/TR/sri-2/) what a page loads: its scripts and styles by attribute, and what
 * these import, at once or later, by an import map, which is the only way to pin that. `base` is where the pages are served.
 * The map is inline: who serves the page has to admit it by its hash.
 */
export const integrity = (base: string): Plugin => ({
  name: 'integrity',
  apply: 'build',
  writeBundle: {
    order: 'post',
    sequential: true,
    // From what was written: nothing changes it any more.
    async handler({ dir }, bundle) {
      if (dir === undefined) throw new Error('The frames are built into a directory.');
      const pin = async (url: string) => [url, await pinOf(join(dir, url.slice(base.length)))] as const;
      for (const page of Object.keys(bundle).filter((file) => file.endsWith('.html'))) {
        const html = await readFile(join(dir, page), 'utf8');
        const loaded = [...html.matchAll(/ (?:src|href)="([^"]*)"/g)].map(([, url]) => url!);
        const pins = new Map(await Promise.all(loaded.map(pin)));
        const pinned = html.replace(
          / crossorigin (?:src|href)="([^"]*)"/g,
          (attributes, url: string) => `${attributes} integrity="${pins.get(url)!}"`,
        );
        if (pinned.split(' integrity="sha384-').length !== loaded.length + 1)
          throw new Error(`${page} loads what is not pinned.`);
        const imported = importsOf(
          bundle,
          loaded.map((url) => url.slice(base.length)),
        );
        const map = {
          integrity: Object.fromEntries(await Promise.all(imported.map((it) => pin(base + it)))),
        };
        const script = `<script type="importmap">${JSON.stringify(map)}</script>\n    `;
        // In front of all scripts: what is loaded before it is there, it does not pin.
        await writeFile(
          join(dir, page),
          imported.length === 0 ? pinned : pinned.replace('<script ', () => `${script}<script `),
        );
      }
    },
  },
});

const pinOf = async (path: string) =>
  `sha384-${createHash('sha384')
    .update(await readFile(path))
    .digest('base64')}`;

/** All that these scripts import, and so on; sorted. */
function importsOf(bundle: Rolldown.OutputBundle, files: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (file: string): void => {
    const chunk = bundle[file];
    if (chunk?.type !== 'chunk') return;
    for (const imported of [...chunk.imports, ...chunk.dynamicImports]) {
      if (found.has(imported)) continue;
      found.add(imported);
      visit(imported);
    }
  };
  files.forEach(visit);
  return [...found].sort();
}
