import type { Page } from './port.js';

/** Keys of list items that are ordered by time, then name: `<milliseconds>:<name>`. */
export const pageKey = (at: Date, name: string): string => `${at.getTime()}:${name}`;

/** The inverse of {@link pageKey}; undefined when the text is none. */
export function parsePageKey(key: string): { at: Date; name: string } | undefined {
  const [, at, name] = /^(\d{1,15}):(.+)$/s.exec(key) ?? [];
  return at === undefined || name === undefined ? undefined : { at: new Date(Number(at)), name };
}

/** A page of the `first + 1` items, or fewer, that were read for it. */
export const pageOf = <T>(read: readonly T[], first: number, keyOf: (item: T) => string): Page<T> => ({
  items: read.slice(0, first).map((item) => ({ key: keyOf(item), item })),
  hasMore: read.length > first,
});

export const emptyPage = { items: [], hasMore: false };
