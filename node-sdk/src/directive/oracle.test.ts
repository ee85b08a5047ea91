import { normalizedExecutor } from '@graphql-tools/executor';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { GrantResult } from '../client/index.js';
import { grantsIn, keyOf, newWorld, plainly, rootOf, schemaOf } from '../test-support/oracle.js';
import type { Asked, World } from '../test-support/oracle.js';
import { randomOperation } from '../test-support/random-operation.js';
import type { RandomOperation } from '../test-support/random-operation.js';
import { flip, hash, pick, randomFrom, randomModel, rarely } from '../test-support/random-schema.js';
import type { Model } from '../test-support/random-schema.js';
import { typeDefs } from './definition.js';
import { createEngine } from './engine.js';
import { executeWithTokens, subscribeWithTokens } from './execute.js';
import type { Execute } from './execute.js';
import { transform } from './guard.js';
import type { IncrementalResult } from './incremental.js';

/**
 * Random schemas, operations and data: what the engine verifies, grants and nulls is compared with what the oracle in
 * test-support/oracle.ts finds out without it. `npm run prove:directive` does the same 20,000 times and more.
 */
const wanted = Number(process.env.LUNASEC_ORACLE_OPERATIONS ?? 1500);
const operationsPerSchema = 20;

const directives = `${typeDefs}
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD`;

/** What a mutation may store, and what may be read. */
const isStoreRefused = (asked: Asked) => hash(`store ${keyOf(asked)}`) % 40 === 0;
const isReadRefused = (asked: Asked) => hash(`read ${keyOf(asked)}`) % 8 === 0;

interface Calls {
  verify: Asked[][];
  grant: Asked[][];
}

interface Case {
  model: Model;
  operation: RandomOperation;
  document: DocumentNode;
  plain: GraphQLSchema;
  marked: GraphQLSchema;
  refuses: boolean;
}

function engineFor(refuses: boolean, calls: Calls) {
  const answer = (asked: Asked[], isRefused: (each: Asked) => boolean): GrantResult[] =>
    asked.map((each) =>
      refuses && isRefused(each)
        ? { token: each.token, expiresAt: null, problem: { code: 'TOKEN_NOT_FOUND', message: 'refused' } }
        : { token: each.token, expiresAt: new Date(), problem: null },
    );
  return createEngine({
    client: {
      verifyStoreGrants: async (_sid, refs) => {
        const asked = refs.map(({ token, binding }) => ({ token, binding, duration: undefined }));
        calls.verify.push(asked);
        return answer(asked, isStoreRefused);
      },
      createReadGrants: async (_sid, requests) => {
        const asked = requests.map(({ token, binding, duration }) => ({ token, binding, duration }));
        calls.grant.push(asked);
        return answer(asked, isReadRefused);
      },
    },
    sidOf: async () => 'sid',
    leaks: 'warn',
    log: { warn: () => {} },
  });
}

const keys = (asked: Iterable<Asked>) => [...asked].map(keyOf).toSorted();
const json = (data: unknown) => JSON.stringify(data ?? null);

const tally = {
  query: 0,
  mutation: 0,
  subscription: 0,
  wrong: 0,
  refusedStores: 0,
  refusedReads: 0,
  verified: 0,
  granted: 0,
  bound: 0,
  payloads: 0,
};

/** Executes with the engine; one result, or one for each event. */
async function withEngine({ operation, document, marked, refuses }: Case, world: World, calls: Calls) {
  const engine = engineFor(refuses, calls);
  const args = { schema: marked, document, variableValues: operation.variables, contextValue: { world } };
  if (operation.kind !== 'subscription')
    return [await executeWithTokens(engine, { ...args, rootValue: rootOf(operation.kind) })];
  const events = await subscribeWithTokens(engine, args);
  if (!(Symbol.asyncIterator in events)) return [events];
  const results: ExecutionResult[] = [];
  for await (const event of events) results.push(event);
  return results;
}

async function compare(it: Case): Promise<void> {
  const { model, operation, document, plain, refuses } = it;
  const calls: Calls = { verify: [], grant: [] };
  const world = newWorld(model, { faults: refuses });
  const results = await withEngine(it, world, calls);
  tally[operation.kind]++;

  let inputs: Asked[] = [];
  if (operation.kind !== 'query') {
    const probe = newWorld(model);
    for (const { errors } of await plainly(plain, document, operation.variables, probe))
      expect(errors).toBeUndefined();
    inputs = [...probe.inputs.values()];
    const isStopped = probe.isWrong || (refuses && inputs.some(isStoreRefused));
    if (probe.isWrong) expect(calls.verify).toEqual([]);
    if (isStopped) {
      tally[probe.isWrong ? 'wrong' : 'refusedStores']++;
      if (!probe.isWrong) expect(calls.verify.map(keys)).toEqual([keys(inputs)]);
      expect(results).toHaveLength(1);
      expect(results[0]!.data).toBeUndefined();
      expect(results[0]!.errors).not.toHaveLength(0);
      expect(world.ran).toBe(false);
      expect(calls.grant).toEqual([]);
      return;
    }
  }
  expect(calls.verify.map(keys)).toEqual(inputs.length > 0 ? [keys(inputs)] : []);
  tally.verified += inputs.length > 0 ? 1 : 0;
  tally.bound += inputs.filter(({ binding }) => binding !== undefined).length;

  // What there is to grant, and what is left when the refused are gone.
  const lenient = newWorld(model, { faults: refuses });
  const all = await plainly(plain, document, operation.variables, lenient);
  const strict = await plainly(
    plain,
    document,
    operation.variables,
    newWorld(model, { faults: refuses, refuses: refuses ? isReadRefused : () => false }),
  );
  const roots = operation.kind === 'subscription' ? ['first', 'second'] : ['root'];
  const outputs = all.map(({ data }, index) => [...grantsIn(data, lenient, roots[index]!).values()]);
  expect(calls.grant.map(keys)).toEqual(outputs.filter((each) => each.length > 0).map(keys));
  expect(results.map(({ data }) => json(data))).toEqual(strict.map(({ data }) => json(data)));
  expect(results.map(({ errors }) => Boolean(errors))).toEqual(strict.map(({ errors }) => Boolean(errors)));
  for (const each of outputs) {
    tally.granted += each.length > 0 ? 1 : 0;
    tally.bound += each.filter(({ binding }) => binding !== undefined).length;
    tally.refusedReads += refuses && each.some(isReadRefused) ? 1 : 0;
  }
}

