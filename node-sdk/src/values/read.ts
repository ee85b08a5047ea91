import { CiphertextError, decryptStream, fromBase64 } from '@lunasec/secure-frame/crypto';
import type { CallOptions, DownloadResult, TokenizerClient } from '../client/index.js';
import { createError, UnavailableError } from '../errors/index.js';
import type { TokenRef } from '../token.js';
import { mapConcurrently } from './concurrency.js';
import type { ObjectTransfer } from './objects.js';
import { textOf } from './values.js';
import type { LargeValue, Value } from './values.js';

export interface ReadParts {
  client: Pick<TokenizerClient, 'requestDownloads'>;
  objects: ObjectTransfer;
}

/** Values that are fetched at a time. */
const concurrency = 8;

/** Reads values whole: one call of the tokenizer. All or nothing. */
export async function readValues(
  parts: ReadParts,
  refs: readonly TokenRef[],
  options: CallOptions = {},
): Promise<Value[]> {
  if (refs.length === 0) return [];
  const downloads = await parts.client.requestDownloads(refs, options);
  return mapConcurrently(refs, concurrency, async (ref, index) => {
    const { size, data: pieces, ...about } = await openValue(parts, ref, downloads[index], options);
    const data = new Uint8Array(size);
    let filled = 0;
    for await (const piece of pieces) {
      data.set(piece, filled);
      filled += piece.length;
    }
    return { ...about, data, text: textOf(about.mediaType, data) };
  });
}

/** Reads one value piece by piece. */
export async function readLargeValue(
  parts: ReadParts,
  ref: TokenRef,
  options: CallOptions = {},
): Promise<LargeValue> {
  const [download] = await parts.client.requestDownloads([ref], options);
  return openValue(parts, ref, download, options);
}

async function openValue(
  { client, objects }: ReadParts,
  ref: TokenRef,
  result: DownloadResult | undefined,
  options: CallOptions,
): Promise<LargeValue> {
  const { token } = ref;
  const signed = ({ download, problem }: Partial<DownloadResult> = {}) => {
    if (!download)
      throw createError(problem?.code ?? 'UNAVAILABLE', problem?.message ?? 'No answer.', { token });
    return download;
  };
  let download = signed(result);
  let ciphertext = await objects.download(download, options.signal);
  if (!ciphertext) {
    // The signed URL ran out while it waited.
    download = signed((await client.requestDownloads([ref], options))[0]);
    ciphertext = await objects.download(download, options.signal);
  }
  if (!ciphertext) throw new UnavailableError('The object store did not give the value.', { token });
  const dataKey = fromBase64(download.dataKey);
  try {
    const { mediaType, filename, size, data } = await decryptStream({
      token,
      dataKey,
      size: download.size,
      ciphertext,
    });
    return { token, mediaType, filename, size, data: checked(data, token) };
  } catch (error) {
    throw damaged(error, token);
  } finally {
    dataKey.fill(0);
  }
}

async function* checked(
  data: AsyncIterable<Uint8Array>,
  token: string,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* data;
  } catch (error) {
    throw damaged(error, token);
  }
}

const damaged = (error: unknown, token: string): unknown =>
  error instanceof CiphertextError
    ? new UnavailableError('The stored value is damaged.', { cause: error, token })
    : error;
