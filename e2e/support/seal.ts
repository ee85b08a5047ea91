import { createDataKey, encryptValue, sha256, textMediaType, toBase64 } from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';

/** A text as a frame encrypts it, under a new token and key, and what it tells the tokenizer of it. */
export async function seal(text: string) {
  const [token, dataKey] = [createToken(), createDataKey()];
  const data = new TextEncoder().encode(text);
  const ciphertext = await encryptValue({ token, dataKey, mediaType: textMediaType, data });
  const checksum = toBase64(await sha256(ciphertext));
  return { ciphertext, input: { token, dataKey: toBase64(dataKey), size: ciphertext.length, checksum } };
}
