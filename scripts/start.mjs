#!/usr/bin/env node
/** `npm start`: installs and builds what is missing, then runs the tokenizer and the demo on embedded stores. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bold, dim, green, seconds } from './lib/progress.mjs';
import { embeddedTokenizer, prepare, runServers } from './lib/servers.mjs';
import { root } from './lib/workspace.mjs';

const since = Date.now();
await prepare();

const data = process.env.LUNASEC_DATA ?? join(root, '.lunasec');
mkdirSync(data, { recursive: true });
const demoPort = Number(process.env.DEMO_PORT ?? 4000);
const demoURL = `http://localhost:${demoPort}`;
const tokenizer = embeddedTokenizer({
  port: Number(process.env.TOKENIZER_PORT ?? 4010),
  variable: 'TOKENIZER_PORT',
  directory: join(data, 'tokenizer'),
  application: { id: 'demo', url: demoURL },
});

await runServers([
  tokenizer,
  {
    name: 'demo',
    port: demoPort,
    variable: 'DEMO_PORT',
    readyURL: demoURL,
    args: ['demo-graphql-app/dist/server/main.js'],
    env: {
      PORT: String(demoPort),
      DEMO_URL: demoURL,
      DEMO_DATA_DIRECTORY: join(data, 'demo'),
      TOKENIZER_URL: tokenizer.url,
    },
  },
]);

console.log(`
  ${green('●')} ${bold('Demo')}       ${demoURL}
  ${green('●')} ${bold('Tokenizer')}  ${tokenizer.url}  ${dim('(GraphQL at /graphql, health at /readyz)')}
  ${dim(`Data in ${data}. Ready in ${seconds(since)}. Stop with Ctrl-C.`)}
`);
