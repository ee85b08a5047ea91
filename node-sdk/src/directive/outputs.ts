import { responsePathAsArray } from 'graphql';
import { TokenNotFoundError } from '../errors/index.js';
import type { LunaSecError } from '../errors/index.js';
import { isToken } from '../token.js';
import type { Charge, OutputRecord } from './charge.js';
import { valueAt } from './positions.js';
import type { ResponsePath } from './positions.js';

/** A place in a response that a marked field filled: the field itself, or an item of its list. */
export interface OutputPlace {
  path: ResponsePath;
  /** Along `path`, the types of the objects. */
  typenames: readonly (string | undefined)[];
  record: OutputRecord;
}

export interface Outputs {
  tokens: (OutputPlace & { token: string })[];
  /** Values of marked fields that are no tokens; they may be the very thing that was to be kept secret. */
  problems: (OutputPlace & { error: LunaSecError })[];
  /** Whether a marked field is what is at a key of an object of the response. */
  isMarked(container: object, key: string | number): boolean;
}

/** Finds the values of all marked fields in a response, in lists of any depth. */
export function collectOutputTokens(records: Charge['outputs'], data: unknown): Outputs {
  const marked = new Map<unknown, Set<string | number>>();
  const outputs: Outputs = {
    tokens: [],
    problems: [],
    isMarked: (container, key) => marked.get(container)?.has(key) ?? false,
  };
  for (const [fieldPath, record] of records) {
    const path = responsePathAsArray(fieldPath);
    const container = valueAt(data, path.slice(0, -1));
    if (typeof container !== 'object' || container === null) continue;
    const key = path.at(-1)!;
    if (!marked.get(container)?.add(key)) marked.set(container, new Set([key]));
    const typenames: (string | undefined)[] = [];
    for (let step: typeof fieldPath | undefined = fieldPath; step; step = step.prev)
      typenames.unshift(step.typename);
    visit((container as Record<string, unknown>)[key], { path, typenames, record });
  }

  function visit(value: unknown, place: OutputPlace): void {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, { ...place, path: [...place.path, index] });
    } else if (isToken(value)) outputs.tokens.push({ ...place, token: value });
    else
      outputs.problems.push({
        ...place,
        error: new TokenNotFoundError(
          `${place.record.mark.coordinate} returned something that is not a token.`,
        ),
      });
  }

  return outputs;
}
