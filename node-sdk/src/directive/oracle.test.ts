import { expect, test } from '@jest/globals';
import { makeExecutableSchema } from '@graphql-tools/schema';
import fc from 'fast-check';
import { execute, parse, responsePathAsArray, validate } from 'graphql';
import type { GraphQLFieldResolver } from 'graphql';
import type { GrantResult } from '../client/index.js';
import { namedType, randomModel, randomOperation, tokenFor } from '../test-support/random.js';
import type { Model } from '../test-support/random.js';
import { typeDefs } from './definition.js';
import { createEngine } from './engine.js';
import { executeWithTokens } from './execute.js';
import { transform } from './guard.js';

/**
 * Random schemas and operations, checked against graphql-js itself: resolvers note the arguments that they get and the
 * tokens that they return, and a refused token is a resolver that throws. What is marked is known from the random
 * model, so this shares nothing with the code under test.
 */

const isRefused = (token: string) => Number.parseInt(token.slice(8, 10), 16) % 8 === 0;

/** Values that depend on nothing but the place, so that two executions return the same. */
function valueFor(model: Model, type: string, place: string, leaf: (place: string) => unknown): unknown {
  const named = namedType(type);
  const isLeaf = named === 'String' || named === 'ID';
  if (type.endsWith('!')) return present(type.slice(0, -1));
  // Objects are never missing, so that every selected field is executed.
  return isLeaf && tokenFor(`null ${place}`).charCodeAt(9) % 5 === 0 ? null : present(type);

  function present(it: string): unknown {
    if (!it.startsWith('[')) return isLeaf ? leaf(place) : { __typename: named };
    const possible = model.abstract[named];
    if (possible) return possible.map((name) => ({ __typename: name }));
    return [0, 1].map((index) => valueFor(model, it.slice(1, -1), `${place}.${index}`, leaf));
  }
}

function resolversOf(model: Model, leafFor: (isMarked: boolean) => (place: string) => unknown, seen: Seen) {
  const resolvers: Record<string, Record<string, GraphQLFieldResolver<unknown, unknown>>> = {};
  for (const [typeName, fields] of Object.entries(model.objects)) {
    resolvers[typeName] = Object.fromEntries(
      Object.entries(fields).map(([name, type]) => [
        name,
        (_source, args, _context, info) => {
          seen.ran = true;
          noteArguments(model, `${typeName}.${name}`, args, seen);
          const place = responsePathAsArray(info.path).join('.');
          return valueFor(model, type, place, leafFor(model.marked.has(`${typeName}.${name}`)));
        },
      ]),
    );
  }
  return resolvers;
}

interface Seen {
  ran: boolean;
  inputs: Set<string>;
  outputs: Set<string>;
}

function noteArguments(model: Model, field: string, args: Record<string, unknown>, seen: Seen): void {
  const note = (value: unknown, inputType: string, isMarked: boolean): void => {
    if (Array.isArray(value)) for (const item of value) note(item, inputType, isMarked);
    else if (typeof value === 'string' && isMarked) seen.inputs.add(value);
    else if (typeof value === 'object' && value !== null)
      for (const [name, part] of Object.entries(value))
        note(part, namedType(model.inputs[inputType]![name]!), model.marked.has(`${inputType}.${name}`));
  };
  for (const [name, value] of Object.entries(args)) {
    const isMarked = model.marked.has(`${field}(${name})`);
    note(value, namedType(model.args[field]![name]!), isMarked);
  }
}

const answer = (token: string): GrantResult =>
  isRefused(token)
    ? { token, expiresAt: null, problem: { code: 'TOKEN_NOT_FOUND', message: 'refused' } }
    : { token, expiresAt: new Date(), problem: null };

const json = (data: unknown) => JSON.parse(JSON.stringify(data ?? null)) as unknown;

test('verifies, grants and nulls exactly what graphql-js would see', async () => {
  const tally = { refusedInputs: 0, refusedOutputs: 0, verified: 0, granted: 0 };
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (g) => {
      const model = randomModel(g);
      const { source, variables } = randomOperation(g, model);
      const schemaWith = (leafFor: (isMarked: boolean) => (place: string) => unknown, seen: Seen) =>
        makeExecutableSchema({
          typeDefs: [typeDefs, model.sdl],
          resolvers: resolversOf(model, leafFor, seen),
        });
      const nothing = (): Seen => ({ ran: false, inputs: new Set(), outputs: new Set() });

      // What the operation does when nothing is refused …
      const plain = nothing();
      const plainSchema = schemaWith(
        (isMarked) => (place) => {
          if (isMarked) plain.outputs.add(tokenFor(place));
          return isMarked ? tokenFor(place) : 'text';
        },
        plain,
      );
      g(() => fc.constant({ source, variables, sdl: model.sdl }));
      const document = parse(source);
      expect(validate(plainSchema, document)).toEqual([]);
      const undisturbed = await execute({ schema: plainSchema, document, variableValues: variables });
      expect(undisturbed.errors).toBeUndefined();
      // … and when the resolvers of refused tokens throw.
      const strict = await execute({
        schema: schemaWith(
          (isMarked) => (place) => {
            if (!isMarked) return 'text';
            return isRefused(tokenFor(place)) ? new Error('refused') : tokenFor(place);
          },
          nothing(),
        ),
        document,
        variableValues: variables,
      });

      const asked = { verify: [] as string[][], grant: [] as string[][] };
      const engine = createEngine({
        client: {
          verifyStoreGrants: async (_sid, refs) => {
            asked.verify.push(refs.map(({ token }) => token));
            return refs.map(({ token }) => answer(token));
          },
          createReadGrants: async (_sid, refs) => {
            asked.grant.push(refs.map(({ token }) => token));
            return refs.map(({ token }) => answer(token));
          },
        },
        sidOf: async () => 'sid',
        leaks: 'off',
        log: { warn: () => {} },
      });
      const seen = nothing();
      const schema = transform(
        schemaWith((isMarked) => (place) => (isMarked ? tokenFor(place) : 'text'), seen),
      );
      const result = await executeWithTokens(engine, { schema, document, variableValues: variables });

      const isMutation = source.startsWith('mutation');
      const expectedInputs = isMutation ? [...plain.inputs].toSorted() : [];
      expect(asked.verify.map((call) => call.toSorted())).toEqual(
        expectedInputs.length > 0 ? [expectedInputs] : [],
      );
      if (expectedInputs.some(isRefused)) {
        expect(result.data).toBeUndefined();
        expect(seen.ran).toBe(false);
        expect(asked.grant).toEqual([]);
        tally.refusedInputs++;
        return;
      }
      const expectedOutputs = [...plain.outputs].toSorted();
      expect(asked.grant.map((call) => call.toSorted())).toEqual(
        expectedOutputs.length > 0 ? [expectedOutputs] : [],
      );
      expect(json(result.data)).toEqual(json(strict.data));
      expect(Boolean(result.errors)).toBe(Boolean(strict.errors));
      tally.refusedOutputs += result.errors ? 1 : 0;
      tally.verified += expectedInputs.length > 0 ? 1 : 0;
      tally.granted += expectedOutputs.length > 0 ? 1 : 0;
    }),
    { numRuns: 300 },
  );
  // The runs reached every kind of outcome, or the comparison above would say little.
  for (const count of Object.values(tally)) expect(count).toBeGreaterThan(5);
}, 120_000);
