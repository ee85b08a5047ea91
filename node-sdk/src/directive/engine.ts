import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GrantResult, ReadGrantRequest, TokenizerClient } from '../client/index.js';
import {
  BadUserInputError,
  createError,
  LunaSecError,
  ReadGrantMissingError,
  UnauthenticatedError,
  UnavailableError,
} from '../errors/index.js';
import type { ErrorPath } from '../errors/index.js';
import type { Log } from '../log.js';
import type { TokenRef } from '../token.js';
import { endCharge, refKey, takeCharge } from './charge.js';
import type { Charge, FindRequest, Resolver } from './charge.js';
import { collectInputTokens } from './inputs.js';
import { findTokens } from './leaks.js';
import { readOperation } from './operation.js';
import type { Operation } from './operation.js';
import { collectOutputTokens } from './outputs.js';
import type { Outputs } from './outputs.js';
import { planOf } from './plan.js';
import { createLocate, nullAt, valueAt } from './positions.js';
import type { Locate, ResponsePath } from './positions.js';

/** What happens to a token in a field or argument that is not marked: a warning, an error, or nothing. */
export type LeakPolicy = 'warn' | 'error' | 'off';

export interface EngineParts {
  client: Pick<TokenizerClient, 'verifyStoreGrants' | 'createReadGrants'>;
  /** The `sid` of the session behind an operation, from its context; null when there is none. */
  sidOf(contextValue: unknown, findRequest?: FindRequest): Promise<string | null>;
  leaks: LeakPolicy;
  log: Log;
}

export interface OperationRequest {
  schema: GraphQLSchema;
  document: DocumentNode;
  definition: OperationDefinitionNode;
  /** As the client sent them. */
  variables: Readonly<Record<string, unknown>> | null | undefined;
  contextValue: unknown;
  /** An object that only this execution has: its operation node or its context. */
  key: object;
  fieldResolver?: Resolver | undefined;
  findRequest?: FindRequest | undefined;
}

type Data = Record<string, unknown>;

export interface Settled {
  data: Data | null;
  /** Those that were added. */
  errors: GraphQLError[];
}

/** The rules of `@token`, for whichever server runs the operations. */
export interface Engine {
  /**
   * Before any resolver runs: verifies the tokens in arguments of mutations and subscriptions in one call. Either takes
   * charge of the execution, or gives the errors that the operation fails with.
   */
  begin(request: OperationRequest): Promise<{ charge: Charge } | { errors: GraphQLError[] }>;
  /** After the execution and before its data leaves: grants all its tokens in one call. Changes `data` in place. */
  settle(charge: Charge, data: Data | null | undefined, contextValue: unknown): Promise<Settled>;
}

interface Failure {
  path: ResponsePath;
  typenames?: readonly (string | undefined)[];
  error: LunaSecError;
}

