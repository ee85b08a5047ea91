#!/usr/bin/env node
/** `npm start`: installs and builds what is missing, then runs the tokenizer and the demo on embedded stores. */
import { bold, dim, green, seconds } from './lib/progress.mjs';
import { demoServers, prepare, runServers } from './lib/servers.mjs';

const since = Date.now();
await prepare();

const { data, tokenizer, demo } = demoServers();
await runServers([tokenizer, demo]);

console.log(`
  ${green('●')} ${bold('Demo')}       ${demo.readyURL}
  ${green('●')} ${bold('Tokenizer')}  ${tokenizer.url}  ${dim('(GraphQL at /graphql, health at /readyz)')}
  ${dim(`Data in ${data}. Ready in ${seconds(since)}. Stop with Ctrl-C.`)}
`);
