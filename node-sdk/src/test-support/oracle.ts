import {
  execute,
  extendSchema,
  GraphQLError,
  GraphQLScalarType,
  GraphQLSchema,
  isObjectType,
  parse,
  responsePathAsArray,
  subscribe,
} from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLResolveInfo } from 'graphql';
import { hash, namedType, tokenFor } from './random-schema.js';
import type { Model, RandomMark } from './random-schema.js';

/**
 * What an operation should come to, found out by graphql-js itself: it executes the operation on a schema without any
 * directive at work, whose resolvers note the arguments that they get and what they return at which place. A refused
 * token is a resolver that throws. Only the random model says what is marked, and nothing here is shared with the code
 * under test.
 */

/** A token as the tokenizer is asked for it. */
export interface Asked {
  token: string;
  binding: string | undefined;
  duration: string | undefined;
}

export const keyOf = ({ token, binding, duration }: Asked): string =>
  JSON.stringify([token, binding, duration]);

/** How the resolvers of one execution behave, and what they saw. */
export interface World {
  model: Model;
  /** Some resolvers throw, some marked fields return what is no token. */
  faults: boolean;
  /** Objects that may be missing are, now and then. */
  gaps: boolean;
  /** Some values come later than others. */
  delays: boolean;
  /** Tokens that may not be read. */
  refuses(asked: Asked): boolean;
  /** Fields that are not marked may not return tokens. */
  forbidsLeaks: boolean;
  /** Fields that return what they may not throw instead. */
  strict: boolean;
  ran: boolean;
  /** Tokens in marked arguments, with the paths of all places that they are in. */
  inputs: Map<string, { asked: Asked; paths: Set<string> }>;
  /** Paths of marked arguments that are no token, or whose binding cannot be written. */
  wrong: Set<string>;
  /** Arguments that are not marked and have a token: paths by schema coordinate. */
  leakingInputs: Map<string, Set<string>>;
  /** Schema coordinates of fields that are not marked and have a token. */
  leaks: Set<string>;
  /** Codes of what failed, by place; undefined for the app's own errors. */
  failures: Map<string, string | undefined>;
  /** Marked tokens by the place of their field. */
  outputs: Map<string, RandomMark & { bindingText: string | undefined }>;
}

export type WorldOptions = Partial<
  Pick<World, 'faults' | 'gaps' | 'delays' | 'refuses' | 'forbidsLeaks' | 'strict'>
>;

export const newWorld = (model: Model, options: WorldOptions = {}): World => ({
  model,
  faults: false,
  gaps: false,
  delays: false,
  refuses: () => false,
  forbidsLeaks: false,
  strict: false,
  ran: false,
  inputs: new Map(),
  wrong: new Set(),
  leakingInputs: new Map(),
  leaks: new Set(),
  failures: new Map(),
  outputs: new Map(),
  ...options,
});

const tokenPattern = /^lunasec-[0-9a-f-]{36}$/;

/** A schema of the model; its resolvers behave as the `world` in the context says. */
export function schemaOf(model: Model, directive: string): GraphQLSchema {
  // Before anything has a default that is a Box.
  const boxes = new GraphQLSchema({ types: [box] });
  const schema = extendSchema(boxes, parse(`${directive}\n${roots}\n${model.sdl}`));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    type.isTypeOf = (value) => (value as Source).type === type.name;
    for (const field of Object.values(type.getFields())) {
      if (field.name === 'id' || field.name === 'kind') continue;
      field.resolve = (source, args, { world }: { world: World }, info) =>
        resolve(world, source as Source, args, info);
      if (type.name === 'Subscription')
        field.subscribe = async function* (_source, _args, { world }: { world: World }) {
          world.ran = true;
          for (const at of ['first', 'second']) yield sourceOf('Subscription', at);
        };
    }
  }
  return schema;
}

const roots = 'schema { query: Query  mutation: Mutation  subscription: Subscription }';

const box = new GraphQLScalarType({
  name: 'Box',
  parseValue: (outside) => ({ boxed: outside }),
  parseLiteral: (node) => ({ boxed: (node as { value?: unknown }).value }),
  serialize: (inside) => (inside as { boxed: unknown }).boxed,
});

interface Source {
  type: string;
  at: string;
}

/** An object of the app, for which graphql-js's own resolver finds `id` and `kind`. */
export function sourceOf(type: string, at: string): Source {
  const source: Source & Record<string, unknown> = {
    type,
    at,
    kind: hash(at) % 9 === 0 ? null : () => Promise.resolve(hash(at) % 2 ? 'X' : 'Y'),
  };
  Object.defineProperty(source, 'id', { enumerable: true, get: () => idOf(at) });
  if (hash(at) % 2) source.__typename = type;
  return hash(at) % 3 ? source : Object.freeze(source);
}

