import type { ControllerLink } from '../../element/link.js';
import { ProblemError, toProblem } from '../../protocol/problem.js';
import type { Problem } from '../../protocol/problem.js';
import { DamagedFileError, openFile } from './load.js';

export type DownloadState = 'none' | 'loading' | 'named' | 'downloading' | 'ready' | 'failed';

export interface DownloadStatus {
  state: DownloadState;
  filename: string | undefined;
  /** Bytes. */
  size: number;
  received: number;
  problem: Problem | null;
  isDamaged: boolean;
  /** All of it, authentic to the last byte: in the state `ready` only. */
  content: Blob | null;
}

/** One stored file: its name first, its content when somebody wants it. */
export interface DownloadOf {
  status(): DownloadStatus;
  /** `whole`: its content at once, for a preview. */
  show(token: string | null, whole: boolean): void;
  /** Fetches the content. Resolves with it, or with null when it failed or was stopped. */
  fetch(): Promise<Blob | null>;
  stop(): void;
  /** The session is another one. */
  reset(): void;
}

const nothing: DownloadStatus = {
  state: 'none',
  filename: undefined,
  size: 0,
  received: 0,
  problem: null,
  isDamaged: false,
  content: null,
};

export function createDownload({
  link,
  fetch,
  changed,
  failed,
}: {
  link: Pick<ControllerLink, 'requestDownload'>;
  fetch: typeof globalThis.fetch;
  changed(): void;
  failed(problem: Problem): void;
}): DownloadOf {
  let token: string | null = null;
  let status = nothing;
  /** Of what runs; another one each time, so that a late answer changes nothing. */
  let running = new AbortController();

  function enter(next: Partial<DownloadStatus>): void {
    status = { ...status, ...next };
    changed();
  }

  function begin(): AbortSignal {
    running.abort();
    running = new AbortController();
    return running.signal;
  }

  function fail(signal: AbortSignal, error: unknown): void {
    if (signal.aborted) return;
    const problem = toProblem(error);
    enter({ state: 'failed', problem, isDamaged: error instanceof DamagedFileError, content: null });
    failed(problem);
  }

  async function load(name: string, whole: boolean): Promise<Blob | null> {
    const signal = begin();
    enter({
      state: whole && status.filename !== undefined ? 'downloading' : 'loading',
      received: 0,
      problem: null,
      content: null,
    });
    try {
      const file = await openFile(name, link, fetch, signal);
      if (signal.aborted) {
        file.cancel();
        return null;
      }
      const { filename = '', size } = file;
      if (!whole) {
        file.cancel();
        enter({ state: 'named', filename, size });
        return null;
      }
      enter({ state: 'downloading', filename, size });
      const content = await file.read((received) => {
        if (!signal.aborted) enter({ received });
      });
      if (signal.aborted) return null;
      enter({ state: 'ready', received: size, content });
      return content;
    } catch (error) {
      fail(signal, error);
      return null;
    }
  }

  return {
    status: () => status,
    show(wanted, whole) {
      if (wanted === token && wanted !== null && status.state !== 'failed') return;
      begin();
      token = wanted;
      status = nothing;
      if (wanted === null) changed();
      else void load(wanted, whole);
    },
    fetch: async () => (status.content ? status.content : token === null ? null : load(token, true)),
    stop() {
      if (status.state !== 'downloading') return;
      begin();
      enter({ state: 'named', received: 0 });
    },
    reset() {
      if (token === null) return;
      const signal = begin();
      // What was on show is not for the eyes of the next one.
      status = nothing;
      fail(
        signal,
        new ProblemError('READ_GRANT_MISSING', 'The session changed. Ask the app for the data again.'),
      );
    },
  };
}
