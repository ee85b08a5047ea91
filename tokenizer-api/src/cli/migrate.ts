import { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { readEnvironment } from '../config/environment.js';
import { openTokenStore } from '../stores.js';

export const migrateCommand = (): Command =>
  new Command('migrate')
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
