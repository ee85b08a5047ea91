import { decryptStream, fromBase64 } from '../../crypto/index.js';
import type { ValueHeader } from '../../crypto/index.js';
import type { ControllerLink } from '../../element/link.js';
import type { Download } from '../../protocol/internal.js';
import { ProblemError } from '../../protocol/problem.js';
import { retry, within } from '../../shared/retry.js';

/** A stored file whose beginning was opened: what it is, and its bytes, if they are wanted. */
export interface OpenedFile extends Pick<ValueHeader, 'mediaType' | 'filename' | 'size'> {
  /**
   * All of the file, once the last byte has come and is authentic. In memory there is one segment at a time; what is opened
   * goes to the browser's own storage. Rejects with a {@link ProblemError}.
   */
  read(onProgress: (bytes: number) => void): Promise<Blob>;
  /** Ends the transfer, if it is not read. */
  cancel(): void;
}

/** How long a transfer may stand still, in milliseconds. */
const stallTimeout = 60_000;
/** So many pieces become one Blob: a long list of small ones is slow to join. */
const piecesOfBlob = 16;

/**
 * Fetches a file and opens its first segment, which says what it is. Throws {@link ProblemError}. Aborting `signal` ends it at any
 * time.
 */
export async function openFile(
  token: string,
  link: Pick<ControllerLink, 'requestDownload'>,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<OpenedFile> {
  let download = await link.requestDownload(token);
  let response = await get(download, fetch, signal);
  if (!response.ok && response.status !== 404) {
    // The signed URL ran out while it waited.
    download = await link.requestDownload(token);
    response = await get(download, fetch, signal);
  }
  if (!response.ok || !response.body) throw unreachable();
  const reader = response.body.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  const dataKey = fromBase64(download.dataKey);
  try {
    const { data, mediaType, filename, size } = await decryptStream({
      token,
      dataKey,
      size: download.size,
      ciphertext: chunksOf(reader),
    });
    return {
      mediaType,
      ...(filename === undefined ? {} : { filename }),
      size,
      cancel,
      async read(onProgress) {
        try {
          return await collect(data, onProgress);
        } catch (error) {
          cancel();
          throw problemOf(error);
        }
      },
    };
  } catch (error) {
    cancel();
    throw problemOf(error);
  } finally {
    dataKey.fill(0);
  }
}

async function collect(
  data: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onProgress: (bytes: number) => void,
): Promise<Blob> {
  const blobs: Blob[] = [];
  let pieces: Blob[] = [];
  let done = 0;
  const join = () => {
    blobs.push(new Blob(pieces));
    pieces = [];
  };
  for await (const piece of data) {
    pieces.push(new Blob([piece]));
    done += piece.length;
    if (pieces.length === piecesOfBlob) join();
    onProgress(done);
  }
  join();
  return new Blob(blobs);
}

async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const { done, value } = await within(stallTimeout, reader.read(), unreachable).catch(() => {
      throw unreachable();
    });
    if (done) return;
    yield value;
  }
}

/** Repeats what failed in passing: no answer, or the object store's own trouble (5xx, 429). */
const get = (
  { url, method, headers }: Download,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Response> => {
  const passing = unreachable();
  return retry(
    async () => {
      const response = await fetch(url, {
        method,
        headers: new Headers(headers),
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal,
      }).catch(() => {
        throw passing;
      });
      if (response.status >= 500 || response.status === 429) throw passing;
      return response;
    },
    (error) => error === passing && !signal.aborted,
  );
};

const unreachable = () => new ProblemError('UNAVAILABLE', 'The stored file could not be fetched. Try again.');

/** What came is not, or not all of, what was stored. */
export class DamagedFileError extends ProblemError {
  override name = 'DamagedFileError';

  constructor() {
    super('UNAVAILABLE', 'The stored file is damaged and cannot be opened.');
  }
}

const problemOf = (error: unknown): ProblemError =>
  error instanceof ProblemError ? error : new DamagedFileError();