/** With `@defer` and `@stream`: together, the payloads are what the whole response would have been. */
async function compareIncremental({
  model,
  operation,
  document,
  plain,
  marked,
  refuses,
}: Case): Promise<void> {
  const calls: Calls = { verify: [], grant: [] };
  const world = newWorld(model);
  const result = await executeWithTokens(
    engineFor(refuses, calls),
    {
      schema: marked,
      document,
      variableValues: operation.variables,
      contextValue: { world },
      rootValue: rootOf(operation.kind),
    },
    { execute: normalizedExecutor as Execute },
  );
  const strict = newWorld(model, { refuses: refuses ? isReadRefused : () => false });
  const [whole] = await plainly(plain, document, operation.variables, strict);
  const merged: { data?: unknown } = {};
  let payloads = 0;
  const isGranted = () => {
    const granted = new Set(calls.grant.flat().map(keyOf));
    for (const asked of grantsIn(merged.data, world, 'root').keys()) expect(granted).toContain(asked);
  };
  for await (const payload of Symbol.asyncIterator in result ? result : [result as IncrementalResult]) {
    payloads++;
    if ('data' in payload) merged.data = payload.data;
    for (const { path = [], data, items } of payload.incremental ?? []) {
      if (data) mergeInto(at(merged.data, path), data);
      for (const [offset, item] of (items ?? []).entries())
        (at(merged.data, path.slice(0, -1)) as unknown[])[(path.at(-1) as number) + offset] = item;
    }
    isGranted();
    expect(calls.grant.length).toBeLessThanOrEqual(payloads);
  }
  tally.payloads += payloads > 1 ? 1 : 0;
  expect(calls.verify).toEqual([]);
  // Where something was refused, null reaches as far as its payload only; what belongs below it does not come.
  if (whole!.errors) return;
  expect(canonical(merged.data)).toBe(canonical(whole!.data));
  const expected = keys(grantsIn(whole!.data, strict, 'root').values());
  expect([...new Set(calls.grant.flat().map(keyOf))].toSorted()).toEqual(expected);
}

const at = (data: unknown, path: readonly (string | number)[]): object =>
  path.reduce((value, key) => (value as Record<string | number, object>)[key]!, data as object);

function mergeInto(target: object, source: object): void {
  // Inside a custom scalar's value, which is the same in every payload.
  if (Object.isFrozen(target)) return;
  for (const [key, value] of Object.entries(source)) {
    const before = (target as Record<string, unknown>)[key];
    if (typeof before === 'object' && before !== null && typeof value === 'object' && value !== null)
      mergeInto(before, value as object);
    else (target as Record<string, unknown>)[key] = value;
  }
}

/** As JSON, whatever the order of keys: those that are deferred come last. */
const canonical = (data: unknown): string =>
  JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
      : value,
  ) ?? 'null';

test('verifies, grants and nulls exactly what graphql-js would see', async () => {
  let operations = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const random = randomFrom(seed);
      const model = randomModel(random);
      const [plain, marked] = [schemaOf(model, directives), transform(schemaOf(model, directives))];
      for (let count = 0; count < operationsPerSchema; count++) {
        const kind = pick(random, ['query', 'mutation', 'mutation', 'subscription'] as const);
        const incremental = kind === 'query' && flip(random);
        const refuses = flip(random);
        const mistakes = rarely(random, 3);
        const operation = randomOperation(random, model, { kind, incremental, mistakes });
        const document = parse(operation.source, { noLocation: true });
        if (count === 0) expect(validate(plain, document)).toEqual([]);
        const it: Case = { model, operation, document, plain, marked, refuses };
        try {
          await (incremental ? compareIncremental(it) : compare(it));
        } catch (error) {
          // A seed cannot be shrunk; what came of it is small enough to read.
          throw new Error(
            `${String(error)}\n${model.sdl}\n\n${operation.source}\n${JSON.stringify(operation.variables)}`,
            {
              cause: error,
            },
          );
        }
        operations++;
      }
    }),
    {
      numRuns: Math.ceil(wanted / operationsPerSchema),
      endOnFailure: true,
      // The short run is the same each time; `npm run prove:directive` goes where none has been.
      ...(process.env.LUNASEC_ORACLE_OPERATIONS ? {} : { seed: 20261125 }),
    },
  );
  expect(operations).toBeGreaterThanOrEqual(wanted);
  if (process.env.LUNASEC_ORACLE_OPERATIONS)
    process.stdout.write(`${operations} operations as the oracle says: ${JSON.stringify(tally)}\n`);
  // The runs reached every kind of outcome, or the comparison above would say little.
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(wanted / 200);
}, 1_800_000);