export function createEngine({ client, sidOf, leaks, log }: EngineParts): Engine {
  const reported = new Set<string>();

  function report(coordinate: string): void {
    if (reported.has(coordinate)) return;
    reported.add(coordinate);
    log.warn(
      `A token went through ${coordinate}, which is not marked @token. Mark it, or its values are unreadable.`,
    );
  }

  function asError(error: unknown): LunaSecError {
    if (error instanceof LunaSecError) return error;
    log.warn('An unexpected error kept tokens from being handled.', error);
    return new UnavailableError('Tokens cannot be handled at the moment.', { cause: error });
  }

  async function requireSid(contextValue: unknown, { findRequest }: Charge): Promise<string> {
    const sid = await sidOf(contextValue, findRequest);
    if (sid === null) throw new UnauthenticatedError('Log in first.');
    return sid;
  }

  async function begin(request: OperationRequest): Promise<{ charge: Charge } | { errors: GraphQLError[] }> {
    const { schema, document, definition, variables, contextValue, key } = request;
    const charge: Charge = {
      operation: undefined,
      definition,
      verified: new Set(),
      outputs: new Map(),
      fieldResolver: request.fieldResolver,
      findRequest: request.findRequest,
      execution: undefined,
    };
    try {
      const read = readOperation({ schema, document, definition, variables });
      if ('operation' in read) {
        charge.operation = read.operation;
        const { errors, verified } = await checkInputs(read.operation, charge, contextValue);
        if (errors.length > 0) return { errors };
        charge.verified = verified;
      }
    } catch (error) {
      return { errors: [asError(error).toGraphQLError()] };
    }
    takeCharge(key, charge);
    return { charge };
  }

  async function checkInputs(operation: Operation, charge: Charge, contextValue: unknown) {
    const plan = planOf(operation.schema);
    const takesEffect = operation.definition.operation !== 'query';
    if (leaks === 'off' && !(takesEffect && plan.hasInputs))
      return { errors: [], verified: new Set<string>() };
    const inputs = collectInputTokens(plan, operation);
    const problems: LunaSecError[] = takesEffect ? inputs.problems : [];
    for (const { path, coordinate } of leaks === 'off' ? [] : inputs.leaks) {
      if (leaks === 'warn') report(coordinate);
      else problems.push(new BadUserInputError(`${coordinate} does not take tokens.`, { path }));
    }
    // An operation that fails anyway must not make the tokenizer accept its tokens.
    if (problems.length > 0 || !takesEffect)
      return { errors: problems.map((problem) => problem.toGraphQLError()), verified: new Set<string>() };
    const refs = unique(inputs.tokens, refKey);
    const failures = await verify(refs, charge, contextValue);
    return {
      errors: inputs.tokens.flatMap((each) => {
        const failure = failures.get(refKey(each));
        return failure ? [failure.toGraphQLError({ path: each.path })] : [];
      }),
      verified: new Set(refs.map(refKey)),
    };
  }

  async function verify(
    refs: readonly TokenRef[],
    charge: Charge,
    contextValue: unknown,
  ): Promise<Map<string, LunaSecError>> {
    if (refs.length === 0) return new Map();
    try {
      const sid = await requireSid(contextValue, charge);
      return failuresOf(refs, refKey, await client.verifyStoreGrants(sid, refs.map(toRef)));
    } catch (error) {
      const failure = asError(error);
      return new Map(refs.map((ref) => [refKey(ref), failure]));
    }
  }

  async function settle(
    charge: Charge,
    data: Data | null | undefined,
    contextValue: unknown,
  ): Promise<Settled> {
    endCharge(charge);
    const { operation } = charge;
    if (!data || !operation) return { data: data ?? null, errors: [] };
    const response: Settled = { data, errors: [] };
    const outputs = collectOutputTokens(charge.outputs, data);
    let locate: Locate | undefined;
    const fail = ({ path, typenames, error }: Failure) => {
      // Gone already: a failure beside it has made an object above it null. GraphQL reports one of them.
      if (valueAt(response.data, path) == null) return;
      locate ??= createLocate(operation);
      response.data = nullAt(response.data, path, locate(response.data, path, typenames));
      response.errors.push(error.toGraphQLError({ path }));
    };
    for (const problem of outputs.problems) fail(problem);
    for (const failure of await grant(outputs.tokens, charge, contextValue)) fail(failure);
    if (response.data) checkLeaks(operation, response.data, outputs, fail);
    return response;
  }

  async function grant(tokens: Outputs['tokens'], charge: Charge, contextValue: unknown): Promise<Failure[]> {
    const prepared = await Promise.all(
      tokens.map(async (place) => {
        const { token, record } = place;
        try {
          const binding = record.mark.binding ? await record.binding() : undefined;
          const request: ReadGrantRequest = { token, binding, duration: record.mark.duration };
          return { place, request };
        } catch (error) {
          return { place, error: asError(error) };
        }
      }),
    );
    const failures: Failure[] = prepared.flatMap(({ place, error }) => (error ? [{ ...place, error }] : []));
    const wanted = prepared.flatMap(({ place, request }) => (request ? [{ place, request }] : []));
    if (wanted.length === 0) return failures;
    const grantKey = (request: ReadGrantRequest) => `${refKey(request)} ${request.duration ?? ''}`;
    const requests = unique(
      wanted.map(({ request }) => request),
      grantKey,
    );
    let refused: Map<string, LunaSecError>;
    try {
      // Asked anew, not kept from before the execution: a mutation may be what logs somebody in.
      const sid = await requireSid(contextValue, charge);
      refused = failuresOf(requests, grantKey, await client.createReadGrants(sid, requests));
    } catch (error) {
      const failure = asError(error);
      refused = new Map(requests.map((request) => [grantKey(request), failure]));
    }
    for (const { place, request } of wanted) {
      const error = refused.get(grantKey(request));
      if (error) failures.push({ ...place, error });
    }
    return failures;
  }

  function checkLeaks(
    operation: Operation,
    data: Data,
    outputs: Outputs,
    fail: (failure: Failure) => void,
  ): void {
    const plan = planOf(operation.schema);
    if (leaks === 'off' && !plan.hasOutputs) return;
    const paths = findTokens(data, outputs.isMarked);
    if (paths.length === 0) return;
    const locate = createLocate(operation);
    const seen = new Map<string, number>();
    for (const found of paths) {
      // A response may hold thousands of the same; to warn about a field, its first are enough.
      const shape = found.filter((key) => typeof key === 'string').join('.');
      const count = seen.get(shape) ?? 0;
      if (leaks === 'warn' && count >= 100 && !plan.hasOutputs) continue;
      seen.set(shape, count + 1);
      const positions = locate(data, found);
      const fields = positions.at(-1)?.fields;
      if (!fields) continue;
      const path: ErrorPath = found.slice(0, positions.length);
      const names = fields.map(({ typeName, fieldName }) => `${typeName}.${fieldName}`).join(' or ');
      if (fields.every(({ typeName, fieldName }) => plan.field(typeName, fieldName)?.output)) {
        fail({
          path,
          error: new UnavailableError(
            `${names} is marked @token, but nothing granted its token: the schema was not passed through lunaSec.tokenDirective.transform().`,
          ),
        });
      } else if (leaks === 'warn') report(names);
      else if (leaks === 'error')
        fail({
          path,
          error: new ReadGrantMissingError(`${names} returned a token, but is not marked @token.`),
        });
    }
  }

  return { begin, settle };
}

const toRef = ({ token, binding }: TokenRef): TokenRef => ({ token, binding });

const unique = <T>(all: readonly T[], keyOf: (each: T) => string): T[] => [
  ...new Map(all.map((each) => [keyOf(each), each])).values(),
];

function failuresOf<T>(
  asked: readonly T[],
  keyOf: (each: T) => string,
  answers: readonly GrantResult[],
): Map<string, LunaSecError> {
  const failures = new Map<string, LunaSecError>();
  for (const [index, each] of asked.entries()) {
    const answer = answers[index];
    if (!answer) failures.set(keyOf(each), new UnavailableError('The tokenizer gave no answer for a token.'));
    else if (answer.problem)
      failures.set(keyOf(each), createError(answer.problem.code, answer.problem.message));
  }
  return failures;
}
