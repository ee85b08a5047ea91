import type { SentCommand } from './mongodb.js';

/** Fields of an index with their directions, in order. */
export type IndexKey = Record<string, number>;

/** What a command looks for, and in which order. */
export interface Query {
  filter: Record<string, unknown>;
  sort: IndexKey;
}

export const collectionOf = ({ name, body }: SentCommand): string => String(body[name]);

/** The queries in a command; an insert has none. */
export function queriesOf({ name, body }: SentCommand): Query[] {
  const list = (field: string) => (body[field] as { q: unknown }[]).map(({ q }) => plain(q));
  switch (name) {
    case 'find':
      return [plain(body.filter, body.sort)];
    case 'findAndModify':
      return [plain(body.query, body.sort)];
    case 'update':
      return list('updates');
    case 'delete':
      return list('deletes');
    case 'insert':
      return [];
    default:
      throw new Error(`The store was not expected to send ${name}.`);
  }
}

const plain = (filter: unknown, sort: unknown = {}): Query => ({
  filter: filter as Query['filter'],
  sort: Object.fromEntries(sort instanceof Map ? sort : Object.entries(sort as object)) as IndexKey,
});

/**
 * Whether an index finds what a query looks for without reading what it does not, and in its order: fields that must
 * be equal come first, then those that it is sorted by, or one that lies in a range.
 */
export function isServedBy(key: IndexKey, { filter, sort }: Query): boolean {
  const fields = Object.keys(key);
  const sorted = Object.keys(sort);
  const isSorted = sorted.length > 0;
  const equal = fields.findIndex((field) => !isEqual(filter[field], isSorted));
  const rest = equal < 0 ? [] : fields.slice(equal);
  if (!isSorted) return equal !== 0 || isRange(filter[fields[0]!]);
  if (equal === 0 && !isRange(filter[fields[0]!])) return false;
  const directions = new Set(sorted.map((field) => sort[field]! * (key[field] ?? 0)));
  return sorted.every((field, index) => rest[index] === field) && directions.size === 1;
}

/** Several values are as good as one, unless what they find must be sorted. */
const isEqual = (condition: unknown, isSorted: boolean) =>
  condition !== undefined &&
  operatorsOf(condition).every((operator) => operator === '$all' || (operator === '$in' && !isSorted));

const isRange = (condition: unknown) => operatorsOf(condition).some((it) => /^\$(gt|lt)e?$/.test(it));

const operatorsOf = (condition: unknown) =>
  typeof condition === 'object' && condition !== null
    ? Object.keys(condition).filter((it) => it.startsWith('$'))
    : [];
