import type { ExecutionResult, GraphQLError } from 'graphql';
import { UnavailableError } from '../errors/index.js';
import type { Gone } from './charge.js';
import { deferredFields, streamedItems, wholeResponse } from './payload.js';
import type { Payload, PayloadError } from './payload.js';
import { valueAt } from './positions.js';
import type { ResponsePath } from './positions.js';

/** What `@defer` or `@stream` sends later: fields of the object, or items of the list from the one, at `path`. */
export interface IncrementalPart {
  path?: ResponsePath | undefined;
  data?: Record<string, unknown> | null | undefined;
  items?: readonly unknown[] | null | undefined;
  label?: string | undefined;
  errors?: readonly GraphQLError[] | undefined;
  extensions?: Record<string, unknown> | undefined;
}

/** One of the payloads in which an operation with `@defer` or `@stream` is answered, as @graphql-tools/executor has them. */
export interface IncrementalResult extends ExecutionResult {
  hasNext?: boolean | undefined;
  incremental?: readonly IncrementalPart[] | undefined;
}

export interface SplitResult {
  initial: Payload | undefined;
  /** What is there to send of `incremental`; without a payload where that has no content. */
  parts: { part: IncrementalPart; payload: Payload | undefined }[];
}

/** What a result carries. Throws UNAVAILABLE when it is not clear where in the response that belongs. */
export function splitResult(
  { data, incremental = [] }: IncrementalResult,
  gone: readonly Gone[],
): SplitResult {
  return {
    initial: data ? wholeResponse(data) : undefined,
    parts: incremental
      .filter(({ path }) => !gone.some((each) => isBelow(path, each)))
      .map((part) => ({ part, payload: payloadOf(part) })),
  };
}

function payloadOf({ path, data, items }: IncrementalPart): Payload | undefined {
  if (!data && !items) return undefined;
  if (data && !items && isPath(path)) return deferredFields(path, data);
  if (items && !data && isPath(path) && typeof path.at(-1) === 'number') return streamedItems(path, items);
  throw new UnavailableError('Tokens cannot be granted in this kind of incremental response.');
}

/** The result with what its payloads have become, and the errors that belong to them. */
export function joinResult(
  result: IncrementalResult,
  { initial, parts }: SplitResult,
  errors: readonly PayloadError[],
  gone: readonly Gone[],
): IncrementalResult {
  const errorsOf = (payload: Payload, before: readonly GraphQLError[] = []) => {
    const all = [...before, ...errors.flatMap((each) => (each.payload === payload ? each.error : []))];
    return all.length > 0 ? { errors: all } : {};
  };
  const incremental = parts.flatMap(({ part, payload }): IncrementalPart[] => {
    if (!payload) return [part];
    if (isGone(payload, gone)) return [];
    const content = part.items
      ? { items: payload.data && payload.starts.map((start) => valueAt(payload.data, start)) }
      : { data: payload.data && part.data! };
    return [{ ...part, ...content, ...errorsOf(payload, part.errors) }];
  });
  return {
    ...result,
    ...(initial
      ? { data: initial.data as Record<string, unknown> | null, ...errorsOf(initial, result.errors) }
      : {}),
    ...(result.incremental ? { incremental } : {}),
  };
}

/** Whether what a payload belongs to went with another, even one that was to be sent together with it. */
export const isGone = (payload: Payload, gone: readonly Gone[]): boolean =>
  gone.some((each) => each.by !== payload && isBelow(payload.path, each));

/** Whether a path is that of the place, or leads further from it. */
const isBelow = (path: ResponsePath | undefined, { place, endsList }: Gone): boolean =>
  path !== undefined &&
  place.length <= path.length &&
  place.every(
    (key, depth) => key === path[depth] || (endsList && depth === place.length - 1 && key < path[depth]!),
  );

const isPath = (path: unknown): path is ResponsePath =>
  Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
