import { normalizedExecutor } from '@graphql-tools/executor';
import { proofSeed, proofSize, recordFigures } from '@lunasec/proof';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { GrantResult } from '../client/index.js';
import type { ProblemCode } from '../errors/index.js';
import {
  grantsIn,
  keyOf,
  newWorld,
  pathKey,
  placeKey,
  plainly,
  rootOf,
  schemaOf,
} from '../test-support/oracle.js';
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
 * test-support/oracle.ts finds out without it. `npm run prove directive` does it 25,000 times.
 */
const wanted = proofSize({ quick: 1500, whole: 25_000 });
const operationsPerSchema = 20;

const directives = `${typeDefs}
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
directive @stream(if: Boolean! = true, label: String, initialCount: Int = 0) on FIELD`;

/** What a mutation may store, and what may be read. */
const isStoreRefused = (asked: Asked) => hash(`store ${keyOf(asked)}`) % 40 === 0;
const isReadRefused = (asked: Asked) => hash(`read ${keyOf(asked)}`) % 6 === 0;

interface Calls {
  verify: Asked[][];
  grant: Asked[][];
  /** What was reported to have tokens without a mark. */
  leaks: string[];
}

interface Case {
  model: Model;
  operation: RandomOperation;
  document: DocumentNode;
  plain: GraphQLSchema;
  marked: GraphQLSchema;
  refuses: boolean;
  forbidsLeaks: boolean;
}

function engineFor({ refuses, forbidsLeaks }: Case, calls: Calls) {
  const answer = (asked: Asked[], isRefused: (each: Asked) => boolean, code: ProblemCode): GrantResult[] =>
    asked.map((each) =>
      refuses && isRefused(each)
        ? { token: each.token, expiresAt: null, problem: { code, message: 'refused' } }
        : { token: each.token, expiresAt: new Date(), problem: null },
    );
  return createEngine({
    client: {
      verifyStoreGrants: async (_sid, refs) => {
        const asked = refs.map(({ token, binding }) => ({ token, binding, duration: undefined }));
        calls.verify.push(asked);
        return answer(asked, isStoreRefused, 'STORE_GRANT_MISSING');
      },
      createReadGrants: async (_sid, requests) => {
        const asked = requests.map(({ token, binding, duration }) => ({ token, binding, duration }));
        calls.grant.push(asked);
        return answer(asked, isReadRefused, 'TOKEN_DELETED');
      },
    },
    sidOf: async () => 'sid',
    leaks: forbidsLeaks ? 'error' : 'warn',
    log: { warn: (message) => void calls.leaks.push(/through (.+), which/.exec(message)![1]!) },
  });
}

const keys = (asked: Iterable<Asked>) => [...asked].map(keyOf).toSorted();
const json = (data: unknown) => JSON.stringify(data ?? null);

const tally = {
  query: 0,
  mutation: 0,
  subscription: 0,
  wrong: 0,
  leaking: 0,
  refusedStores: 0,
  refusedReads: 0,
  refusedLeaks: 0,
  verified: 0,
  granted: 0,
  bound: 0,
  payloads: 0,
  refusedInPayloads: 0,
};

/**
 * What must be verified before anything runs: nothing, if the operation fails without it. If it does, its results
 * are compared here; if not, returns what the arguments were seen to be.
 */
async function compareInputs(it: Case, results: ExecutionResult[], calls: Calls, world: World) {
  const { operation, refuses, forbidsLeaks } = it;
  const probe = newWorld(it.model);
  for (const { errors } of await plainly(it.plain, it.document, operation.variables, probe))
    expect(errors).toBeUndefined();
  const takesEffect = operation.kind !== 'query';
  const problems = new Set([
    ...(takesEffect ? probe.wrong : []),
    ...(forbidsLeaks ? [...probe.leakingInputs.values()].flatMap((paths) => [...paths]) : []),
  ]);
  const inputs = takesEffect && problems.size === 0 ? [...probe.inputs.values()] : [];
  const refused = refuses ? inputs.filter(({ asked }) => isStoreRefused(asked)) : [];
  expect(calls.verify.map(keys)).toEqual(inputs.length > 0 ? [keys(inputs.map(({ asked }) => asked))] : []);
  if (!forbidsLeaks)
    for (const coordinate of probe.leakingInputs.keys()) expect(calls.leaks).toContain(coordinate);
  if (problems.size === 0 && refused.length === 0) {
    tally.verified += inputs.length > 0 ? 1 : 0;
    tally.bound += inputs.filter(({ asked }) => asked.binding !== undefined).length;
    return probe;
  }
  tally.wrong += takesEffect && probe.wrong.size > 0 ? 1 : 0;
  tally.leaking += forbidsLeaks && probe.leakingInputs.size > 0 ? 1 : 0;
  tally.refusedStores += refused.length > 0 ? 1 : 0;
  expect(results).toHaveLength(1);
  const [{ data, errors = [] }] = results as [ExecutionResult];
  expect(data).toBeUndefined();
  expect(world.ran).toBe(false);
  expect(calls.grant).toEqual([]);
  const paths = errors.map(({ path }) => pathKey(path));
  const expected =
    refused.length > 0 ? refused.map((each) => each.paths) : [...problems].map((each) => new Set([each]));
  for (const path of paths) expect(expected.some((each) => each.has(path))).toBe(true);
  // A fragment that is spread at several places is looked at once.
  for (const each of refused) expect(paths.some((path) => each.paths.has(path))).toBe(true);
  const code = refused.length > 0 ? 'STORE_GRANT_MISSING' : 'BAD_USER_INPUT';
  expect(errors.map(({ extensions }) => extensions.code)).toEqual(paths.map(() => code));
  expect(paths).not.toHaveLength(0);
  return undefined;
}

