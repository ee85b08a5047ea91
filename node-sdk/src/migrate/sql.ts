import type { Knex } from 'knex';
import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { databaseError, MigrationError, withDatabase } from './column.js';
import type { Change, Column, Place, Row } from './column.js';
import { importOptional } from './import-optional.js';

/** A database that knex speaks to, as this module tells them apart. */
type Dialect = 'pg' | 'mysql2' | 'better-sqlite3';

const dialects: Record<string, Dialect> = {
  'postgres:': 'pg',
  'postgresql:': 'pg',
  'mysql:': 'mysql2',
  'mariadb:': 'mysql2',
  'sqlite:': 'better-sqlite3',
  'file:': 'better-sqlite3',
};

/** Which SQL database a URL names; undefined when none. */
export const dialectOf = (url: string): Dialect | undefined => dialects[/^[a-z]+:/.exec(url)?.[0] ?? ''];

/** Characters of a token. */
const tokenLength = 44;

/** Codes of failures after which a transaction is rolled back, and may go well when it is repeated. */
const passing = new Set(['40P01', '40001', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY']);
const attempts = 5;

/** Opens a column of a table. Rejects when it is not there, cannot hold tokens, or its key does not tell rows apart. */
export async function openSQLColumn(url: string, place: Place): Promise<Column> {
  const dialect = dialectOf(url)!;
  const knex = await connect(dialect, url);
  try {
    return await withDatabase(() => inspect(knex, dialect, url, place));
  } catch (error) {
    await knex.destroy();
    throw error;
  }
}

async function connect(dialect: Dialect, url: string): Promise<Knex> {
  const { default: knex } = await importOptional('knex', () => import('knex'), `npm install knex ${dialect}`);
  const connections: Record<Dialect, () => Knex.Config> = {
    pg: () => ({ connection: { connectionString: url } }),
    // Without that, ids of 64 bits would be rounded.
    mysql2: () => ({ connection: withParameter(url, 'supportBigNumbers', 'true') }),
    'better-sqlite3': () => ({ connection: { filename: fileOf(url) }, useNullAsDefault: true }),
  };
  const config = connections[dialect]();
  try {
    return knex({
      client: dialect,
      ...config,
      pool: { min: 0, max: 2, ...(dialect === 'better-sqlite3' ? { afterCreate: wholeIntegers } : {}) },
      acquireConnectionTimeout: 15_000,
      // No statement with its values in the texts of errors.
      compileSqlOnError: false,
      // What it would log are statements.
      log: { warn: () => {}, error: () => {}, deprecate: () => {}, debug: () => {} },
    });
  } catch (error) {
    // The driver is loaded here; knex gives its absence no code.
    if (!/npm install/.test((error as Error).message)) throw databaseError(error);
    throw new MigrationError(`This database needs its driver: npm install ${dialect}`);
  }
}

function withParameter(url: string, name: string, value: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, value);
  return changed.href;
}

function fileOf(url: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url.replace(/^sqlite:(\/\/)?/, '');
  // SQLite would make an empty one.
  if (!existsSync(path)) throw new MigrationError(`There is no file ${path}.`);
  return path;
}

/** Ids of 64 bits do not fit into numbers: another row would be meant. */
function wholeIntegers(
  connection: { defaultSafeIntegers(): void },
  done: (error: Error | null, connection: unknown) => void,
): void {
  connection.defaultSafeIntegers();
  done(null, connection);
}

async function inspect(knex: Knex, dialect: Dialect, url: string, place: Place): Promise<Column> {
  const { table, column, to = column, key = 'id', fields } = place;
  const [schema, name] = table.includes('.') ? splitOnce(table) : [undefined, table];
  const from = (runner: Knex = knex) => {
    const query = runner(name);
    return schema === undefined ? query : query.withSchema(schema);
  };
  const types = (await from().columnInfo()) as unknown as Record<string, Knex.ColumnInfo | undefined>;
  const wanted = [...new Set([key, column, to, ...fields])];
  requireColumns(table, types, wanted);
  if (dialect !== 'better-sqlite3') requireRoom(`${table}.${to}`, types[to]!);
  if (key === column || key === to)
    throw new MigrationError(`${table}.${key} tells the rows apart, so it cannot be replaced itself.`);
  await requireKey(from, table, key);

  const selection = Object.fromEntries(wanted.map((each, index) => [`c${index}`, each]));
  const at = new Map(wanted.map((each, index) => [each, `c${index}`]));
  const rowOf = (found: Record<string, unknown>): Row => {
    const get = (each: string) => found[at.get(each)!];
    return {
      id: idOf(get(key)),
      key: get(key),
      value: get(column),
      held: get(to),
      fields: new Map(fields.map((each) => [each, get(each)])),
    };
  };
  const select = (runner?: Knex) =>
    from(runner).select(selection) as Knex.QueryBuilder<object, Record<string, unknown>[]>;

  /** Exactly as it was read, whatever the column's collation takes for the same. */
  function holds(query: Knex.QueryBuilder, each: string, value: unknown): void {
    if (value === null) query.whereNull(each);
    else if (typeof value !== 'string' || types[each]!.type === 'character')
      query.where(each, value as string);
    else query.whereRaw(sameText[dialect], [each, value]);
  }

  async function write(changes: readonly Change[]): Promise<boolean[]> {
    return knex.transaction(async (transaction) => {
      const written: boolean[] = [];
      for (const { row, to: text } of changes) {
        const query = from(transaction).where(key, row.key as string);
        holds(query, column, row.value);
        if (to !== column) holds(query, to, row.held);
        const count = Number(await query.update({ [to]: text }));
        if (count > 1) throw new MigrationError(`${table}.${key} does not tell the rows apart.`);
        written.push(count === 1);
      }
      await check(
        transaction,
        changes.filter((_, index) => written[index]),
      );
      return written;
    });
  }

  /** Before the old values are gone for good: nothing cut off the new ones, no trigger changed them. */
  async function check(transaction: Knex, written: readonly Change[]): Promise<void> {
    const wantedTexts = new Map(written.map(({ row, to: text }) => [row.id, text]));
    const keys = written.map(({ row }) => row.key as string);
    if (keys.length === 0) return;
    for (const found of await select(transaction).whereIn(key, keys)) {
      const { id, held } = rowOf(found);
      if (String(held) !== wantedTexts.get(id))
        throw new MigrationError(`${table}.${to} does not keep what is written to it. Nothing was changed.`);
    }
  }

  return {
    name: `${table}.${column}`,
    identity: JSON.stringify([dialect, await serverOf(knex, dialect, url), table, column, to]),
    count: () =>
      withDatabase(async () => {
        const [found] = (await from().count({ count: '*' })) as { count: unknown }[];
        return Number(found!.count);
      }),
    async *rows(batchSize) {
      for (let last: Row | undefined; ;) {
        const query = select().orderBy(key).limit(batchSize);
        if (last) query.where(key, '>', last.key as string);
        const found = (await withDatabase(async () => query)).map(rowOf);
        if (found.length === 0) return;
        yield found;
        last = found.at(-1)!;
      }
    },
    find: (rows) =>
      withDatabase(async () => {
        const keys = rows.map((row) => row.key as string);
        return keys.length === 0 ? [] : (await select().whereIn(key, keys)).map(rowOf);
      }),
    replace: async (changes) => {
      for (let attempt = 1; ; attempt++)
        try {
          return await write(changes);
        } catch (error) {
          if (attempt === attempts || !passing.has(String((error as { code?: unknown }).code)))
            throw databaseError(error);
        }
    },
    close: () => knex.destroy(),
  };
}

const sameText: Record<Dialect, string> = {
  pg: '(??)::text collate "C" = ?',
  mysql2: 'cast(convert(?? using utf8mb4) as binary) = cast(convert(? using utf8mb4) as binary)',
  'better-sqlite3': '?? collate binary = ?',
};

function splitOnce(table: string): [string, string] {
  const dot = table.indexOf('.');
  return [table.slice(0, dot), table.slice(dot + 1)];
}

function requireColumns(table: string, types: Record<string, unknown>, wanted: readonly string[]): void {
  const names = Object.keys(types);
  if (names.length === 0) throw new MigrationError(`The database has no table ${table}.`);
  for (const name of wanted)
    if (!Object.hasOwn(types, name))
      throw new MigrationError(`${table} has no column ${name}. It has ${names.join(', ')}.`);
}

function requireRoom(name: string, { type, maxLength }: Knex.ColumnInfo): void {
  if (!/char|text|user-defined/i.test(type))
    throw new MigrationError(
      `${name} is of type ${type}. Make a text column for the tokens and name it by --to.`,
    );
  if (maxLength !== null && maxLength >= 0 && Number(maxLength) < tokenLength)
    throw new MigrationError(
      `${name} holds ${maxLength} characters, and a token has ${tokenLength}. Widen it first, or name another column by --to.`,
    );
}

async function requireKey(from: () => Knex.QueryBuilder, table: string, key: string): Promise<void> {
  const [twice] = (await from().select(key).groupBy(key).havingRaw('count(*) > 1').limit(1)) as unknown[];
  const [none] = (await from().select(key).whereNull(key).limit(1)) as unknown[];
  if (twice !== undefined || none !== undefined)
    throw new MigrationError(`${table}.${key} does not tell the rows apart. Name a unique column by --key.`);
}

/** What tells a database from others that a URL may lead to, now or later; as well as the server says. */
async function serverOf(knex: Knex, dialect: Dialect, url: string): Promise<unknown> {
  if (dialect === 'better-sqlite3') return realpathSync(fileOf(url));
  const { host, pathname } = new URL(url);
  const query = {
    pg: 'select system_identifier::text as id from pg_control_system()',
    mysql2: 'select @@server_uuid as id',
  }[dialect];
  // Not every server has it, or tells it to everybody.
  const id = await knex.raw(query).then(
    (answer: unknown) => JSON.stringify((answer as { rows?: unknown }).rows ?? (answer as unknown[])[0]),
    () => '',
  );
  return [host, pathname, id];
}

function idOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'bigint' || Number.isSafeInteger(key)) return String(key);
  if (key instanceof Uint8Array) return Buffer.from(key).toString('hex');
  throw new MigrationError(
    'Keys must be whole numbers, texts or bytes. Name another unique column by --key.',
  );
}
