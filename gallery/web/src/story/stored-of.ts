import type { StoredValue } from '../api.js';

/** Files are what the stories of uploads stored; the rest is text. Oldest first. */
export const storedOf = (kind: 'text' | 'file', stored: readonly StoredValue[]): StoredValue[] =>
  stored.filter(({ name }) => name.startsWith('secure-upload/') === (kind === 'file'));
