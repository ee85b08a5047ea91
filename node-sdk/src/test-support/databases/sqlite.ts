import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabase } from './database.js';

export interface SQLiteDatabase extends TestDatabase {
  run(statement: string): void;
}

export async function openSQLite(): Promise<SQLiteDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'lunasec-column-'));
  const path = join(directory, 'app.db');
  const database = new Database(path);
  // Ids are compared as numbers, what they are called as text.
  database.exec(`create table people (
    id integer primary key, ssn text, ssn_token text, country text default 'NL', age real, photo blob
  )`);
  return {
    url: `sqlite:${path}`,
    place: { table: 'people', column: 'ssn' },
    key: 'id',
    run: (statement) => void database.exec(statement),
    async insert(rows) {
      const statement = database.prepare('insert into people (id, ssn) values (?, ?)');
      database.transaction(() => {
        for (const [id, value] of Object.entries(rows)) statement.run(Number(id), value);
      })();
    },
    async set(id, value) {
      database.prepare('update people set ssn = ? where id = ?').run(value, Number(id));
    },
    async remove(id) {
      database.prepare('delete from people where id = ?').run(Number(id));
    },
    async read(column = 'ssn') {
      const rows = database.prepare(`select id, ${column} as value from people order by id`).all();
      return Object.fromEntries(
        (rows as { id: number; value: unknown }[]).map(({ id, value }) => [id, value]),
      );
    },
    async close() {
      database.close();
      rmSync(directory, { recursive: true });
    },
  };
}
