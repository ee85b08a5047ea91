import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { cutTokens } from '../token.js';
import type { LeakPolicy } from './leaks.js';

type AnyError = GraphQLError | GraphQLFormattedError;

/** What a response has beside its data. */
export interface Surroundings {
  errors?: readonly AnyError[] | undefined;
  extensions?: Record<string, unknown> | undefined;
}

/**
 * Looks for tokens in the texts of errors and extensions, also inside longer texts. Under `warn` it reports their
 * places; under `error` it also cuts them out: what it returns is then a copy, and what it was given stays as it is.
 */
export function checkTexts<Result extends Surroundings>(
  result: Result,
  leaks: LeakPolicy,
  report: (place: string) => void,
): Result {
  if (leaks === 'off' || (!result.errors && !result.extensions)) return result;
  const changes: { -readonly [Key in keyof Surroundings]: Surroundings[Key] } = {};

  const errors = result.errors?.map((error) => withoutTokens(error, report));
  if (errors?.some((error, index) => error !== result.errors![index])) changes.errors = errors;

  const extensions = checkedEntries(result.extensions, (key) =>
    report(`the extension "${key}" of a response`),
  );
  if (extensions !== result.extensions) changes.extensions = extensions;

  return leaks === 'error' && (changes.errors || changes.extensions) ? { ...result, ...changes } : result;
}

function withoutTokens(error: AnyError, report: (place: string) => void): AnyError {
  // Indices would make thousands of places of one.
  const fields = error.path?.filter((key) => typeof key === 'string').join('.');
  const at = fields ? `an error at "${fields}"` : 'an error';
  const message = cutTokens(error.message);
  if (message !== error.message) report(`the message of ${at}`);
  const extensions = checkedEntries(error.extensions, (key) => report(`the extension "${key}" of ${at}`));
  if (message === error.message && extensions === error.extensions) return error;
  if (!(error instanceof GraphQLError)) return { ...error, message, ...(extensions ? { extensions } : {}) };
  const { nodes, source, positions, path, originalError } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}

function checkedEntries<T extends Readonly<Record<string, unknown>> | undefined>(
  extensions: T,
  found: (key: string) => void,
): T {
  if (!extensions) return extensions;
  let changed = false;
  const entries = Object.entries(extensions).map(([key, value]): [string, unknown] => {
    const cleanKey = cutTokens(key);
    const clean = cutInside(value, []);
    if (clean === value && cleanKey === key) return [key, value];
    changed = true;
    found(cleanKey);
    return [cleanKey, clean];
  });
  return changed ? (Object.fromEntries(entries) as T) : extensions;
}

/** The value without tokens in any of its texts and keys; the very same when there are none. */
function cutInside(value: unknown, around: readonly object[]): unknown {
  if (typeof value === 'string') return cutTokens(value);
  if (typeof value !== 'object' || value === null || around.includes(value)) return value;
  const within = [...around, value];
  if (Array.isArray(value)) {
    const items = value.map((item) => cutInside(item, within));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  const before = Object.entries(value);
  const after = before.map(([key, part]): [string, unknown] => [cutTokens(key), cutInside(part, within)]);
  return after.some(([key, part], index) => key !== before[index]![0] || part !== before[index]![1])
    ? Object.fromEntries(after)
    : value;
}
