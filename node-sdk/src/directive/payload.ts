import type { GraphQLError } from 'graphql';
import type { ResponsePath } from './positions.js';

/** A whole response, or a part of one that is sent by itself, with its values where the whole response has them. */
export interface Payload {
  /** Null: nothing of it may be sent. */
  data: Record<string | number, unknown> | null;
  /** Where in the response it belongs. */
  path: ResponsePath;
  /** Where in `data` the values begin that this payload carries. Above, there is nothing but the way to them. */
  starts: readonly ResponsePath[];
  /** How many steps of a path lead to where nothing can be changed, because it was sent before. */
  sent: number;
  /** What the response will not have if none of this is sent. */
  places: readonly ResponsePath[];
  /** The one place is an item of a list, and without it there are none after it. */
  endsList: boolean;
}

/** An error that goes out with a payload. */
export interface PayloadError {
  payload: Payload;
  error: GraphQLError;
}

export const wholeResponse = (data: Record<string, unknown>): Payload => ({
  data,
  path: [],
  starts: [[]],
  sent: 0,
  places: [[]],
  endsList: false,
});

/** What `@defer` sends later: fields of the object at a path. */
export const deferredFields = (path: ResponsePath, fields: Record<string, unknown>): Payload => ({
  data: within(path, fields),
  path,
  starts: [path],
  sent: path.length,
  places: Object.keys(fields).map((key) => [...path, key]),
  endsList: false,
});

/** What `@stream` sends later: items of a list; the path is that of the first. */
export function streamedItems(path: ResponsePath, items: readonly unknown[]): Payload {
  const list = path.slice(0, -1);
  const first = path.at(-1) as number;
  const content: Record<number, unknown> = Object.create(null);
  for (const [offset, item] of items.entries()) content[first + offset] = item;
  return {
    data: within(list, content),
    path,
    starts: items.map((_, offset) => [...list, first + offset]),
    sent: list.length,
    places: [path],
    // It ends where an item is that may not be null.
    endsList: true,
  };
}

function within(path: ResponsePath, content: Record<string | number, unknown>) {
  return path.reduceRight<Record<string | number, unknown>>((inner, key) => {
    const outer: Record<string | number, unknown> = Object.create(null);
    outer[key] = inner;
    return outer;
  }, content);
}
