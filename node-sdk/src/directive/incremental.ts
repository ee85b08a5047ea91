import type { ExecutionResult, GraphQLError } from 'graphql';
import { UnavailableError } from '../errors/index.js';
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
  /** One for each of `incremental`; undefined for those without any content. */
  parts: (Payload | undefined)[];
}

/** What a result carries. Throws UNAVAILABLE when it is not clear where in the response that belongs. */
export function splitResult({ data, incremental = [] }: IncrementalResult): SplitResult {
  return {
    initial: data ? wholeResponse(data) : undefined,
    parts: incremental.map(({ path, data: fields, items }) => {
      if (!fields && !items) return undefined;
      if (fields && !items && isPath(path)) return deferredFields(path, fields);
      if (items && !fields && isPath(path) && typeof path.at(-1) === 'number')
        return streamedItems(path, items);
      throw new UnavailableError('Tokens cannot be granted in this kind of incremental response.');
    }),
  };
}

/** The result with what its payloads have become, and the errors that belong to them. */
export function joinResult(
  result: IncrementalResult,
  { initial, parts }: SplitResult,
  errors: readonly PayloadError[],
): IncrementalResult {
  const errorsOf = (payload: Payload, before: readonly GraphQLError[] = []) => {
    const all = [...before, ...errors.flatMap((each) => (each.payload === payload ? each.error : []))];
    return all.length > 0 ? { errors: all } : {};
  };
  return {
    ...result,
    ...(initial ? { data: initial.data, ...errorsOf(initial, result.errors) } : {}),
    ...(result.incremental
      ? {
          incremental: result.incremental.map((part, index) => {
            const payload = parts[index];
            if (!payload) return part;
            const { items } = part;
            const content = items
              ? { items: payload.data && payload.starts.map((start) => valueAt(payload.data, start)) }
              : { data: payload.data && part.data };
            return { ...part, ...content, ...errorsOf(payload, part.errors) };
          }),
        }
      : {}),
  } as IncrementalResult;
}

const isPath = (path: unknown): path is ResponsePath =>
  Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
