import { buildSchema, execute, isObjectType, isScalarType, responsePathAsArray, subscribe } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
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
  /** Marked fields whose token is refused throw instead. */
  refuses: ((asked: Asked) => boolean) | undefined;
  ran: boolean;
  inputs: Map<string, Asked>;
  /** A marked argument is no token, or its binding cannot be written. */
  isWrong: boolean;
  /** Marked tokens by the place of their field. */
  outputs: Map<string, RandomMark & { bindingText: string | undefined }>;
}

export const newWorld = (model: Model, options: Partial<Pick<World, 'faults' | 'refuses'>> = {}): World => ({
  model,
  faults: false,
  refuses: undefined,
  ran: false,
  inputs: new Map(),
  isWrong: false,
  outputs: new Map(),
  ...options,
});

const tokenPattern = /^lunasec-[0-9a-f-]{36}$/;

/** A schema of the model; its resolvers behave as the `world` in the context says. */
export function schemaOf(model: Model, directive: string): GraphQLSchema {
  const schema = buildSchema(`${directive}\n${model.sdl}`);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isScalarType(type) && type.name === 'Box')
      Object.assign(type, {
        parseValue: (outside: unknown) => ({ boxed: outside }),
        parseLiteral: (node: { value: unknown }) => ({ boxed: node.value }),
        serialize: (inside: { boxed: unknown }) => inside.boxed,
      });
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
  const place = `${root} ${JSON.stringify(responsePathAsArray(info.path))}`;
  noteArguments(world, coordinate, args);
  const type = model.objects[info.parentType.name]![info.fieldName]!;
  const mark = model.marks.get(coordinate);
  if (world.faults && hash(`throws ${place}`) % 19 === 0 && isLeaf(model, type))
    return Promise.reject(new Error('no such row'));

  let bindingText: string | undefined;
  let isUnbound = false;
  if (mark?.binding !== undefined) {
    const values: Record<string, unknown> = { id: idOf(source.at), kind: kindOf(source.at) };
    bindingText = fill(mark.binding, (name) => values[name]);
    isUnbound = bindingText === undefined;
  }
  if (mark) world.outputs.set(place, { ...mark, bindingText });
  return valueOf(type, place);

  function valueOf(wanted: string, at: string): unknown {
    if (!wanted.endsWith('!')) {
      // Objects are never missing, so that every selected field is executed.
      return isLeaf(model, wanted) && hash(`null ${at}`) % 6 === 0 ? null : present(wanted, at);
    }
    return present(wanted.slice(0, -1), at);
  }

  function present(wanted: string, at: string): unknown {
    const kind = hash(`kind ${at}`) % 6;
    if (!wanted.startsWith('[')) {
      const value = isLeaf(model, wanted) ? leaf(wanted, at) : sourceOf(wanted, at);
      // All failures come later: graphql-js 16 leaves rejections unhandled in lists where others come at once.
      if (value instanceof Error) return Promise.reject(value);
      return kind === 0 ? Promise.resolve(value) : value;
    }
    const item = wanted.slice(1, -1);
    const possible = model.abstract[namedType(item)];
    if (possible && !item.startsWith('['))
      return possible.map((name, index) => sourceOf(name, `${at}.${index}`));
    const items = Array.from({ length: isLeaf(model, wanted) ? hash(`size ${at}`) % 4 : 2 }, (_, index) =>
      valueOf(item, `${at}.${index}`),
    );
    if (kind === 0) return Promise.resolve(items);
    if (kind === 1) return Object.freeze(items);
    if (kind === 2)
      return (function* () {
        yield* items;
      })();
    return items;
  }

  function leaf(wanted: string, at: string): unknown {
    if (!mark) {
      // Now and then somebody forgot the mark.
      const text = hash(`leak ${at}`) % 31 === 0 ? tokenFor(at) : 'text';
      if (wanted === 'Any') return { text, list: Object.freeze([1, text]) };
      return wanted === 'Int' ? 4 : wanted === 'Kind' ? 'X' : text;
    }
    // Some tokens are in many places.
    const token = hash(`many ${at}`) % 3 === 0 ? tokenFor(`out ${hash(at) % 12}`) : tokenFor(at);
    const isNone = world.faults && hash(`none ${at}`) % 23 === 0;
    if (world.refuses) {
      const asked = { token, binding: bindingText, duration: mark.duration };
      if (isNone || isUnbound || world.refuses(asked)) return new Error('refused');
    }
    const value = isNone ? 'not a token' : token;
    return wanted === 'Box' ? { boxed: value } : value;
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

function noteArguments(world: World, coordinate: string, args: Record<string, unknown>): void {
  const { model } = world;
  const types = model.args[coordinate]!;
  type Scope = [types: Record<string, string>, values: Record<string, unknown>];
  for (const [name, type] of Object.entries(types))
    note(args[name], type, model.marks.get(`${coordinate}(${name})`), [[types, args]]);

  function note(value: unknown, type: string, mark: RandomMark | undefined, scopes: readonly Scope[]): void {
    if (value === null || value === undefined) return;
    if (Array.isArray(value)) {
      for (const item of value) note(item, type, mark, scopes);
      return;
    }
    const named = namedType(type);
    const fields = model.inputs[named];
    if (fields) {
      const values = value as Record<string, unknown>;
      for (const [field, fieldType] of Object.entries(fields))
        note(values[field], fieldType, model.marks.get(`${named}.${field}`), [[fields, values], ...scopes]);
      return;
    }
    if (!mark) return;
    const token = named === 'Box' ? (value as { boxed: unknown }).boxed : value;
    const binding =
      mark.binding === undefined
        ? undefined
        : fill(mark.binding, (name) => scopes.find(([declared]) => name in declared)?.[1][name]);
    if (
      typeof token !== 'string' ||
      !tokenPattern.test(token) ||
      (mark.binding !== undefined && binding === undefined)
    )
      world.isWrong = true;
    else {
      const asked = { token, binding, duration: undefined };
      world.inputs.set(keyOf(asked), asked);
    }
  }
}

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
      const mark = world.outputs.get(`${root} ${JSON.stringify(path.slice(0, end))}`);
      if (!mark || (mark.binding !== undefined && mark.bindingText === undefined)) return;
      const asked = { token: value, binding: mark.bindingText, duration: mark.duration };
      found.set(keyOf(asked), asked);
    } else if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (typeof value === 'object' && value !== null)
      for (const [key, part] of Object.entries(value)) walk(part, [...path, key]);
  }
}
