import type { Database } from 'better-sqlite3';
import { atomically } from './schema.js';

/**
 * Runs a write, all of it or nothing, and resolves once it is on the disk. The work may be run again after it was undone, so it
 * must change nothing but the database.
 */
export type WriteTogether = <T>(work: () => T) => Promise<T>;

interface Waiting {
  /** Does the work; gives how to tell of it, once it is stored. */
  run(): () => void;
  reject(error: unknown): void;
}

const groups = new WeakMap<Database, WriteTogether>();

/**
 * Writes that come in the same turn of the event loop are one transaction: alone, each would keep the process waiting for the disk.
 * When one fails all are undone, and the others are done again. A savepoint for each would cost as much as a write, and
 * hardly any fails.
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
    for (const tell of runAll(turn)) tell();
  }

  /** Gives how to tell of each. */
  function runAll(turn: readonly Waiting[]): (() => void)[] {
    if (turn.length === 0) return [];
    let failed: Waiting | undefined;
    const runOne = (each: Waiting) => {
      try {
        return each.run();
      } catch (error) {
        failed = each;
        throw error;
      }
    };
    try {
      return atomically(database, () => turn.map(runOne));
    } catch (error) {
      const tellOf =
        ({ reject }: Waiting) =>
        () =>
          reject(error);
      // Without one that failed it was the transaction, as when the disk is full or another process writes for too long.
      if (!failed) return turn.map(tellOf);
      return [tellOf(failed), ...runAll(turn.filter((each) => each !== failed))];
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
