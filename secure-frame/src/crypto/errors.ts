/**
 * Why a ciphertext did not open. `key`: the key is not 32 bytes. `format`: not of this format or cut short.
 * `authentication`: altered, incomplete, or of another token or key. `content`: authentic, but its inside is malformed.
 */
export type CiphertextFault = 'key' | 'format' | 'authentication' | 'content';

export class CiphertextError extends Error {
  override name = 'CiphertextError';

  constructor(
    readonly fault: CiphertextFault,
    message: string,
  ) {
    super(message);
  }
}
