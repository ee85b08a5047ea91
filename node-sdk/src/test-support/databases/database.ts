/** What a test puts into a column and finds there, by the row's id. */
export type Rows = Record<string, unknown>;

/** A table or collection `people` of a database of its own, as its app sees it. */
export interface TestDatabase {
  readonly url: string;
  /** How `lunasec` is told of its column `ssn`. */
  readonly place: { table: string; column: string };
  /** How a row is named in bindings. */
  readonly key: string;
  /** Adds rows; the column `country` of all is `NL`. */
  insert(rows: Rows): Promise<void>;
  set(id: string, value: unknown): Promise<void>;
  remove(id: string): Promise<void>;
  /** A column of all rows; `ssn` by default. */
  read(column?: string): Promise<Rows>;
  close(): Promise<void>;
}
