import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('web', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('dist/web', import.meta.url)),
    emptyOutDir: true,
    // The page's CSP allows no inline code and no data: URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // Browsers that know light-dark(): what stands in for it looks at the root's colour scheme only.
    cssTarget: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
  },
});
