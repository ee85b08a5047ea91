import type { FileLink } from '../link.js';
import type { FileAttributes, FileState, InvalidFileCode } from '../../protocol/files.js';
import { maxCompleted } from '../../protocol/internal.js';
import { ProblemError } from '../../protocol/problem.js';
import type { FrameProblemCode, Problem } from '../../protocol/problem.js';
import { isAccepted } from './accept.js';
import { createLimit } from './network.js';
import type { Network } from './network.js';
import type { Send } from './send.js';
import { createTransfer, singleRequestSize } from './transfer.js';
import type { Transfer } from './transfer.js';

/** A file in the list, as the person sees it. */
export interface UploadEntry {
  id: number;
  file: File;
  state: FileState;
  sent: number;
  code: FrameProblemCode | InvalidFileCode | null;
}

/** The files that somebody chose, in their order, and their uploads. */
export interface Uploads {
  entries(): UploadEntry[];
  /** Adds files, or takes them in the place of what is there when only one may be. */
  add(files: readonly File[], rules: FileAttributes): void;
  pause(id: number): void;
  resume(id: number): void;
  retry(id: number): void;
  remove(id: number): void;
  clear(): void;
  /**
   * Waits until all are stored, and can still be stored by the app: resumes what is paused, tries again what failed. Returns
   * their tokens in order. Throws {@link ProblemError}: VALIDATION_FAILED for files that are refused, or why one failed.
   */
  finish(): Promise<string[]>;
  /** Keeps what is stored from being swept. To be called from time to time while somebody has the page open. */
  keep(): Promise<void>;
  /** The session is another one: what was stored for the former is of no use. */
  reset(): void;
}

export interface UploadsParts {
  link: FileLink;
  send: Send;
  network: Network;
  now(): number;
  changed(): void;
  failed(problem: Problem): void;
}

interface Row {
  id: number;
  file: File;
  refused: InvalidFileCode | null;
  transfer: Transfer;
  /** When the tokenizer last said that its token lives. */
  keptAt: number;
  reported: Problem | null;
}

/** Files that are sent at a time; small ones count as one together. */
const transfersAtATime = 2;
const requestsAtATime = 4;
/** Most small files of one call, and their bytes together: so much is in memory. */
const groupSize = 20;
/** After so long a token is confirmed anew before it is given to the app, in milliseconds. */
const freshness = 4 * 60_000;
const defaultMany = 100;

