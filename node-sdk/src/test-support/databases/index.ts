import { openMongoDB } from './mongodb.js';
import { openPostgres } from './postgres.js';
import { openSQLite } from './sqlite.js';
import type { TestDatabase } from './database.js';

export type { Rows, TestDatabase } from './database.js';
export { openMongoDB, openPostgres, openSQLite };

const { MONGODB_URI, POSTGRES_URL } = process.env;

/** The databases that this machine can have; undefined in the place of one that it cannot, with the variable to set. */
export const databases: readonly [string, (() => Promise<TestDatabase>) | undefined, string][] = [
  ['SQLite', openSQLite, ''],
  ['MongoDB', MONGODB_URI ? () => openMongoDB(MONGODB_URI) : undefined, 'MONGODB_URI'],
  ['PostgreSQL', POSTGRES_URL ? () => openPostgres(POSTGRES_URL) : undefined, 'POSTGRES_URL'],
];
