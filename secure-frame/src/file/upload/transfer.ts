import { createDataKey, toBase64 } from '../../crypto/index.js';
import type { Bytes } from '../../crypto/index.js';
import type { FileLink } from '../link.js';
import type { FileState } from '../../protocol/files.js';
import type { TokenizeInput, Upload } from '../../protocol/internal.js';
import type { Batch } from '../../protocol/messages.js';
import { ProblemError, toProblem } from '../../protocol/problem.js';
import type { FrameProblemCode, Problem } from '../../protocol/problem.js';
import { createToken } from '../../protocol/token.js';
import { retry } from '../../shared/retry.js';
import { readCiphertext } from './ciphertext.js';
import type { CiphertextReader } from './ciphertext.js';
import type { Network } from './network.js';
import type { Send } from './send.js';

export type TransferState = Exclude<FileState, 'refused' | 'downloading'>;

export interface TransferStatus {
  state: TransferState;
  /** Bytes of the file that were sent. */
  sent: number;
  /** Why it failed. */
  problem: Problem | null;
  /** Once it is stored. */
  token: string | null;
}

/** One file on its way to the object store. */
export interface Transfer {
  status(): TransferStatus;
  /** Begins, as a member of a batch: a new token, a new key. Does nothing unless it is queued. */
  start(batch: Batch): void;
  pause(): void;
  resume(): void;
  /** Goes on where it failed, or queues it anew where that is of no use: then `start` it. */
  retry(): void;
  /** Gives it up for good; the tokenizer sweeps what was sent. */
  cancel(): void;
  /** What was stored is of no use any more. */
  fail(problem: Problem): void;
}

export interface TransferParts {
  file: File;
  link: Pick<FileLink, 'requestUpload' | 'requestMultipart' | 'signPart' | 'completeUploads' | 'skip'>;
  send: Send;
  network: Network;
  /** Shared by all transfers: how many requests run at a time. */
  limit<T>(task: () => Promise<T>): Promise<T>;
  changed(): void;
}

/** Ciphertexts up to this size go in one request, in bytes: the size of a part. */
export const singleRequestSize = 8 * 1024 * 1024;
/** Parts of one file that are kept in memory and sent at a time. */
const partsInFlight = 3;

/** After these nothing that was begun can go on: another try is a new upload. */
const endings: readonly FrameProblemCode[] = [
  'BAD_USER_INPUT',
  'GRANT_EXPIRED',
  'STORE_GRANT_MISSING',
  'TOO_LARGE',
  'QUOTA_EXCEEDED',
  'UPLOAD_MISSING',
];
const isEnding = (error: unknown) => error instanceof ProblemError && endings.includes(error.code);

class PassingError extends Error {}