/** Every error is one that was to be expected there, and there is one for each place that became null. */
function compareErrors(
  actual: ExecutionResult,
  expected: ExecutionResult,
  { failures }: World,
  root: string,
): void {
  compareCodes(actual.errors, failures, root);
  const places = ({ errors = [] }: ExecutionResult) =>
    [...new Set(errors.map(({ path }) => pathKey(nullOn(expected.data, path ?? []))))].toSorted();
  expect(places(actual)).toEqual(places(expected));
}

function compareCodes(errors: readonly GraphQLError[] = [], failures: World['failures'], root: string): void {
  const actual = new Map(errors.map(({ path, extensions }) => [placeKey(root, path), extensions.code]));
  for (const place of actual.keys()) expect([...failures.keys()]).toContain(place);
  expect(actual).toEqual(new Map([...failures].filter(([place]) => actual.has(place))));
}

/** Each is reported, and nothing else is. A response does not always tell of which type an object is. */
function compareLeaks(reported: readonly string[], leaks: ReadonlySet<string>): void {
  const alternatives = reported.map((each) => each.split(' or '));
  expect([...leaks].filter((each) => !alternatives.flat().includes(each))).toEqual([]);
  expect(alternatives.filter((each) => !each.some((one) => leaks.has(one)))).toEqual([]);
}

/** The place on a path that is null. */
function nullOn(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, depth);
    value = (value as Record<string | number, unknown>)[key];
  }
  return path;
}

/** Executes with the engine; one result, or one for each event. */
async function withEngine(it: Case, world: World, calls: Calls) {
  const { operation, document, marked } = it;
  const engine = engineFor(it, calls);
  const args = { schema: marked, document, variableValues: operation.variables, contextValue: { world } };
  if (operation.kind !== 'subscription')
    return [await executeWithTokens(engine, { ...args, rootValue: rootOf(operation.kind) })];
  const events = await subscribeWithTokens(engine, args);
  if (!(Symbol.asyncIterator in events)) return [events];
  const results: ExecutionResult[] = [];
  for await (const event of events) results.push(event);
  return results;
}

const newCalls = (): Calls => ({ verify: [], grant: [], leaks: [] });

async function compare(it: Case): Promise<void> {
  const { model, operation, document, plain, refuses, forbidsLeaks } = it;
  const calls = newCalls();
  const options = {
    faults: refuses,
    gaps: true,
    forbidsLeaks,
    ...(refuses ? { refuses: isReadRefused } : {}),
  };
  const world = newWorld(model, options);
  const results = await withEngine(it, world, calls);
  tally[operation.kind]++;
  const probe = await compareInputs(it, results, calls, world);
  if (!probe) return;

  // What there is to grant, and what is left when the refused are gone.
  const lenient = newWorld(model, options);
  const all = await plainly(plain, document, operation.variables, lenient);
  const strict = newWorld(model, { ...options, strict: true });
  const expected = await plainly(plain, document, operation.variables, strict);
  const roots = operation.kind === 'subscription' ? ['first', 'second'] : ['root'];
  const outputs = all.map(({ data }, index) => [...grantsIn(data, lenient, roots[index]!).values()]);
  expect(calls.grant.map(keys)).toEqual(outputs.filter((each) => each.length > 0).map(keys));
  expect(results.map(({ data }) => json(data))).toEqual(expected.map(({ data }) => json(data)));
  for (const [index, result] of results.entries())
    compareErrors(result, expected[index]!, lenient, roots[index]!);
  for (const each of outputs) {
    tally.granted += each.length > 0 ? 1 : 0;
    tally.bound += each.filter(({ binding }) => binding !== undefined).length;
    tally.refusedReads += refuses && each.some(isReadRefused) ? 1 : 0;
  }
  if (!forbidsLeaks && lenient.failures.size === 0) {
    const leaks = new Set([...lenient.leaks, ...probe.leakingInputs.keys()]);
    compareLeaks(calls.leaks, leaks);
  }
  tally.refusedLeaks += [...lenient.failures.values()].includes('READ_GRANT_MISSING') ? 1 : 0;
}

