import { responsePathAsArray } from 'graphql';
import { TokenNotFoundError } from '../errors/index.js';
import type { LunaSecError } from '../errors/index.js';
import { isToken } from '../token.js';
import type { Charge, OutputIndex, OutputRecord, Path } from './charge.js';
import type { Payload } from './payload.js';
import { valueAt, valueAtPath } from './positions.js';
import type { ResponsePath } from './positions.js';

/** A place in a payload that a marked field filled: the field itself, or an item of its list. */
export interface OutputPlace {
  payload: Payload;
  /** Of an item: its indices, in lists of lists from the outermost. */
  indices: readonly number[];
  record: OutputRecord;
}

export interface Outputs {
  tokens: (OutputPlace & { token: string })[];
  /** Values of marked fields that are no tokens; they may be the very thing that was to be kept secret. */
  problems: (OutputPlace & { error: LunaSecError })[];
}

const none: readonly number[] = [];

/** Finds the values of all marked fields in a payload, in lists of any depth; adds them to `outputs`. */
export function collectOutputTokens(payload: Payload, charge: Charge, outputs: Outputs): void {
  eachField(payload, charge, (record, indices) => {
    const value = valueAtPath(payload.data, record.path);
    collectValue(indices === none ? value : valueAt(value, indices), outputs, payload, record, indices);
  });
}

// Responses have thousands of these: plain arguments cost less than an object for each.
function collectValue(
  value: unknown,
  outputs: Outputs,
  payload: Payload,
  record: OutputRecord,
  indices: readonly number[],
): void {
  if (value === null || value === undefined) return;
  if (isToken(value)) outputs.tokens.push({ payload, indices, record, token: value });
  else if (Array.isArray(value))
    for (let index = 0; index < value.length; index++)
      collectValue(value[index], outputs, payload, record, [...indices, index]);
  else
    outputs.problems.push({
      payload,
      indices,
      record,
      error: new TokenNotFoundError(`${record.mark.coordinate} returned something that is not a token.`),
    });
}

/** Tells which places of a payload a marked field filled: by the object or list that holds them, and their key there. */
export function markedPlaces(
  payload: Payload,
  charge: Charge,
): (container: object, key: string | number) => boolean {
  const marked = new Map<unknown, Set<string | number>>();
  eachField(payload, charge, (record, indices) => {
    const path = [...responsePathAsArray(record.path), ...indices];
    const container = valueAt(payload.data, path.slice(0, -1));
    const keys = marked.get(container);
    if (keys) keys.add(path.at(-1)!);
    else marked.set(container, new Set([path.at(-1)!]));
  });
  return (container, key) => marked.get(container)?.has(key) ?? false;
}

/** Where a place is, and along that path the types of the objects. */
export function pathOf({ record, indices }: Pick<OutputPlace, 'record' | 'indices'>): {
  path: ResponsePath;
  typenames: (string | undefined)[];
} {
  const typenames: (string | undefined)[] = [];
  for (let step: Path | undefined = record.path; step; step = step.prev) typenames.unshift(step.typename);
  return { path: [...responsePathAsArray(record.path), ...indices], typenames };
}

type UseField = (record: OutputRecord, indices: readonly number[]) => void;

/** The marked fields whose values a payload may have: `indices` are those of an item, if it has single items of a list. */
function eachField(payload: Payload, charge: Charge, use: UseField): void {
  if (!charge.index) {
    for (const record of charge.outputs) use(record, none);
    return;
  }
  for (const start of payload.starts) {
    let branch: OutputIndex | undefined = charge.index;
    for (const [depth, key] of start.entries()) {
      const { output }: OutputIndex = branch;
      // Below a marked field there are only the items of its list.
      if (output) use(output, start.slice(depth) as number[]);
      branch = branch.below.get(key);
      if (!branch) break;
    }
    if (branch) eachBelow(branch, use);
  }
}

function eachBelow({ output, below }: OutputIndex, use: UseField): void {
  if (output) use(output, none);
  for (const branch of below.values()) eachBelow(branch, use);
}

/** Moves what resolvers recorded since the last payload into the index. */
export function indexOutputs(charge: Charge): void {
  charge.index ??= newBranch();
  for (const record of charge.outputs) {
    let branch = charge.index;
    for (const key of responsePathAsArray(record.path)) {
      let next = branch.below.get(key);
      if (!next) branch.below.set(key, (next = newBranch()));
      branch = next;
    }
    branch.output = record;
  }
  charge.outputs.length = 0;
}

const newBranch = (): OutputIndex => ({ output: undefined, below: new Map() });
