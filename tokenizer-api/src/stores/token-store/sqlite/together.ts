import type { Database } from 'better-sqlite3';
import { atomically } from './schema.js';

/** Runs a write, all of it or nothing, and resolves once it is on the disk. */
export type WriteTogether = <T>(work: () => T) => Promise<T>;

interface Waiting {
  /** Does the work; gives how to tell of it, once it is stored. */
  run(): () => void;
  reject(error: unknown): void;
}

const groups = new WeakMap<Database, WriteTogether>();

/**
 * Writes that come in the same turn of the event loop are one transaction: alone, each would keep the process waiting for the disk.
 * One that fails undoes itself only.
 */
export function writingTogether(database: Database): WriteTogether {
  let group = groups.get(database);
  if (!group) groups.set(database, (group = createGroup(database)));
  return group;
}

function createGroup(database: Database): WriteTogether {
  let waiting: Waiting[] = [];

  function writeAll(): void {
    const turn = waiting;
    waiting = [];
    let tell: (() => void)[];
    try {
      tell = atomically(database, () => turn.map(runOne));
    } catch (error) {
      tell = turn.map(
        ({ reject }) =>
          () =>
            reject(error),
      );
    }
    for (const each of tell) each();
  }

  function runOne({ run, reject }: Waiting): () => void {
    try {
      // Inside another transaction it is a savepoint.
      return database.transaction(run)();
    } catch (error) {
      // After some failures, such as of a full disk, SQLite has undone everything.
      if (!database.inTransaction) throw error;
      return () => reject(error);
    }
  }

  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      const run = () => {
        const result = work();
        return () => resolve(result);
      };
      waiting.push({ run, reject });
      if (waiting.length === 1) setImmediate(writeAll);
    });
}
