import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

/** Static pages, served by the tokenizer under `/frame`; nothing inline, so their policy needs no exception. */
export default defineConfig({
  base: '/frame/',
  build: {
    outDir: 'dist/frame',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: {
        controller: page('controller'),
        element: page('element'),
        file: page('file'),
      } },
  },
});
