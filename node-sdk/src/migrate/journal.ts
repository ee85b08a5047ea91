import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { z } from 'zod';
import { MigrationError } from './column.js';

/** A batch whose tokens are not all known to be in their rows, or deleted. */
export interface OpenBatch {
  /** What its tokens have in their metadata. */
  id: string;
  /** Ids of its rows, in the order of the numbers that their tokens have in their metadata. */
  rows: readonly string[];
}

/** Remembers, for the next run, which batches this one leaves open if it is killed. Never holds values or tokens. */
export interface Journal {
  /** Batches that former runs left open. */
  readonly left: readonly OpenBatch[];
  /** Before a batch is begun. */
  begin(batch: OpenBatch): void;
  /** After it is known what became of all its tokens; those of former runs as well. */
  end(id: string): void;
}

const format = z.strictObject({
  version: z.literal(1),
  column: z.string(),
  batches: z.array(z.strictObject({ id: z.uuid(), rows: z.array(z.string()) })),
});

/** The journal of a column in a file, which only its owner can read and which is there only while something is open. */
export function openJournal(path: string, column: string): Journal {
  const left = existsSync(path) ? readJournal(path, column) : [];
  let batches: readonly OpenBatch[] = left;
  function save(next: readonly OpenBatch[]): void {
    batches = next;
    if (batches.length === 0) rmSync(path, { force: true });
    else writeDurably(path, JSON.stringify({ version: 1, column, batches }));
  }
  return {
    left,
    begin: (batch) => save([...batches, batch]),
    end: (id) => save(batches.filter((batch) => batch.id !== id)),
  };
}

function readJournal(path: string, column: string): OpenBatch[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Told below, as whatever else it may be.
  }
  const { data } = format.safeParse(value);
  if (data?.column !== column)
    throw new MigrationError(
      `${path} is not the journal of a migration of ${column}. Name another by --journal.`,
    );
  return data.batches;
}

/** As a whole or not at all, and on the disk before anything else is done. */
function writeDurably(path: string, text: string): void {
  const draft = `${path}.draft`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}
