import { createSourceEventStream, execute, getOperationAST } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult, OperationDefinitionNode } from 'graphql';
import { takeCharge } from './charge.js';
import type { Charge } from './charge.js';
import type { Engine } from './engine.js';

/** graphql-js's `execute`, with the tokens of the operation verified and granted. Never rejects for those. */
export async function executeWithTokens(engine: Engine, args: ExecutionArgs): Promise<ExecutionResult> {
  const begun = await begin(engine, args);
  if ('result' in begun) return begun.result ?? (await execute(args));
  return executeInCharge(engine, begun.charge, begun.args);
}

/**
 * graphql-js's `subscribe`, with the tokens of its arguments verified first and those of each event granted before it is
 * passed on, in one call per event.
 */
export async function subscribeWithTokens(
  engine: Engine,
  args: ExecutionArgs,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const begun = await begin(engine, args);
  if ('result' in begun) return begun.result ?? (await execute(args));
  const events = await createSourceEventStream(begun.args);
  if (!(Symbol.asyncIterator in events)) return events;
  return mapEvents(events, async (rootValue) => {
    const own = withOwnOperation(args.document, begun.charge.definition);
    const charge: Charge = {
      ...begun.charge,
      definition: own.definition,
      outputs: new Map(),
      execution: undefined,
    };
    takeCharge(own.definition, charge);
    return executeInCharge(engine, charge, { ...args, document: own.document, rootValue });
  });
}

async function begin(
  engine: Engine,
  args: ExecutionArgs,
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
  });
  if ('errors' in begun) return { result: { errors: begun.errors } };
  return { charge: begun.charge, args: { ...args, document } };
}

async function executeInCharge(
  engine: Engine,
  charge: Charge,
  args: ExecutionArgs,
): Promise<ExecutionResult> {
  const result = await execute(args);
  const { data, errors: added } = await engine.settle(charge, result.data, args.contextValue);
  const errors = [...(result.errors ?? []), ...added];
  return {
    ...result,
    ...(errors.length > 0 ? { errors } : {}),
    ...('data' in result ? { data } : {}),
  };
}

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
function mapEvents<T>(
  events: AsyncIterable<unknown>,
  map: (event: unknown) => Promise<T>,
): AsyncGenerator<T, void, void> {
  const source = events[Symbol.asyncIterator]();
  const mapped = async (step: Promise<IteratorResult<unknown>>): Promise<IteratorResult<T, void>> => {
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
