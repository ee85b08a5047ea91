import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { Page, PageRequest } from '../stores/token-store/port.js';

/** Most items of one page. */
export const maxPage = 200;
const maxCursorLength = 1024;

/** Cursors are opaque: base64url of a store's key. */
export const toCursor = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

/** Throws BAD_USER_INPUT for anything that {@link toCursor} cannot have written. */
export function toPageRequest(first: number, after: string | null | undefined): PageRequest {
  if (first < 1 || first > maxPage)
    throw new ProblemError('BAD_USER_INPUT', `first must be from 1 to ${maxPage}.`);
  if (after == null) return { first, after: null };
  const bytes = Buffer.from(after, 'base64url');
  const key = bytes.toString('utf8');
  if (after.length > maxCursorLength || key === '' || toCursor(key) !== after)
    throw new ProblemError(
      'BAD_USER_INPUT',
      'after is not a cursor. Pass endCursor of the page before, as it is.',
    );
  return { first, after: key };
}

export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export function toConnection<T, N>({ items, hasMore }: Page<T>, toNode: (item: T) => N): Connection<N> {
  const edges = items.map(({ key, item }) => ({ cursor: toCursor(key), node: toNode(item) }));
  return { edges, pageInfo: { hasNextPage: hasMore, endCursor: edges.at(-1)?.cursor ?? null } };
}
