import { sha256, toBase64 } from '@lunasec/secure-frame/crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { seal } from '../../support/seal.js';
import { callOnce } from './calls.js';
import type { Signed } from './calls.js';
import { codeOf } from './ledger.js';
import type { World } from './world.js';

/** A text that is uploaded in two parts. */
export async function sealLarge(text: string) {
  const { ciphertext, input } = await seal(text.padEnd(8_500_000, '.'));
  // Each part has a checksum of its own.
  const { checksum: _, ...whole } = input;
  return { token: input.token, ciphertext, input: whole };
}

export type Large = Awaited<ReturnType<typeof sealLarge>>;

/** Uploads it in parts as a file frame does: what fails in passing is repeated, and a lost answer is no failure. */
export async function uploadLarge(world: World, accessToken: string, large: Large): Promise<void> {
  const { token, ciphertext, input } = large;
  const { multipart } = await patiently(() =>
    callOnce<{ multipart: { partSize: number } }>(
      world,
      'mutation ($input: TokenizeInput!) { tokenize(inputs: [$input]) { multipart { partSize } problem { code } } }',
      { input },
      accessToken,
    ),
  );
  for (let number = 1; (number - 1) * multipart.partSize < ciphertext.length; number++) {
    const body = ciphertext.slice((number - 1) * multipart.partSize, number * multipart.partSize);
    const checksum = toBase64(await sha256(body));
    await patiently(async () => {
      const { upload } = await callOnce<{ upload: Signed }>(
        world,
        'mutation ($token: ID!, $part: UploadPartInput!) { presignUploadParts(token: $token, parts: [$part]) { upload { url method headers } problem { code } } }',
        { token, part: { number, size: body.length, checksum } },
        accessToken,
      );
      const { url, ...request } = upload;
      const { status } = await fetch(url, { ...request, body });
      if (status !== 200) throw new Error(`The part was answered ${status}.`);
    });
  }
  await patiently(() =>
    callOnce(
      world,
      'mutation ($tokens: [ID!]!) { completeUploads(tokens: $tokens) { token problem { code } } }',
      { tokens: [token] },
      accessToken,
    ),
  );
}

const attempts = 30;

/** Repeats what failed in passing, for about ten seconds. */
export async function patiently<T>(task: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await task();
    } catch (error) {
      if (codeOf(error) !== 'UNAVAILABLE' || attempt === attempts) throw error;
      await sleep(300);
    }
}
