import knexModule from 'knex';
import { randomUUID } from 'node:crypto';
import type { Rows, TestDatabase } from './database.js';

export interface PostgresDatabase extends TestDatabase {
  run(statement: string): Promise<unknown>;
}

/** A database of its own on the server at a URL, whose user may create some. */
export async function openPostgres(serverURL: string): Promise<PostgresDatabase> {
  const name = `lunasec_test_${randomUUID().replaceAll('-', '')}`;
  const connect = (url: string) => knexModule({ client: 'pg', connection: url, pool: { min: 0, max: 2 } });
  const server = connect(serverURL);
  await server.raw('create database ??', [name]);
  const url = new URL(serverURL);
  url.pathname = `/${name}`;
  const database = connect(url.href);
  await database.raw(
    "create table people (id bigint primary key, ssn text, ssn_token text, country text default 'NL')",
  );
  return {
    url: url.href,
    place: { table: 'people', column: 'ssn' },
    key: 'id',
    run: (statement) => database.raw(statement),
    async insert(rows) {
      await database('people').insert(Object.entries(rows).map(([id, ssn]) => ({ id, ssn })));
    },
    async set(id, ssn) {
      await database('people').where({ id }).update({ ssn });
    },
    async remove(id) {
      await database('people').where({ id }).delete();
    },
    async read(column = 'ssn'): Promise<Rows> {
      const rows = await database('people').select({ id: 'id', value: column }).orderBy('id');
      return Object.fromEntries(
        (rows as { id: string; value: unknown }[]).map(({ id, value }) => [id, value]),
      );
    },
    async close() {
      await database.destroy();
      await server.raw('drop database ??', [name]);
      await server.destroy();
    },
  };
}
