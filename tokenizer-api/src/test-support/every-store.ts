import { describe, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { TokenizerConfig } from '../config/settings.js';

/** A token store as settings, in a database of its own. */
export interface StoreSettings {
  config: Pick<TokenizerConfig, 'tokenStore'>;
  /** Removes the database. Tokenizers on it must be closed. */
  drop(): Promise<void>;
}

/** Runs tests on every token store that can be had here: the embedded one, and MongoDB where `MONGODB_URI` names one. */
export function describeOnEveryStore(name: string, tests: (newStore: () => StoreSettings) => void): void {
  describe(`${name}, on SQLite`, () =>
    tests(() => ({ config: { tokenStore: { kind: 'sqlite' } }, drop: async () => undefined })));

  const uri = process.env.MONGODB_URI;
  if (uri === undefined || uri === '')
    describe(`${name}, on MongoDB`, () => {
      test.skip('needs a real one: set MONGODB_URI', () => undefined);
    });
  else
    describe(`${name}, on MongoDB`, () =>
      tests(() => {
        const database = `lunasec_test_${randomUUID().replaceAll('-', '')}`;
        return {
          config: { tokenStore: { kind: 'mongodb', uri, database } },
          async drop() {
            const connection = await mongoose.createConnection(uri, { dbName: database }).asPromise();
            await connection.dropDatabase();
            await connection.close();
          },
        };
      }));
}
