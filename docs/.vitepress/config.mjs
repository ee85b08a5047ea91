/** The documentation site: `npm run docs`, `npm run docs:build`. Its pages need no network when they are read. */
import { defineConfig } from 'vitepress';
import { anchorOf } from '../../scripts/lib/markdown.mjs';
import { documentMarkdown } from './markdown.mjs';
import { nav, sidebar } from './navigation.mjs';

export default defineConfig({
  title: 'LunaSec',
  description: 'Keep national ids, card numbers and health notes out of your app.',
  lang: 'en',
  cleanUrls: false,
  // The site may live below a path, as on GitHub Pages.
  base: process.env.DOCS_BASE ?? '/',
  // Those that a reader's own machine answers.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    // The anchors of GitHub, so that one link works in both places.
    anchor: { slugify: anchorOf },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: documentMarkdown,
  },
  themeConfig: {
    nav,
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    footer: { message: 'Apache License 2.0' },
  },
  vite: {
    // Mermaid is loaded by pages with diagrams only, in pieces, the largest of which is above the usual bound.
    build: { chunkSizeWarningLimit: 1500 },
  },
});
