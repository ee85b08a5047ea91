import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Where the demo's server is while Vite serves the page: `npm run dev`. */
const server = process.env.DEMO_SERVER_URL;

export default defineConfig({
  root: fileURLToPath(new URL('web', import.meta.url)),
  plugins: [react()],
  ...(server && {
    server: {
      proxy: Object.fromEntries(['/graphql', '/.lunasec', '/config.json'].map((path) => [path, server])),
    },
  }),
  build: {
    outDir: fileURLToPath(new URL('dist/web', import.meta.url)),
    emptyOutDir: true,
    // The page's CSP allows no inline code and no data: URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