export function createUploads({ link, send, network, now, changed, failed }: UploadsParts): Uploads {
  let rows: Row[] = [];
  let lastId = 0;
  const limit = createLimit(requestsAtATime);
  /** Those who wait until nothing moves any more. */
  let waiting: (() => void)[] = [];

  function stateOf({ refused, transfer }: Row): FileState {
    return refused ? 'refused' : transfer.status().state;
  }

  function createRow(file: File, refused: InvalidFileCode | null): Row {
    const row: Row = {
      id: ++lastId,
      file,
      refused,
      keptAt: -Infinity,
      reported: null,
      transfer: createTransfer({ file, link, send, network, limit, changed: () => update(row) }),
    };
    return row;
  }

  function update(row: Row): void {
    const { state, problem } = row.transfer.status();
    if (state === 'stored' && row.keptAt === -Infinity) row.keptAt = now();
    if (state !== 'stored') row.keptAt = -Infinity;
    if (state === 'failed' && problem && row.reported !== problem) failed(problem);
    row.reported = problem;
    schedule();
    changed();
    const released = waiting;
    waiting = [];
    for (const release of released) release();
  }

  let scheduling = false;
  /** Starts what has its turn: one large file, or several small ones with one call. */
  function schedule(): void {
    if (scheduling) return;
    scheduling = true;
    // Later, so that all files of one choice are there.
    queueMicrotask(() => {
      scheduling = false;
      const active = new Set(
        rows.filter((row) => ['uploading', 'waiting'].includes(stateOf(row))).map(groupOf),
      );
      while (active.size < transfersAtATime) {
        const group = nextGroup();
        if (group.length === 0) return;
        const id = crypto.randomUUID();
        active.add(id);
        for (const row of group) groups.set(row, id);
        for (const { transfer } of group) transfer.start({ id, size: group.length });
      }
    });
  }
  const groups = new WeakMap<Row, string>();
  const groupOf = (row: Row) => groups.get(row) ?? String(row.id);

  function nextGroup(): Row[] {
    const queued = rows.filter((row) => stateOf(row) === 'queued');
    const group: Row[] = [];
    let bytes = 0;
    for (const row of queued) {
      bytes += row.file.size;
      if (group.length > 0 && (bytes > singleRequestSize || group.length === groupSize)) break;
      group.push(row);
    }
    return group;
  }

  const find = (id: number) => rows.find((row) => row.id === id);

  function drop(gone: readonly Row[]): void {
    rows = rows.filter((row) => !gone.includes(row));
    for (const { transfer } of gone) transfer.cancel();
    changed();
  }

  /** Asks the tokenizer whether what is stored still lives. What does not is uploaded anew. */
  async function confirm(old: readonly Row[]): Promise<void> {
    const tokens = old.flatMap(({ transfer }) => transfer.status().token ?? []);
    for (let start = 0; start < tokens.length; start += maxCompleted) {
      const results = await link.completeUploads(tokens.slice(start, start + maxCompleted));
      for (const { token, problem } of results) {
        const row = old.find(({ transfer }) => transfer.status().token === token);
        if (!problem && row) row.keptAt = now();
        else if (problem && problem.code !== 'UNAVAILABLE') {
          row?.transfer.fail(problem);
          row?.transfer.retry();
        }
      }
    }
  }
  const oldRows = () => rows.filter((row) => stateOf(row) === 'stored' && now() - row.keptAt > freshness);

  return {
    entries: () =>
      rows.map((row) => {
        const { sent, problem } = row.transfer.status();
        return {
          id: row.id,
          file: row.file,
          state: stateOf(row),
          sent,
          code: row.refused ?? problem?.code ?? null,
        };
      }),
    add(files, { accept, multiple = false, maxFiles = multiple ? defaultMany : 1, maxSize = Infinity }) {
      if (files.length === 0) return;
      if (!multiple) drop(rows);
      // What was refused before is looked at no more, once there is another choice.
      drop(rows.filter(({ refused }) => refused !== null));
      let room = maxFiles - rows.length;
      const added = files.map((file) => {
        const refused = !isAccepted(file, accept)
          ? 'TYPE_MISMATCH'
          : file.size > maxSize
            ? 'TOO_LARGE'
            : room-- > 0
              ? null
              : 'TOO_MANY_FILES';
        return createRow(file, refused);
      });
      rows = [...rows, ...added];
      schedule();
      changed();
    },
    pause: (id) => find(id)?.transfer.pause(),
    resume: (id) => find(id)?.transfer.resume(),
    retry: (id) => find(id)?.transfer.retry(),
    remove: (id) => drop(rows.filter((row) => row.id === id)),
    clear: () => drop(rows),
    async finish() {
      if (rows.some(({ refused }) => refused !== null))
        throw new ProblemError('VALIDATION_FAILED', 'There are files that cannot be sent. Remove them.');
      for (const { transfer } of rows) {
        transfer.retry();
        transfer.resume();
      }
      for (let confirmed = false; ;) {
        while (rows.some((row) => ['queued', 'uploading', 'waiting', 'paused'].includes(stateOf(row))))
          await new Promise<void>((resolve) => waiting.push(resolve));
        const broken = rows.map(({ transfer }) => transfer.status()).find(({ state }) => state === 'failed');
        if (broken) throw new ProblemError(broken.problem!.code, broken.problem!.message);
        if (confirmed || oldRows().length === 0) break;
        await confirm(oldRows());
        confirmed = true;
      }
      return rows.map(({ transfer }) => transfer.status().token!);
    },
    async keep() {
      if (oldRows().length > 0) await confirm(oldRows());
    },
    reset() {
      const problem: Problem = {
        code: 'UNAUTHENTICATED',
        message: 'The session changed. Upload the file again.',
      };
      for (const { refused, transfer } of rows) if (!refused) transfer.fail(problem);
    },
  };
}
