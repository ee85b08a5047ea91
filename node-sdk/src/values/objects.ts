import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { request as requestHTTP } from 'node:http';
import { request as requestHTTPS } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Chunks } from '@lunasec/secure-frame/crypto';
import type { SignedRequest } from '../client/index.js';
import { UnavailableError } from '../errors/index.js';

/** The way to the object store. Both throw UNAVAILABLE when it cannot be reached. */
export interface ObjectTransfer {
  /**
   * Sends `size` bytes; `open` is called for every attempt. `refused`: the signed URL has run out, or does not fit. What
   * is there already counts as stored: only the same ciphertext can be.
   */
  upload(
    request: SignedRequest,
    size: number,
    open: () => Readable,
    signal?: AbortSignal,
  ): Promise<'stored' | 'refused'>;
  /** What is there, as it comes; null when the signed URL has run out. */
  download(request: SignedRequest, signal?: AbortSignal): Promise<Chunks | null>;
}

/** How long nothing may move, in milliseconds. */
const patience = 30_000;

class Unreachable extends Error {}

/** Over HTTP, with pauses between up to three attempts. */
export function createObjectTransfer({ firstPause = 200 }: { firstPause?: number } = {}): ObjectTransfer {
  const policy = retry(handleType(Unreachable), {
    maxAttempts: 2,
    backoff: new ExponentialBackoff({ initialDelay: firstPause, maxDelay: firstPause * 20 }),
  });

  async function attempt<T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal | undefined) => Promise<T>,
  ) {
    try {
      return await policy.execute(() => work(signal), signal);
    } catch (cause) {
      throw new UnavailableError('The object store cannot be reached.', { cause });
    }
  }

  return {
    upload: (request, size, open, signal) =>
      attempt(signal, async (aborted) => {
        const body = open();
        try {
          const response = await send(request, { 'content-length': size }, body, aborted);
          response.resume();
          const status = response.statusCode ?? 0;
          // 409 and 412: an attempt whose answer was lost has arrived, as uploads only create.
          return status < 300 || status === 409 || status === 412 ? 'stored' : 'refused';
        } finally {
          body.destroy();
        }
      }),
    download: (request, signal) =>
      attempt(signal, async (aborted) => {
        const response = await send(request, {}, null, aborted);
        if (response.statusCode === 200) return interruptible(response);
        response.resume();
        return null;
      }),
  };
}

/** One attempt. Rejects with Unreachable for what may pass: no answer, 5xx and 429. */
async function send(
  { url, method, headers }: SignedRequest,
  more: Record<string, string | number>,
  body: Readable | null,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const start = new URL(url).protocol === 'https:' ? requestHTTPS : requestHTTP;
  const request = start(url, {
    method,
    headers: { ...headers, ...more },
    ...(signal === undefined ? {} : { signal }),
  });
  request.setTimeout(patience, () => request.destroy(new Error(`Nothing moved for ${patience} ms.`)));
  if (body) body.once('error', (error) => request.destroy(error)).pipe(request);
  else request.end();
  try {
    // A store that refuses may answer, and close, before it has read all: its answer is what counts.
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject);
    });
    const status = response.statusCode ?? 0;
    if (status < 500 && status !== 429) return response;
    response.resume();
    throw new Error(`The object store answered with status ${status}.`);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new Unreachable('The object store did not answer.', { cause });
  }
}

async function* interruptible(response: IncomingMessage): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (cause) {
    throw new UnavailableError('The object store broke off. Ask again.', { cause });
  }
}
