import type { GraphQLError } from 'graphql';
import type { ResponsePath } from './positions.js';

/** A whole response, or a part of one that is sent by itself, with its values where the whole response has them. */
export interface Payload {
  /** Null: nothing of it may be sent. */
  data: Record<string | number, unknown> | null;
  /** Where in `data` the values begin that this payload carries. Above, there is nothing but the way to them. */
  starts: readonly ResponsePath[];
  /** How many steps of a path lead to where nothing can be changed, because it was sent before. */
  sent: number;
  /** What the response will not have if none of this is sent. */
  places: readonly ResponsePath[];
}

/** An error that goes out with a payload. */
export interface PayloadError {
  payload: Payload;
  error: GraphQLError;
}

export const wholeResponse = (data: Record<string, unknown>): Payload => ({
  data,
  starts: [[]],
  sent: 0,
  places: [[]],
});

/** What `@defer` sends later: fields of the object at a path. */
export const deferredFields = (path: ResponsePath, fields: Record<string, unknown>): Payload => ({
  data: within(path, fields),
  starts: [path],
  sent: path.length,
  places: Object.keys(fields).map((key) => [...path, key]),
});

/** What `@stream` sends later: items of a list; the path is that of the first. */
export function streamedItems(path: ResponsePath, items: readonly unknown[]): Payload {
  const list = path.slice(0, -1);
  const first = path.at(-1) as number;
  const content: Record<number, unknown> = Object.create(null);
  for (const [offset, item] of items.entries()) content[first + offset] = item;
  return {
    data: within(list, content),
    starts: items.map((_, offset) => [...list, first + offset]),
    sent: list.length,
    // A list ends where an item is that may not be null.
    places: [list],
  };
}

function within(path: ResponsePath, content: Record<string | number, unknown>) {
  return path.reduceRight<Record<string | number, unknown>>((inner, key) => {
    const outer: Record<string | number, unknown> = Object.create(null);
    outer[key] = inner;
    return outer;
  }, content);
}
