import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { integrity } from './build/integrity.js';

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

const base = '/frame/';

/** Has a page load what its script imports together with it. Vite's own would bring a script of its own to do so. */
const preloadImports: Plugin = {
  name: 'preload-imports',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { chunk }) =>
      (chunk?.imports ?? []).map((file) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', crossorigin: true, href: base + file },
        injectTo: 'head',
      })),
  },
};

/**
 * Static pages, served by the tokenizer under `/frame`; nothing inline but the pins of what scripts import. The page of files is
 * built by itself (`--mode files`): what it shared with the page of fields would be cut into more and smaller scripts there.
 */
export default defineConfig(({ mode }) => ({
  base,
  plugins: [preloadImports, integrity(base)],
  build: {
    outDir: 'dist/frame',
    emptyOutDir: mode !== 'files',
    target: 'es2022',
    // What newer browsers do themselves is not imitated for older ones: of `light-dark` that leaves no colour at all.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: Object.fromEntries(
        (mode === 'files' ? ['file'] : ['controller', 'element']).map((name) => [name, page(name)]),
      ),
    },
  },
}));
