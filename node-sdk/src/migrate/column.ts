/** One row of a table, or document of a collection, as far as a migration looks at it. */
export interface Row {
  /** Names the row in messages and in the journal. Rows of one column never share it. */
  id: string;
  /** The same as the driver has it. */
  key: unknown;
  /** What the column holds. */
  value: unknown;
  /** What is in the place that is written to: the same, unless that is another column. */
  held: unknown;
  /** What bindings and metadata are made of, by column. */
  fields: ReadonlyMap<string, unknown>;
}

/** What a row shall hold instead of what was read. */
export interface Change {
  row: Row;
  to: string;
}

/** Where in a database a column is. */
export interface Place {
  /** Table, with its schema in front where it is not the default one, or collection. */
  table: string;
  column: string;
  /** Where the result goes. Default: in the place of what was read. */
  to?: string | undefined;
  /** The column that tells rows apart. Default: `id`, in MongoDB `_id`. */
  key?: string | undefined;
  /** Columns that are read as well. */
  fields: readonly string[];
}

/** A column of a database. Every function rejects with a MigrationError, which tells nothing of what the rows hold. */
export interface Column {
  /** For messages, such as `people.ssn`. */
  readonly name: string;
  /** Tells this column from the same one of another server's database. */
  readonly identity: string;
  /** Number of rows. */
  count(): Promise<number>;
  /** Every row once, in batches, in the order of their keys. */
  rows(batchSize: number): AsyncIterable<Row[]>;
  /** These rows as they are now; those that are gone are left out. */
  find(rows: readonly Row[]): Promise<Row[]>;
  /**
   * Writes to each row that still holds what was read, and says which were written. When it rejects it is not known
   * whether anything was.
   */
  replace(changes: readonly Change[]): Promise<boolean[]>;
  close(): Promise<void>;
}

/** Opens a column of the database at a URL. */
export type OpenColumn = (url: string, place: Place) => Promise<Column>;

/**
 * What is not as it must be, or failed. Its message is all there is to know: causes are left out, because drivers write
 * statements, and with them values, into theirs.
 */
export class MigrationError extends Error {}

/** Runs a piece of work with the database; what the driver throws becomes a MigrationError with its code. */
export async function withDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw databaseError(error);
  }
}

export function databaseError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const { code, name } = error as { code?: unknown; name?: unknown };
  // Codes and names are the drivers' own words, never what a row holds.
  const what = [code, name].find((word) => typeof word === 'number' || /^\w+$/.test(String(word ?? '')));
  return new MigrationError(`The database failed: ${String(what ?? 'unknown error')}.`);
}
