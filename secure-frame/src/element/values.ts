import {
  createDataKey,
  decryptValue,
  encryptValue,
  fromBase64,
  sha256,
  textMediaType,
  toBase64,
} from '../crypto/index.js';
import type { Download, Upload } from '../protocol/internal.js';
import type { Batch } from '../protocol/messages.js';
import { ProblemError } from '../protocol/problem.js';
import { createToken } from '../protocol/token.js';
import { retry } from '../shared/retry.js';
import type { ControllerLink } from './link.js';

/** Most bytes of UTF-8 that a text field stores. */
export const maxTextBytes = 1024 * 1024;
const transferTimeout = 60_000;

/**
 * Stores a text under a new token: encrypts it here, asks the controller where to put it, uploads. The token is
 * returned only when the object store has the ciphertext. Token and key are new at every call, so nothing of a failed
 * one is used again.
 */
export async function storeText(
  text: string,
  batch: Batch,
  link: Pick<ControllerLink, 'requestUpload' | 'skip'>,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  const data = new TextEncoder().encode(text);
  if (data.length > maxTextBytes) {
    link.skip(batch);
    throw new ProblemError('TOO_LARGE', 'The text is too long: at most 1 MiB.');
  }
  const token = createToken();
  const dataKey = createDataKey();
  const ciphertext = await encryptValue({ token, dataKey, mediaType: textMediaType, data });
  const input = {
    token,
    dataKey: toBase64(dataKey),
    size: ciphertext.length,
    checksum: toBase64(await sha256(ciphertext)),
  };
  dataKey.fill(0);
  data.fill(0);

  const first = await link.requestUpload(batch, input);
  const status = await put(first, ciphertext, fetch);
  if (status === 'refused') {
    // The signed URL ran out while waiting: `tokenize` with the same input signs a new one.
    const again = await link.requestUpload({ id: token, size: 1 }, input);
    if ((await put(again, ciphertext, fetch)) === 'refused')
      throw new ProblemError('UNAVAILABLE', 'The object store refused the upload. Try again.');
  }
  return token;
}

/** Uploads are create-only: 409 and 412 say that an earlier try, whose answer was lost, has arrived. */
async function put(
  { url, method, headers }: Upload,
  body: Uint8Array<ArrayBuffer>,
  fetch: typeof globalThis.fetch,
): Promise<'stored' | 'refused'> {
  const { ok, status } = await transfer(url, { method, headers: asHeaders(headers), body }, fetch);
  return ok || status === 409 || status === 412 ? 'stored' : 'refused';
}

/** Fetches and decrypts a text. Throws {@link ProblemError}. */
export async function loadText(
  token: string,
  link: Pick<ControllerLink, 'requestDownload'>,
  fetch: typeof globalThis.fetch,
): Promise<string> {
  let download = await link.requestDownload(token);
  let response = await get(download, fetch);
  if (!response.ok && response.status !== 404) {
    download = await link.requestDownload(token);
    response = await get(download, fetch);
  }
  if (!response.ok)
    throw new ProblemError('UNAVAILABLE', 'The stored value could not be fetched. Try again.');
  const damaged = new ProblemError('UNAVAILABLE', 'The stored value is damaged.');
  const ciphertext = new Uint8Array(await response.arrayBuffer());
  if (ciphertext.length !== download.size) throw damaged;
  const dataKey = fromBase64(download.dataKey);
  try {
    const { mediaType, data } = await decryptValue({ token, dataKey, ciphertext });
    if (!mediaType.startsWith('text/plain'))
      throw new ProblemError('BAD_USER_INPUT', 'This token names a file. Only text can be shown here.');
    // A byte order mark that somebody typed is part of the text.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch (error) {
    throw error instanceof ProblemError ? error : damaged;
  } finally {
    dataKey.fill(0);
  }
}

const get = ({ url, method, headers }: Download, fetch: typeof globalThis.fetch) =>
  transfer(url, { method, headers: asHeaders(headers) }, fetch);

const asHeaders = (headers: Record<string, string>) => new Headers(headers);

/** Repeats what failed in passing: no answer, or the object store's own trouble (5xx, 429). */
async function transfer(url: string, init: RequestInit, fetch: typeof globalThis.fetch): Promise<Response> {
  const offline = new ProblemError('UNAVAILABLE', 'The object store could not be reached. Try again.');
  return retry(
    async () => {
      const response = await fetch(url, {
        ...init,
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        signal: AbortSignal.timeout(transferTimeout),
      }).catch(() => {
        throw offline;
      });
      if (response.status >= 500 || response.status === 429) throw offline;
      return response;
    },
    (error) => error === offline,
  );
}
