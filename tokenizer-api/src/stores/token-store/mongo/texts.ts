import type { WrappedKey } from '../../key-provider/port.js';

/**
 * A text for a filter. Throws a `TypeError` for anything else: an object in its place could be an operator, such as
 * `{ $ne: null }`, that matches what nobody asked for.
 */
export function text(value: string): string {
  if (typeof value !== 'string') throw new TypeError('A text was expected.');
  return value;
}

/** The same for a list, each text once. */
export const texts = (values: readonly string[]): string[] => [...new Set(values.map(text))];

/** A filter for documents that hold exactly this wrapped key. */
export const wrappedAs = ({ keyId, ciphertext }: WrappedKey) => ({
  'wrappedKey.keyId': text(keyId),
  'wrappedKey.ciphertext': text(ciphertext),
});
