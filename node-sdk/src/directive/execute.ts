import { createSourceEventStream, execute, getOperationAST } from 'graphql';
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLError,
  OperationDefinitionNode,
} from 'graphql';
import { takeCharge } from './charge.js';
import type { Charge, FindRequest } from './charge.js';
import type { Engine } from './engine.js';
import type { IncrementalResult } from './incremental.js';

/** What executes operations: `execute` of graphql-js, or one with the same arguments that may answer in payloads. */
export type Execute = (
  args: ExecutionArgs,
) => MaybePromise<ExecutionResult | AsyncIterable<IncrementalResult>>;
type MaybePromise<T> = T | Promise<T>;

/** Of the server that runs the operations. */
export interface ServerOptions {
  findRequest?: FindRequest | undefined;
  /** Changes the errors of a result before anything else of the server sees them. */
  mapError?: ((error: GraphQLError) => GraphQLError) | undefined;
}

/** graphql-js's `execute`, with the tokens of the operation verified and granted. Never rejects for those. */
export function executeWithTokens(engine: Engine, args: ExecutionArgs): Promise<ExecutionResult>;
/** The same with another `execute`. */
export function executeWithTokens(
  engine: Engine,
  args: ExecutionArgs,
  options: ServerOptions & { execute: Execute },
): Promise<ExecutionResult | AsyncIterable<IncrementalResult>>;
export async function executeWithTokens(
  engine: Engine,
  args: ExecutionArgs,
  { execute: run = execute, ...options }: ServerOptions & { execute?: Execute } = {},
): Promise<ExecutionResult | AsyncIterable<IncrementalResult>> {
  const begun = await begin(engine, args, options);
  if ('result' in begun) return begun.result ?? run(args);
  const result = await run(begun.args);
  return isIterable(result)
    ? settleIncremental(engine, begun.charge, begun.args, result, options)
    : settle(engine, begun.charge, begun.args, result, options);
}

/**
 * graphql-js's `subscribe`, with the tokens of its arguments verified first and those of each event granted before it is
 * passed on, in one call per event.
 */
export async function subscribeWithTokens(
  engine: Engine,
  args: ExecutionArgs,
  options: ServerOptions = {},
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const begun = await begin(engine, args, options);
  if ('result' in begun) return begun.result ?? (await execute(args));
  const events = await createSourceEventStream(begun.args);
  if (!(Symbol.asyncIterator in events)) return engine.checkTexts(withErrors(events, options));
  return mapEvents(events, async (rootValue) => {
    const own = withOwnOperation(args.document, begun.charge.definition);
    const charge: Charge = {
      ...begun.charge,
      definition: own.definition,
      outputs: [],
      execution: undefined,
      index: undefined,
      gone: [],
    };
    takeCharge(own.definition, charge);
    const event = { ...args, document: own.document, rootValue };
    return settle(engine, charge, event, await execute(event), options);
  });
}

async function begin(
  engine: Engine,
  args: ExecutionArgs,
  { findRequest, mapError = same }: ServerOptions,
): Promise<{ charge: Charge; args: ExecutionArgs } | { result: ExecutionResult | undefined }> {
  const found = getOperationAST(args.document, args.operationName);
  // graphql-js says what is wrong with it.
  if (!found) return { result: undefined };
  const { document, definition } = withOwnOperation(args.document, found);
  const begun = await engine.begin({
    schema: args.schema,
    document,
    definition,
    variables: args.variableValues,
    contextValue: args.contextValue,
    key: definition,
    fieldResolver: args.fieldResolver ?? undefined,
    findRequest,
  });
  if ('errors' in begun) return { result: { errors: begun.errors.map((error) => mapError(error)) } };
  return { charge: begun.charge, args: { ...args, document } };
}

async function settle(
  engine: Engine,
  charge: Charge,
  args: ExecutionArgs,
  result: ExecutionResult,
  { mapError = same }: ServerOptions,
): Promise<ExecutionResult> {
  const { data, errors: added } = await engine.settle(charge, result.data, args.contextValue);
  const errors = [...(result.errors ?? []), ...added].map((error) => mapError(error));
  return engine.checkTexts({
    ...result,
    ...(errors.length > 0 ? { errors } : {}),
    ...('data' in result ? { data } : {}),
  });
}

/** Passes payloads on one by one, each when its tokens are granted. */
function settleIncremental(
  engine: Engine,
  charge: Charge,
  { contextValue }: ExecutionArgs,
  results: AsyncIterable<IncrementalResult>,
  options: ServerOptions,
): AsyncGenerator<IncrementalResult, void, void> {
  return mapEvents(results, async (result) => {
    const settled = await engine.settleIncremental(charge, result, contextValue);
    const { incremental } = settled;
    return {
      ...engine.checkTexts(withErrors(settled, options)),
      ...(incremental
        ? { incremental: incremental.map((part) => engine.checkTexts(withErrors(part, options))) }
        : {}),
    };
  });
}

const withErrors = <T extends { errors?: readonly GraphQLError[] | undefined }>(
  result: T,
  { mapError = same }: ServerOptions,
): T => (result.errors ? { ...result, errors: result.errors.map((error) => mapError(error)) } : result);

const same = (error: GraphQLError) => error;

const isIterable = (
  result: ExecutionResult | AsyncIterable<IncrementalResult>,
): result is AsyncIterable<IncrementalResult> => Symbol.asyncIterator in result;

/**
 * The document with a copy of the operation's node. Documents are cached and contexts are shared, but the copy belongs
 * to one execution, and graphql-js hands it to every resolver.
 */
function withOwnOperation(document: DocumentNode, found: OperationDefinitionNode) {
  const definition = { ...found };
  const definitions = document.definitions.map((each) =>
    each === found || isSameOperation(each, found) ? definition : each,
  );
  return { definition, document: { ...document, definitions } };
}

const isSameOperation = (node: DocumentNode['definitions'][number], found: OperationDefinitionNode) =>
  node.kind === found.kind && node.selectionSet === found.selectionSet;

/** Passes `return` and `throw` on at once, also while an event is awaited: else an unsubscription would have to wait. */
function mapEvents<Event, T>(
  events: AsyncIterable<Event>,
  map: (event: Event) => Promise<T>,
): AsyncGenerator<T, void, void> {
  const source = events[Symbol.asyncIterator]();
  const mapped = async (step: Promise<IteratorResult<Event>>): Promise<IteratorResult<T, void>> => {
    const { done, value } = await step;
    return done ? { done, value: undefined } : { done: false, value: await map(value) };
  };
  const generator: Pick<AsyncGenerator<T, void, void>, 'next' | 'return' | 'throw'> = {
    next: () => mapped(source.next()),
    return: async () => {
      await source.return?.();
      return { done: true, value: undefined };
    },
    throw: async (error) => {
      if (source.throw) return mapped(source.throw(error));
      throw error;
    },
  };
  return {
    ...generator,
    [Symbol.asyncIterator]() {
      return this;
    },
  } as AsyncGenerator<T, void, void>;
}
