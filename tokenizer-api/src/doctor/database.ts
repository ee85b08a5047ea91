import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { loadDriver } from '../stores/token-store/sqlite/driver.js';
import { schemaVersion } from '../stores/token-store/sqlite/schema.js';
import { fault, fine, reasonOf } from './finding.js';
import type { Finding } from './finding.js';

/** Whether the database can be reached, and is as the tokenizer needs it. Changes nothing that stays. */
export async function checkDatabase(
  { tokenStore, dataDirectory }: Settings,
  now: () => Date,
): Promise<Finding[]> {
  if (tokenStore.kind === 'sqlite') return [await checkFile(join(dataDirectory, 'tokenizer.sqlite'))];
  // Loaded only where it is used: the driver is large.
  const { checkMongoDB } = await import('./mongodb.js');
  return checkMongoDB(tokenStore, now);
}

export async function checkFile(path: string, load = loadDriver): Promise<Finding> {
  let SQLite: Awaited<ReturnType<typeof loadDriver>>;
  try {
    SQLite = await load();
  } catch (error) {
    return fault(
      'database',
      `the driver of the embedded database cannot be used (${reasonOf(error)})`,
      'Run: npm install better-sqlite3, npm rebuild better-sqlite3; or keep tokens in MongoDB.',
    );
  }
  if (!existsSync(path)) return fine('database', `${path} will be made on the first start`);
  try {
    const database = new SQLite(path, { readonly: true });
    try {
      const health = String(database.pragma('quick_check', { simple: true }));
      const version = Number(database.pragma('user_version', { simple: true }));
      if (health !== 'ok')
        return fault('database', `${path} is damaged (${health})`, 'Restore it from a backup.');
      if (version > schemaVersion)
        return fault(
          'database',
          `${path} was made by a newer version of the tokenizer`,
          'Run that version, or a later one.',
        );
      const state = version < schemaVersion ? ', to be brought up to date by the next start' : '';
      return fine('database', `${path} is sound${state}`);
    } finally {
      database.close();
    }
  } catch (error) {
    return fault(
      'database',
      `${path} cannot be read (${reasonOf(error)})`,
      'Check its owner, or restore it from a backup.',
    );
  }
}