const idOf = (at: string) => (hash(`id ${at}`) % 9 === 0 ? null : `${hash(`id ${at}`) % 4}:/`);
const kindOf = (at: string) => (hash(at) % 9 === 0 ? null : hash(at) % 2 ? 'X' : 'Y');

function resolve(
  world: World,
  source: Source,
  args: Record<string, unknown>,
  info: GraphQLResolveInfo,
): unknown {
  world.ran = true;
  const { model } = world;
  const coordinate = `${info.parentType.name}.${info.fieldName}`;
  const root = (info.rootValue as Source).at;
  const path = responsePathAsArray(info.path);
  const place = placeKey(root, path);
  noteArguments(world, coordinate, args, path);
  const type = model.objects[info.parentType.name]![info.fieldName]!;
  const mark = model.marks.get(coordinate);
  if (world.faults && hash(`throws ${place}`) % 19 === 0 && isLeaf(model, type)) {
    world.failures.set(place, undefined);
    return Promise.reject(new Error('no such row'));
  }

  let bindingText: string | undefined;
  let isUnbound = false;
  if (mark?.binding !== undefined) {
    const values: Record<string, unknown> = { id: idOf(source.at), kind: kindOf(source.at) };
    bindingText = fill(mark.binding, (name) => values[name]);
    isUnbound = bindingText === undefined;
  }
  if (mark) world.outputs.set(place, { ...mark, bindingText });
  return valueOf(type, place, []);

  function valueOf(wanted: string, at: string, indices: readonly number[]): unknown {
    if (wanted.endsWith('!')) return present(wanted.slice(0, -1), at, indices);
    const isMissing = (isLeaf(model, wanted) || world.gaps) && hash(`null ${at}`) % 6 === 0;
    return isMissing ? null : present(wanted, at, indices);
  }

  function present(wanted: string, at: string, indices: readonly number[]): unknown {
    const kind = hash(`kind ${at}`) % 6;
    if (!wanted.startsWith('[')) {
      const value = isLeaf(model, wanted) ? leaf(wanted, at, indices) : sourceOf(wanted, at);
      // All failures come later: graphql-js 16 leaves rejections unhandled in lists where others come at once.
      if (value instanceof Error) return Promise.reject(value);
      if (kind === 1 && world.delays) return new Promise((resolve) => setImmediate(resolve, value));
      return kind === 0 ? Promise.resolve(value) : value;
    }
    const item = wanted.slice(1, -1);
    const possible = model.abstract[namedType(item)];
    if (possible && !item.startsWith('['))
      return possible.map((name, index) => {
        const isMissing = world.gaps && !item.endsWith('!') && hash(`null ${at}.${index}`) % 6 === 0;
        return isMissing ? null : sourceOf(name, `${at}.${index}`);
      });
    const items = Array.from({ length: isLeaf(model, wanted) ? hash(`size ${at}`) % 4 : 2 }, (_, index) =>
      valueOf(item, `${at}.${index}`, [...indices, index]),
    );
    if (kind === 0) return Promise.resolve(items);
    if (kind === 1) return Object.freeze(items);
    if (kind === 2)
      return (function* () {
        yield* items;
      })();
    return items;
  }

  function leaf(wanted: string, at: string, indices: readonly number[]): unknown {
    const { value, code } = mark ? markedLeaf(wanted, at, mark) : otherLeaf(wanted, at);
    if (code) world.failures.set(placeKey(root, [...path, ...indices]), code);
    return code && world.strict ? new GraphQLError('refused', { extensions: { code } }) : value;
  }

  function otherLeaf(wanted: string, at: string): { value: unknown; code?: string | undefined } {
    if (wanted === 'Int') return { value: 4 };
    if (wanted === 'Kind') return { value: 'X' };
    // Now and then somebody forgot the mark.
    const isLeak = hash(`leak ${at}`) % 7 === 0;
    if (isLeak) world.leaks.add(coordinate);
    const text = isLeak ? tokenFor(at) : 'text';
    return {
      value: wanted === 'Any' ? { text, list: Object.freeze([1, text]) } : text,
      code: isLeak && world.forbidsLeaks ? 'READ_GRANT_MISSING' : undefined,
    };
  }

  function markedLeaf(wanted: string, at: string, { duration }: RandomMark) {
    // Some tokens are in many places.
    const token = hash(`many ${at}`) % 3 === 0 ? tokenFor(`out ${hash(at) % 12}`) : tokenFor(at);
    const isNone = world.faults && hash(`none ${at}`) % 23 === 0;
    const value = isNone ? 'not a token' : token;
    const isRefused = world.refuses({ token, binding: bindingText, duration });
    return {
      value: wanted === 'Box' ? { boxed: value } : value,
      code: isNone
        ? 'TOKEN_NOT_FOUND'
        : isUnbound
          ? 'BINDING_MISMATCH'
          : isRefused
            ? 'TOKEN_DELETED'
            : undefined,
    };
  }
}

const isLeaf = (model: Model, type: string) =>
  !(namedType(type) in model.objects) && !(namedType(type) in model.abstract);