export function createTransfer({ file, link, send, network, limit, changed }: TransferParts): Transfer {
  let state: TransferState = 'queued';
  let problem: Problem | null = null;
  let token: string | null = null;
  /** Share of the ciphertext that was sent. */
  let progress = 0;
  /** Of the requests that run: they are aborted by a pause, a failure and a cancellation. */
  let requests = new AbortController();
  let reopened = deferred();
  /** Counts uploads, so that what is left of a former one changes nothing. */
  let turn = 0;
  let isOver = false;
  /** Whether an upload is under way, be it paused or failed: it can go on. */
  let isBegun = false;

  function enter(next: TransferState, why: Problem | null = null): void {
    if (isOver || (state === next && problem === why)) return;
    state = next;
    problem = why;
    changed();
  }

  /** Stops what runs; it goes on at the same place after `open`. */
  function close(next: 'paused' | 'failed', why: Problem | null = null): void {
    enter(next, why);
    requests.abort();
  }
  function open(): void {
    requests = new AbortController();
    enter('uploading');
    reopened.resolve();
    reopened = deferred();
  }

  /** Ends the upload: the next one is another. */
  function end(next: 'failed' | 'queued', why: Problem | null = null): void {
    turn++;
    isBegun = false;
    token = null;
    progress = 0;
    requests.abort();
    enter(next, why);
    reopened.resolve();
    reopened = deferred();
  }

  const ended = (mine: number) => isOver || mine !== turn;

  /** Does one thing, again and again if it must: after a pause, and after a failure when the person tries again. */
  async function step<T>(mine: number, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      if (ended(mine)) throw new DOMException('Cancelled.', 'AbortError');
      const { signal } = requests;
      if (signal.aborted) {
        await reopened.promise;
        continue;
      }
      try {
        return await task(signal);
      } catch (error) {
        if (signal.aborted) continue;
        if (isEnding(error)) throw error;
        close('failed', toProblem(error));
      }
    }
  }

  /** Sends a body to where `sign` says, which is asked anew at each try. Again on what may pass. */
  async function put(
    body: Bytes,
    signal: AbortSignal,
    sign: () => Promise<Upload>,
    onProgress: (bytes: number) => void,
  ): Promise<void> {
    const tryOnce = async () => {
      if (!network.isOnline()) {
        enter('waiting');
        await network.online(signal);
        enter('uploading');
      }
      const status = await limit(async () => send(await sign(), body, { signal, onProgress }));
      // Whole objects are only created: an earlier try, whose answer was lost, has arrived.
      if ((status >= 200 && status < 300) || status === 409 || status === 412) return onProgress(body.length);
      onProgress(0);
      throw new PassingError();
    };
    try {
      // Without a network it is no failure, however often it happens.
      for (;;)
        try {
          return await retry(
            tryOnce,
            (error) => error instanceof PassingError && network.isOnline() && !signal.aborted,
          );
        } catch (error) {
          if (!(error instanceof PassingError) || network.isOnline() || signal.aborted) throw error;
        }
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      throw new ProblemError('UNAVAILABLE', 'The object store could not be reached. Try again.');
    }
  }

  async function sendWhole(mine: number, reader: CiphertextReader, input: TokenizeInput, batch: Batch) {
    const body = await reader.read(new Uint8Array(reader.size));
    if (ended(mine)) return link.skip(batch);
    const whole = { ...input, checksum: await digest(body) };
    // The batch has one call; what is asked later is asked alone.
    const alone: Batch = { id: input.token, size: 1 };
    let first: Upload | undefined = await step(mine, () => link.requestUpload(batch, whole));
    await step(mine, (signal) =>
      put(
        body,
        signal,
        async () => {
          const upload = first ?? (await link.requestUpload(alone, whole));
          first = undefined;
          return upload;
        },
        (bytes) => report(mine, bytes / body.length),
      ),
    );
  }

  async function sendParts(mine: number, reader: CiphertextReader, input: TokenizeInput, batch: Batch) {
    let asked = false;
    const { partSize } = await step(mine, () => {
      const joined = asked ? { id: input.token, size: 1 } : batch;
      asked = true;
      return link.requestMultipart(joined, input);
    });
    let last = 0;
    let done = 0;
    const running = new Map<number, number>();
    const tell = () => report(mine, (done + sum(running.values())) / reader.size);
    let reading: Promise<unknown> = Promise.resolve();
    /** The next part, read when it is wanted: one after the other, as the ciphertext is made from front to back. */
    function next(buffer: Bytes): Promise<{ number: number; body: Bytes }> {
      const turn = reading.then(async () => ({ number: ++last, body: await reader.read(buffer) }));
      reading = turn.catch(() => undefined);
      return turn;
    }
    async function work(): Promise<void> {
      // The same for all of its parts: memory stays flat.
      const buffer = new Uint8Array(Math.min(partSize, reader.size));
      for (;;) {
        if (ended(mine)) return;
        const { number, body } = await next(buffer);
        if (body.length === 0) return;
        const part = { number, size: body.length, checksum: await digest(body) };
        await step(mine, (signal) =>
          put(
            body,
            signal,
            () => link.signPart(input.token, part),
            (bytes) => {
              running.set(number, bytes);
              tell();
            },
          ),
        );
        running.delete(number);
        done += body.length;
        tell();
      }
    }
    await Promise.all(Array.from({ length: partsInFlight }, work));
    await step(mine, async () => {
      const [result] = await link.completeUploads([input.token]);
      if (result?.problem) throw new ProblemError(result.problem.code, result.problem.message);
      if (result?.token !== input.token)
        throw new ProblemError('UNAVAILABLE', 'The tokenizer gave a wrong answer.');
    });
  }

  function report(mine: number, share: number): void {
    if (ended(mine)) return;
    progress = share;
    changed();
  }

  async function upload(mine: number, batch: Batch): Promise<void> {
    const name = createToken();
    const dataKey = createDataKey();
    let reader: CiphertextReader | undefined;
    try {
      reader = readCiphertext(file, { token: name, dataKey });
      const input = { token: name, dataKey: toBase64(dataKey), size: reader.size };
      if (reader.size <= singleRequestSize) await sendWhole(mine, reader, input, batch);
      else await sendParts(mine, reader, input, batch);
      if (ended(mine)) return;
      token = name;
      progress = 1;
      enter('stored');
    } catch (error) {
      if (!ended(mine)) end('failed', toProblem(error));
    } finally {
      reader?.close();
      dataKey.fill(0);
    }
  }

  return {
    status: () => ({ state, sent: Math.floor(Math.min(progress, 1) * file.size), problem, token }),
    start(batch) {
      if (isOver || state !== 'queued') return link.skip(batch);
      requests = new AbortController();
      isBegun = true;
      enter('uploading');
      void upload(++turn, batch);
    },
    pause() {
      if (state === 'uploading' || state === 'waiting') close('paused');
    },
    resume() {
      if (state === 'paused') open();
    },
    retry() {
      if (state !== 'failed') return;
      if (isBegun) open();
      else end('queued');
    },
    cancel() {
      if (isOver) return;
      end('queued');
      isOver = true;
    },
    fail(why) {
      end('failed', why);
    },
  };
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** SHA-256, base64. Without the copy that `sha256` makes. */
async function digest(bytes: Bytes): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
