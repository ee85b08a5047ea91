import { isToken } from '../token.js';

/** What happens to a token in a field or argument that is not marked: a warning, an error, or nothing. */
export type LeakPolicy = 'warn' | 'error' | 'off';

/** Deeper than any response that a client could use; it bounds what custom scalars may hold. */
const deepest = 500;

/**
 * Finds tokens anywhere in plain data: paths of those for which `skip` is not true of the object or list that holds
 * them and their key there. A text is a token as a whole or not at all. Data that contains itself is followed once.
 */
export function findTokens(
  data: unknown,
  skip?: (container: object, key: string | number) => boolean,
): (string | number)[][] {
  const found: (string | number)[][] = [];
  const path: (string | number)[] = [];
  const around: object[] = [];

  function visit(value: unknown): void {
    if (typeof value === 'string') {
      if (isToken(value)) found.push([...path]);
      return;
    }
    if (!isContainer(value) || around.length >= deepest || around.includes(value)) return;
    around.push(value);
    if (Array.isArray(value))
      for (let index = 0; index < value.length; index++) enter(value, index, value[index]);
    else for (const key of Object.keys(value)) enter(value, key, (value as Record<string, unknown>)[key]);
    around.pop();
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

/**
 * At least as many as {@link findTokens} would find: whatever begins like a token and is as long. Every response is read
 * by this before it leaves, so it does nothing that is not needed for counting.
 */
export function countLookalikes(data: unknown): number {
  const around: object[] = [];

  function count(value: unknown): number {
    if (typeof value === 'string') return value.length === 44 && value.startsWith('lunasec-') ? 1 : 0;
    if (!isContainer(value) || around.length >= deepest || around.includes(value)) return 0;
    around.push(value);
    let sum = 0;
    if (Array.isArray(value)) for (let index = 0; index < value.length; index++) sum += count(value[index]);
    else for (const key of Object.keys(value)) sum += count((value as Record<string, unknown>)[key]);
    around.pop();
    return sum;
  }

  return count(data);
}

/** Lists and plain objects: what JSON is made of. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
