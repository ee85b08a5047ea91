import { isToken } from '../token.js';
import type { Row } from './column.js';

/** What is to be done about a row. */
export type Kind =
  /** Nothing is in it. */
  | 'empty'
  /** A token is in it. */
  | 'token'
  /** A text is in it. */
  | 'text'
  /** Something else is in it, or in the place that is written to. */
  | 'other';

/** What a row is for a migration from texts to tokens. `isSame`: tokens go where the texts are. */
export function kindOf({ value, held }: Row, isSame: boolean): Kind {
  if (isToken(held) || isToken(value)) return 'token';
  if (!isSame && !isEmpty(held)) return 'other';
  if (isEmpty(value)) return 'empty';
  return textOf(value) === undefined ? 'other' : 'text';
}

export const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === '';

/** A value as the text that is stored: texts as they are, and whole numbers. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  // Half a character would be another one after it was stored.
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value) ? value : undefined;
}
