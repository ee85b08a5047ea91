import { encryptValue, sha256, toBase64 } from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';
import { randomBytes } from 'node:crypto';

/** Encrypts as a frame does, under a new key and, if none is given, a new token. */
export async function encrypt(text: string, token = createToken()) {
  const dataKey = randomBytes(32);
  const ciphertext = await encryptValue({
    token,
    dataKey,
    mediaType: 'text/plain;charset=utf-8',
    data: new TextEncoder().encode(text),
  });
  const checksum = toBase64(await sha256(ciphertext));
  return { ciphertext, input: { token, dataKey: toBase64(dataKey), size: ciphertext.length, checksum } };
}
