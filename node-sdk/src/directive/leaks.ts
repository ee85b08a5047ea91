import { isToken } from '../token.js';

/** Deeper than any response that a client could use; it bounds what custom scalars may hold. */
const deepest = 500;

/**
 * Finds tokens anywhere in plain data: paths of those for which `skip` is not true of the object or list that holds
 * them and their key there. A text is a token as a whole or not at all.
 */
export function findTokens(
  data: unknown,
  skip?: (container: object, key: string | number) => boolean,
): (string | number)[][] {
  const found: (string | number)[][] = [];
  const path: (string | number)[] = [];

  function visit(value: unknown): void {
    if (typeof value === 'string') {
      if (isToken(value)) found.push([...path]);
      return;
    }
    if (typeof value !== 'object' || value === null || path.length >= deepest) return;
    if (Array.isArray(value))
      for (let index = 0; index < value.length; index++) enter(value, index, value[index]);
    else if (isPlain(value))
      for (const key of Object.keys(value)) enter(value, key, (value as Record<string, unknown>)[key]);
  }

  function enter(container: object, key: string | number, value: unknown): void {
    // Most of a response are numbers, short texts and nulls.
    if (value === null || (typeof value !== 'object' && typeof value !== 'string')) return;
    if (skip?.(container, key)) return;
    path.push(key);
    visit(value);
    path.pop();
  }

  visit(data);
  return found;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