/** A binding with its values, percent-encoded; undefined when one is missing. */
function fill(template: string, valueOf: (name: string) => unknown): string | undefined {
  let isComplete = true;
  const text = template.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = valueOf(name);
    if (value === null || value === undefined || value === '') isComplete = false;
    return encodeURIComponent(String(value));
  });
  return isComplete ? text : undefined;
}

function noteArguments(
  world: World,
  coordinate: string,
  args: Record<string, unknown>,
  path: readonly Key[],
): void {
  const { model } = world;
  const types = model.args[coordinate]!;
  // Arguments are looked at before anybody knows how many objects a list will have.
  const fieldPath = path.filter((key) => typeof key === 'string');
  for (const [name, type] of Object.entries(types))
    note(args[name], {
      type,
      path: [...fieldPath, name],
      coordinate: `${coordinate}(${name}:)`,
      mark: model.marks.get(`${coordinate}(${name})`),
      scopes: [[types, args]],
    });

  function note(value: unknown, at: Argument): void {
    if (value === null || value === undefined) return;
    if (Array.isArray(value) && at.type.startsWith('[')) {
      const type = at.type.replace(/^\[(.*)\]!?$/, '$1');
      for (const [index, item] of value.entries()) note(item, { ...at, type, path: [...at.path, index] });
      return;
    }
    const named = namedType(at.type);
    const fields = model.inputs[named];
    if (fields) {
      const values = value as Record<string, unknown>;
      for (const [field, type] of Object.entries(fields))
        note(values[field], {
          type,
          path: [...at.path, field],
          coordinate: `${named}.${field}`,
          mark: model.marks.get(`${named}.${field}`),
          scopes: [[fields, values], ...at.scopes],
        });
      return;
    }
    if (at.mark) noteMarked(named === 'Box' ? (value as { boxed: unknown }).boxed : value, at.mark, at);
    else if (JSON.stringify(value).includes('"lunasec-')) {
      const paths = world.leakingInputs.get(at.coordinate) ?? new Set();
      world.leakingInputs.set(at.coordinate, paths.add(pathKey(at.path)));
    }
  }

  function noteMarked(token: unknown, mark: RandomMark, { path, scopes }: Argument): void {
    const binding =
      mark.binding === undefined
        ? undefined
        : fill(mark.binding, (name) => scopes.find(([declared]) => name in declared)?.[1][name]);
    if (
      typeof token !== 'string' ||
      !tokenPattern.test(token) ||
      (mark.binding !== undefined && binding === undefined)
    ) {
      world.wrong.add(pathKey(path));
      return;
    }
    const asked = { token, binding, duration: undefined };
    const noted = world.inputs.get(keyOf(asked)) ?? { asked, paths: new Set() };
    world.inputs.set(keyOf(asked), noted);
    noted.paths.add(pathKey(path));
  }
}

interface Argument {
  type: string;
  path: readonly Key[];
  coordinate: string;
  mark: RandomMark | undefined;
  scopes: readonly [types: Record<string, string>, values: Record<string, unknown>][];
}

type Key = string | number;

export const pathKey = (path: readonly Key[] | undefined): string => JSON.stringify(path ?? []);
/** A place in the response to one event, or to the whole operation. */
export const placeKey = (root: string, path: readonly Key[] | undefined): string =>
  `${root} ${pathKey(path)}`;

/** What graphql-js answers: one result, or one for each event. */
export async function plainly(
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Record<string, unknown>,
  world: World,
): Promise<ExecutionResult[]> {
  const { operation } = document.definitions[0] as { operation: string };
  const args = { schema, document, variableValues, contextValue: { world } };
  if (operation !== 'subscription') return [await execute({ ...args, rootValue: rootOf(operation) })];
  const events = await subscribe(args);
  if (!(Symbol.asyncIterator in events)) return [events];
  const results: ExecutionResult[] = [];
  for await (const event of events) results.push(event);
  return results;
}

export const rootOf = (operation: string) => sourceOf(operation === 'query' ? 'Query' : 'Mutation', 'root');

/** The marked tokens in the data of a result: by place, with nothing but their names to go by. */
export function grantsIn(data: unknown, world: World, root: string): Map<string, Asked> {
  const found = new Map<string, Asked>();
  walk(data, []);
  return found;

  function walk(value: unknown, path: (string | number)[]): void {
    if (typeof value === 'string' && tokenPattern.test(value)) {
      let end = path.length;
      while (typeof path[end - 1] === 'number') end--;
      const mark = world.outputs.get(placeKey(root, path.slice(0, end)));
      if (!mark || (mark.binding !== undefined && mark.bindingText === undefined)) return;
      const asked = { token: value, binding: mark.bindingText, duration: mark.duration };
      found.set(keyOf(asked), asked);
    } else if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (typeof value === 'object' && value !== null)
      for (const [key, part] of Object.entries(value)) walk(part, [...path, key]);
  }
}
