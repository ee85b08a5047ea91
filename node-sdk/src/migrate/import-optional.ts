import { MigrationError } from './column.js';

/** An optional peer, loaded by those alone who use it. */
export async function importOptional<T>(name: string, load: () => Promise<T>, install: string): Promise<T> {
  try {
    return await load();
  } catch {
    throw new MigrationError(`This database needs ${name}: ${install}`);
  }
}
