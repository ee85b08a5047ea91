#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { ConfigError, readEnvironment } from './config.js';
import { createSchema, printAPI } from './graphql/schema.js';
import { runTokenizer } from './server.js';
import { openTokenStore } from './stores.js';

const program = new Command('tokenizer').description(
  'The LunaSec tokenizer. Settings are LUNASEC_… variables.',
);

program
  .command('start')
  .description('Run the tokenizer until SIGTERM or SIGINT.')
  .action(async () => {
    const settings = readEnvironment(process.env);
    const tokenizer = await runTokenizer(settings);
    console.log(
      `Tokenizer on ${tokenizer.url} (${settings.tokenStore.kind}, ${settings.objectStore.kind}) for ` +
        settings.applications.map(({ id }) => id).join(', '),
    );
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        tokenizer.close().then(() => process.exit(0), fail);
      });
  });

program
  .command('migrate')
  .description('Create or update tables and indexes, then end. Safe to repeat; start does it as well.')
  .action(async () => {
    const settings = readEnvironment(process.env);
    await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
    const store = await openTokenStore(settings, (text) => console.error(text));
    try {
      await store.migrate();
    } finally {
      await store.close();
    }
    console.log(`The ${settings.tokenStore.kind} database is up to date.`);
  });

program
  .command('schema')
  .description('Print the GraphQL schema.')
  .action(async () => {
    process.stdout.write(printAPI(await createSchema()));
  });

function fail(error: unknown): void {
  if (error instanceof ConfigError) console.error(error.message);
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    console.error('The port is taken. Stop what listens there, or set LUNASEC_PORT.');
  else console.error(error);
  process.exit(error instanceof ConfigError ? 2 : 1);
}

await program.parseAsync().catch(fail);
