import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { LunaSecError } from '../errors/index.js';
import { MigrationError } from '../migrate/column.js';
import type { Column, OpenColumn } from '../migrate/column.js';
import { readDescriptions } from '../migrate/describe.js';
import type { Describe } from '../migrate/describe.js';
import { openColumn } from '../migrate/open.js';
import type { Problem, Vault } from '../migrate/tokenize.js';
import { UsageError } from './io.js';
import type { IO } from './io.js';
import { openLunaSec } from './lunasec-options.js';
import type { LunaSecFlags } from './lunasec-options.js';
import { createProgress } from './progress.js';

export interface ColumnFlags extends LunaSecFlags {
  database?: string;
  table?: string;
  collection?: string;
  column?: string;
  field?: string;
  to?: string;
  key?: string;
  batchSize: number;
  binding?: string;
  metadata?: string;
}

/** What the commands on columns work with. */
export interface ColumnParts {
  openColumn: OpenColumn;
  openLunaSec(flags: LunaSecFlags): Promise<Vault>;
}

export const columnParts: ColumnParts = { openColumn, openLunaSec };

/** Adds the options that name a column of a database. */
export const withColumn = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--database <url>',
        'mongodb:, postgres:, mysql:, mariadb: or sqlite:; better in the environment, for others see command lines',
      ).env('DATABASE_URL'),
    )
    .option('--table <name>', 'the table, or schema.table')
    .option('--collection <name>', 'the same for MongoDB')
    .option('--column <name>', 'the column')
    .option('--field <path>', 'the same for MongoDB; it may be nested, as address.street')
    .option('--to <name>', 'the column that the result goes to (default: the same)')
    .option('--key <name>', 'the column that tells rows apart (default: id; MongoDB: _id)')
    .addOption(
      new Option('--batch-size <number>', 'rows at a time, from 1 to 1000').default(200).argParser(batchSize),
    );

function batchSize(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size <= 1000) return size;
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.');
}

export interface ColumnWork {
  column: Column;
  describe: Describe['describe'];
  isSame: boolean;
  stop: AbortSignal;
  onProgress(done: number, total: number): void;
}

/**
 * Opens the column, works on it until the end or a signal, and closes it. What is wrong with the call is a UsageError; what
 * goes wrong in the work is printed, and makes the command fail.
 */
export async function onColumn(
  { io, flags, open }: { io: IO; flags: ColumnFlags; open: OpenColumn },
  work: (parts: ColumnWork) => Promise<void>,
): Promise<void> {
  const { database, table = flags.collection, column: name = flags.field, to } = flags;
  if (database === undefined || table === undefined || name === undefined)
    throw new UsageError(
      'Name the database (DATABASE_URL or --database), the table (--table or --collection) and the column (--column or --field).',
    );
  const { columns: fields, describe } = await asUsage(async () => readDescriptions(flags));
  const place = { table, column: name, to, key: flags.key, fields };
  const column = await asUsage(async () => open(database, place));
  const progress = createProgress(process.stderr, 'rows');
  const { signal, release } = stopSignal(() => io.err('Stopping after this batch …'));
  try {
    const isSame = to === undefined || to === name;
    await work({ column, describe, isSame, stop: signal, onProgress: progress.update });
  } catch (error) {
    progress.clear();
    if (!(error instanceof MigrationError || error instanceof LunaSecError)) throw error;
    io.err(`${error.message}${error instanceof LunaSecError ? ` (${error.code})` : ''}`);
    io.err('What was done so far stays. Start it again to go on.');
    io.fail();
  } finally {
    progress.clear();
    release();
    await column.close();
  }
}

/** What is wrong before the work begins is a mistake of the call. */
async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof MigrationError ? new UsageError(error.message) : error;
  }
}

/** Aborted by the first Ctrl-C or SIGTERM; the second ends the process as usual. */
function stopSignal(onStop: () => void): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = () => {
    onStop();
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stop);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}

const mostShown = 10;

/** Lines that name rows, the first of many. */
export function problemLines(problems: readonly Problem[]): string[] {
  const lines = problems.slice(0, mostShown).map(({ row, why }) => `  ${row}: ${why}`);
  return problems.length > mostShown ? [...lines, `  … and ${problems.length - mostShown} more`] : lines;
}

/** `1 row`, `2 rows`. */
export const rows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;