/** Puts together what came in payloads, and looks at each as it comes. */
async function merge(
  result: ExecutionResult | AsyncIterable<IncrementalResult>,
  {
    onPayload,
    isForgiving = false,
  }: { onPayload?: (data: unknown, payloads: number) => void; isForgiving?: boolean },
) {
  const merged: { data?: unknown; errors: GraphQLError[]; payloads: number } = { errors: [], payloads: 0 };
  for await (const payload of Symbol.asyncIterator in result ? result : [result as IncrementalResult]) {
    merged.payloads++;
    if ('data' in payload) merged.data = payload.data;
    merged.errors.push(...(payload.errors ?? []));
    for (const { path = [], data, items, errors = [] } of payload.incremental ?? []) {
      merged.errors.push(...errors);
      const target = at(merged.data, items ? path.slice(0, -1) : path);
      // The executor may send what belongs to something that it made null.
      if (!target && isForgiving) continue;
      if (data) mergeInto(target!, data);
      for (const [offset, item] of (items ?? []).entries())
        (target as unknown[])[(path.at(-1) as number) + offset] = item;
    }
    onPayload?.(merged.data, merged.payloads);
  }
  return merged;
}

/** With `@defer` and `@stream`: together, the payloads are what the whole response would have been. */
async function compareIncremental(it: Case): Promise<void> {
  const { model, operation, document, plain, marked, refuses, forbidsLeaks } = it;
  const calls = newCalls();
  const options = { gaps: true, delays: true, forbidsLeaks, ...(refuses ? { refuses: isReadRefused } : {}) };
  const world = newWorld(model, options);
  const args = { document, variableValues: operation.variables, rootValue: rootOf(operation.kind) };
  const result = await executeWithTokens(
    engineFor(it, calls),
    { ...args, schema: marked, contextValue: { world } },
    { execute: normalizedExecutor as Execute },
  );
  const isWhole = !(Symbol.asyncIterator in result);
  const isStopped = isWhole && !('data' in result);
  const probe = await compareInputs(it, isStopped ? [result] : [], calls, world);
  if (!probe) return;
  const merged = await merge(result, {
    onPayload: (data, payloads) => {
      const granted = new Set(
        calls.grant
          .flat()
          .filter((asked) => !(refuses && isReadRefused(asked)))
          .map(keyOf),
      );
      for (const asked of grantsIn(data, world, 'root').keys()) expect(granted).toContain(asked);
      expect(calls.grant.length).toBeLessThanOrEqual(payloads);
    },
  });
  const strict = newWorld(model, { ...options, strict: true });
  const [whole] = await plainly(plain, document, operation.variables, strict);
  tally.payloads += merged.payloads > 1 ? 1 : 0;
  compareCodes(merged.errors, world.failures, 'root');
  expect(merged.errors.length > 0).toBe(Boolean(whole!.errors));
  if (!whole!.errors) {
    expect(canonical(merged.data)).toBe(canonical(whole!.data));
    const expected = keys(grantsIn(whole!.data, strict, 'root').values());
    expect([...new Set(calls.grant.flat().map(keyOf))].toSorted()).toEqual(expected);
    if (!forbidsLeaks) compareLeaks(calls.leaks, new Set([...strict.leaks, ...probe.leakingInputs.keys()]));
    return;
  }
  // Where something was refused, null reaches as far as its payload only; what belongs below it does not come.
  // Of what is sent twice, more goes than has to: a path does not say which of the two it belongs to.
  // And the executor drops streamed items that came before the one that failed.
  if (operation.repeats || operation.source.includes('@stream')) return;
  tally.refusedInPayloads++;
  const late = newWorld(model, { ...options, strict: true });
  const other = await merge(
    await (normalizedExecutor as Execute)({ ...args, schema: plain, contextValue: { world: late } }),
    { isForgiving: true },
  );
  expect(canonical(merged.data)).toBe(canonical(other.data));
}

const at = (data: unknown, path: readonly (string | number)[]): object | null | undefined =>
  path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null)?.[key],
    data,
  ) as object;

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
        const incremental = kind !== 'subscription' && flip(random);
        const refuses = flip(random);
        const forbidsLeaks = rarely(random, 3);
        const mistakes = rarely(random, 3);
        // Where a token that must not leave makes an object null, the object's type is what tells how far that reaches.
        const typenames = forbidsLeaks || flip(random);
        const operation = randomOperation(random, model, { kind, incremental, mistakes, typenames });
        const document = parse(operation.source, { noLocation: true });
        if (count === 0) expect(validate(plain, document)).toEqual([]);
        const it: Case = { model, operation, document, plain, marked, refuses, forbidsLeaks };
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
      // Of two types, one has an object's keys and the other will: what few schemas have.
      examples: [[-1328694395]],
      seed: proofSeed(),
    },
  );
  expect(operations).toBeGreaterThanOrEqual(wanted);
  recordFigures('The directive against its oracle', { operations, ...tally });
  // The runs reached every kind of outcome, or the comparison above would say little.
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(wanted / 500);
}, 1_800_000);
