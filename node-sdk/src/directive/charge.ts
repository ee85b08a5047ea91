import type { GraphQLFieldResolver, GraphQLResolveInfo, OperationDefinitionNode } from 'graphql';
import type { TokenRef } from '../token.js';
import type { Operation } from './operation.js';
import type { Mark } from './plan.js';

export type Path = GraphQLResolveInfo['path'];
export type Resolver = GraphQLFieldResolver<unknown, unknown>;

/** A marked field that was resolved. */
export interface OutputRecord {
  path: Path;
  mark: Mark;
  /** Writes the binding, if the mark has one; rejects when it cannot be written. */
  binding: (() => Promise<string>) | undefined;
}

/** An engine's responsibility for one execution of one operation. */
export interface Charge {
  /** Undefined when the variables are wrong: then nothing is executed. */
  operation: Operation | undefined;
  definition: OperationDefinitionNode;
  /** {@link refKey} of what the tokenizer accepted. */
  verified: ReadonlySet<string>;
  /**
   * Marked fields that were resolved; one of them twice where two guards are around its resolver. Recorded while resolvers run, because only then is the
   * object's type known for certain: a response need not contain `__typename`. The values are read from the response
   * afterwards, so that what leaves is what is granted, whatever happened in between.
   */
  outputs: OutputRecord[];
  /** What resolves fields that have no resolver. */
  fieldResolver: Resolver | undefined;
  /** Finds the request in the context, if the server's plugin was told how. */
  findRequest: FindRequest | undefined;
  /** Identifies the execution, from its first marked field on. */
  execution: object | undefined;
  /** Outputs by their place, of an operation that is answered in payloads. */
  index: OutputIndex | undefined;
  /** Places of its response that were made null: payloads that belong below them are not sent. */
  gone: Gone[];
}

/** A place that a payload made null, in what it carries itself. */
export interface Gone {
  place: readonly (string | number)[];
  /** The place is an item of a list, which ends there: those after it are gone as well. */
  endsList: boolean;
  by: object;
}

/** Marked fields in the tree of a response: each is found again in whichever payload carries its value. */
export interface OutputIndex {
  output: OutputRecord | undefined;
  below: Map<string | number, OutputIndex>;
}

/** Finds the request in the context of an operation. */
export type FindRequest = (contextValue: object) => object | undefined;

export const refKey = ({ token, binding }: TokenRef): string => `${token} ${binding ?? ''}`;

/**
 * Charges by what only one execution has: its own operation node, or its own context. Nothing is reachable from here
 * that is not already held by whoever executes. One map for all engines, so that type-graphql's TokenMiddleware, which
 * belongs to no engine, finds the one that is in charge.
 */
const charges = new WeakMap<object, Charge>();

export function takeCharge(key: object, charge: Charge): void {
  charges.set(key, charge);
}

/** The charge under which a resolver runs; undefined when no engine verified this very execution. */
export function chargeOf(contextValue: unknown, info: GraphQLResolveInfo): Charge | undefined {
  // Of all but the first marked field of an execution.
  const known = charges.get(info.variableValues);
  if (known?.execution === info.variableValues && known.definition === info.operation) return known;
  const charge =
    charges.get(info.operation) ??
    (typeof contextValue === 'object' && contextValue !== null ? charges.get(contextValue) : undefined);
  // A resolver may execute other operations with its own context; those are not in this charge.
  if (!charge || charge.definition !== info.operation) return undefined;
  // graphql-js makes this object anew for each execution, so it tells two of the same operation apart.
  charge.execution ??= info.variableValues;
  if (charge.execution !== info.variableValues) return undefined;
  charges.set(info.variableValues, charge);
  return charge;
}

/** Ends a charge: resolvers that are still running keep it, no other execution gets it. */
export function endCharge(charge: Charge): void {
  charge.execution ??= charge;
}
