#!/usr/bin/env node
/**
 * `npm run gallery`: installs and builds what is missing, then runs the component gallery with a tokenizer of its own. All that is
 * stored in it is gone when it stops.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bold, dim, green, seconds } from './lib/progress.mjs';
import { embeddedTokenizer, prepare, runServers } from './lib/servers.mjs';

const since = Date.now();
await prepare();

const data = mkdtempSync(join(tmpdir(), 'lunasec-gallery-'));
const galleryPort = Number(process.env.GALLERY_PORT ?? 4020);
const galleryURL = `http://localhost:${galleryPort}`;
const tokenizer = embeddedTokenizer({
  port: Number(process.env.GALLERY_TOKENIZER_PORT ?? 4030),
  variable: 'GALLERY_TOKENIZER_PORT',
  directory: join(data, 'tokenizer'),
  application: { id: 'gallery', url: galleryURL },
});

await runServers(
  [
    tokenizer,
    {
      name: 'gallery',
      port: galleryPort,
      variable: 'GALLERY_PORT',
      readyURL: galleryURL,
      args: ['gallery/dist/server/main.js'],
      env: {
        PORT: String(galleryPort),
        GALLERY_URL: galleryURL,
        GALLERY_DATA_DIRECTORY: join(data, 'gallery'),
        TOKENIZER_URL: tokenizer.url,
      },
    },
  ],
  { cleanUp: () => rmSync(data, { recursive: true, force: true }) },
);

console.log(
  `  ${green('●')} ${bold('Gallery')} ${galleryURL}  ${dim(`tokenizer ${tokenizer.url}, ready in ${seconds(since)}, stop with Ctrl-C`)}`,
);
