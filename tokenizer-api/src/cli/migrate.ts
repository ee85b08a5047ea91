import { Command } from 'commander';
import { mkdir } from 'node:fs/promises';
import { openTokenStore } from '../stores.js';
import { settingsOf } from './settings.js';

export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('Create or update tables and indexes, then end. Safe to repeat; start does it as well.')
    .action(async (_options, command: Command) => {
      const settings = await settingsOf(command);
      await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
      const store = await openTokenStore(settings, (text) => console.error(text));
      try {
        await store.migrate();
      } finally {
        await store.close();
      }
      console.log(`The ${settings.tokenStore.kind} database is up to date.`);
    });
