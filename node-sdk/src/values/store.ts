import { CiphertextError, createDataKey, toBase64 } from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';
import type { CallOptions, TokenizerClient, UploadResult } from '../client/index.js';
import { BadUserInputError, createError, UnavailableError } from '../errors/index.js';
import { mapConcurrently } from './concurrency.js';
import type { ObjectTransfer } from './objects.js';
import { sealValue } from './sealed.js';
import type { SealedValue } from './sealed.js';
import { prepare } from './values.js';
import type { PreparedValue, ValueInput } from './values.js';

/** Values that are encrypted or uploaded at a time. */
const concurrency = 4;

/**
 * Stores values as a secure frame does, and accepts their tokens: two calls of the tokenizer, whatever their number. All
 * or nothing for the caller: if one fails, none is accepted, and the tokenizer sweeps what was uploaded.
 */
export async function storeValues(
  {
    client,
    objects,
  }: { client: Pick<TokenizerClient, 'requestUploads' | 'verifyStoreGrants'>; objects: ObjectTransfer },
  inputs: readonly ValueInput[],
  options: CallOptions = {},
): Promise<string[]> {
  if (inputs.length === 0) return [];
  const values = inputs.map(prepare);
  const sealed: { token: string; dataKey: string; value: SealedValue }[] = [];
  try {
    await mapConcurrently(values, concurrency, async (value, index) => {
      options.signal?.throwIfAborted();
      sealed[index] = await seal(value);
    });
    const requests = sealed.map(({ token, dataKey, value: { size, checksum } }, index) => ({
      token,
      dataKey,
      size,
      checksum,
      metadata: values[index]!.metadata,
    }));
    const uploads = await client.requestUploads(requests, options);
    await mapConcurrently(sealed, concurrency, async ({ token, value }, index) => {
      const send = (result: UploadResult | undefined) => {
        const { upload, problem } = result ?? {};
        if (!upload)
          throw createError(problem?.code ?? 'UNAVAILABLE', problem?.message ?? 'No answer.', { token });
        return objects.upload(upload, value.size, value.open, options.signal);
      };
      if ((await send(uploads[index])) === 'stored') return;
      // The signed URL ran out while it waited: the same again signs a new one.
      const [again] = await client.requestUploads([requests[index]!], options);
      if ((await send(again)) === 'refused')
        throw new UnavailableError('The object store refused the upload.', { token });
    });
  } finally {
    await Promise.all(sealed.map(({ value }) => value.discard()));
  }

  const refs = sealed.map(({ token }, index) => ({ token, binding: values[index]!.binding }));
  for (const { token, problem } of await client.verifyStoreGrants(null, refs, options))
    if (problem) throw createError(problem.code, problem.message, { token });
  return refs.map(({ token }) => token);
}

async function seal(value: PreparedValue): Promise<{ token: string; dataKey: string; value: SealedValue }> {
  const [token, dataKey] = [createToken(), createDataKey()];
  try {
    return { token, dataKey: toBase64(dataKey), value: await sealValue({ token, dataKey }, value) };
  } catch (cause) {
    if (cause instanceof CiphertextError) throw new BadUserInputError(cause.message, { cause });
    throw cause;
  } finally {
    dataKey.fill(0);
  }
}
