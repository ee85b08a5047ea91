import type { Download } from '../protocol/internal.js';
import { ProblemError } from '../protocol/problem.js';
import { sleep } from '../shared/retry.js';
import { maxBatch, unavailable } from './api.js';
import type { Api, DetokenizeResult } from './api.js';
import type { Sessions } from './session.js';

export interface Detokenization {
  /** Fetches what the page is about to show, so that the elements' own asks need no call. */
  prefetch(tokens: string[]): void;
  /** Where to download a token's value. Asks at about the same time share one call. */
  claim(token: string): Promise<Download>;
  /** Forgets everything: another session. */
  clear(): void;
}

interface Entry {
  download: Promise<Download>;
  resolve(download: Download): void;
  reject(error: unknown): void;
  /** How many elements will still ask. */
  expected: number;
  state: 'asked' | 'granted' | 'refused';
}

/** How long asks are collected before a call, in milliseconds. */
const collecting = 10;
/** Presigned downloads live for 60 s; one that was not claimed by then is asked for anew. */
const keeping = 45_000;

export function createDetokenization(
  api: Pick<Api, 'detokenize'>,
  sessions: Pick<Sessions, 'run'>,
): Detokenization {
  let entries = new Map<string, Entry>();
  let queue = new Map<string, Entry>();

  function entryOf(token: string): Entry {
    const known = entries.get(token);
    if (known) return known;
    const entry = createEntry();
    entries.set(token, entry);
    if (queue.size === 0) void collect();
    queue.set(token, entry);
    return entry;
  }

  async function collect(): Promise<void> {
    await sleep(collecting);
    let batch: [string, Entry][] = [];
    const take = () => {
      batch = [...queue];
      queue = new Map();
    };
    try {
      // Taken when a session exists, so that what is asked while it is being made goes along.
      const results = await sessions.run((accessToken) => {
        if (batch.length === 0) take();
        return fetchAll(
          accessToken,
          batch.map(([token]) => token),
        );
      });
      batch.forEach(([token, entry], index) => settle(token, entry, results[index]));
    } catch (error) {
      if (batch.length === 0) take();
      for (const [token, entry] of batch) {
        forget(token, entry);
        entry.reject(error);
      }
    }
  }

  async function fetchAll(accessToken: string, tokens: string[]): Promise<DetokenizeResult[]> {
    const calls: Promise<DetokenizeResult[]>[] = [];
    for (let start = 0; start < tokens.length; start += maxBatch)
      calls.push(api.detokenize(accessToken, tokens.slice(start, start + maxBatch)));
    return (await Promise.all(calls)).flat();
  }

  function settle(token: string, entry: Entry, result: DetokenizeResult | undefined): void {
    const answer = result?.token === token ? result : undefined;
    entry.state = answer?.download ? 'granted' : 'refused';
    if (answer?.download) entry.resolve(answer.download);
    else
      entry.reject(
        answer?.problem ? new ProblemError(answer.problem.code, answer.problem.message) : unavailable(),
      );
    // Kept, refusals too, for those who were announced and have not asked yet.
    if (entry.expected <= 0) forget(token, entry);
    else setTimeout(() => forget(token, entry), keeping);
  }

  function forget(token: string, entry: Entry): void {
    if (entries.get(token) === entry) entries.delete(token);
  }

  return {
    prefetch(tokens) {
      for (const token of tokens) {
        // Announced again after a refusal: the app may have granted it since.
        if (entries.get(token)?.state === 'refused') entries.delete(token);
        entryOf(token).expected++;
      }
    },
    claim(token) {
      const entry = entryOf(token);
      entry.expected--;
      if (entry.state !== 'asked' && entry.expected <= 0) forget(token, entry);
      return entry.download;
    },
    clear() {
      // What no call was made for yet is asked for in the session that comes.
      entries = new Map(queue);
    },
  };
}

function createEntry(): Entry {
  let resolve!: Entry['resolve'];
  let reject!: Entry['reject'];
  const download = new Promise<Download>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  // A prefetched token may be refused before, or without, anyone claiming it.
  download.catch(() => undefined);
  return { download, resolve, reject, expected: 0, state: 'asked' };
}
