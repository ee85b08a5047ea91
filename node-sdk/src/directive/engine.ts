import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { CallOptions, ReadGrantRequest, TokenizerClient } from '../client/index.js';
import { BadUserInputError, LunaSecError, UnauthenticatedError, UnavailableError } from '../errors/index.js';
import { whileConnected } from '../http/connection.js';
import type { Log } from '../log.js';
import type { TokenRef } from '../token.js';
import { endCharge, refKey, takeCharge } from './charge.js';
import type { Charge, FindRequest, Resolver } from './charge.js';
import { failuresOf, grantTokens } from './grant.js';
import { isGone, joinResult, splitResult } from './incremental.js';
import type { IncrementalResult, SplitResult } from './incremental.js';
import { collectInputTokens } from './inputs.js';
import { checkLeaks } from './leak-check.js';
import type { LeakPolicy } from './leaks.js';
import { readOperation } from './operation.js';
import type { Operation } from './operation.js';
import { collectOutputTokens, indexOutputs, pathOf } from './outputs.js';
import type { Outputs } from './outputs.js';
import { wholeResponse } from './payload.js';
import type { Payload, PayloadError } from './payload.js';
import { planOf } from './plan.js';
import { createLocate, nullAt, valueAt } from './positions.js';
import type { Locate, ResponsePath } from './positions.js';
import { checkTexts } from './text-leaks.js';
import type { Surroundings } from './text-leaks.js';

export interface EngineParts {
  client: Pick<TokenizerClient, 'verifyStoreGrants' | 'createReadGrants'>;
  /** The `sid` of the session behind an operation, from its context; null when there is none. */
  sidOf(contextValue: unknown, findRequest?: FindRequest): Promise<string | null>;
  /** The request behind an operation: the tokenizer is asked for no longer than its client is there. */
  requestOf?(contextValue: unknown, findRequest?: FindRequest): object | undefined;
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
  /**
   * The same for each payload of an operation that is answered incrementally, before it leaves: one call for all that it
   * carries. Returns the payload as it may leave.
   */
  settleIncremental(
    charge: Charge,
    result: IncrementalResult,
    contextValue: unknown,
  ): Promise<IncrementalResult>;
  /**
   * For whatever leaves, once everything else had its say: looks for tokens in the texts of errors and extensions.
   * Returns a copy without them where they are not to leave.
   */
  checkTexts<Result extends Surroundings>(result: Result): Result;
}

export function createEngine({ client, sidOf, requestOf, leaks, log }: EngineParts): Engine {
  const reported = new Set<string>();

  function reportOnce(place: string, message: string): void {
    // Places in errors are as many as clients think of names.
    if (reported.has(place) || reported.size >= mostReported) return;
    reported.add(place);
    log.warn(message);
  }

  const report = (coordinate: string) =>
    reportOnce(
      coordinate,
      `A token went through ${coordinate}, which is not marked @token. Mark it, or its values are unreadable.`,
    );

  const reportText = (place: string) =>
    reportOnce(
      place,
      `A token ${leaks === 'error' ? 'was cut out of' : 'left in'} ${place}. Errors and extensions end up in logs: name the field there, not the token.`,
    );

  function asError(error: unknown): LunaSecError {
    if (error instanceof LunaSecError) return error;
    log.warn('An unexpected error kept tokens from being handled.', error);
    return new UnavailableError('Tokens cannot be handled at the moment.', { cause: error });
  }

  /** Asks the tokenizer on behalf of the session of an operation. */
  async function askFor<T>(
    contextValue: unknown,
    { findRequest }: Charge,
    call: (sid: string, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    // The session is asked for anew each time, not kept: a mutation may be what logs somebody in.
    const sid = await sidOf(contextValue, findRequest);
    if (sid === null) throw new UnauthenticatedError('Log in first.');
    const request = requestOf?.(contextValue, findRequest);
    return whileConnected({ request }, (signal) => call(sid, { signal }));
  }

  async function begin(request: OperationRequest): Promise<{ charge: Charge } | { errors: GraphQLError[] }> {
    const { schema, document, definition, variables, contextValue, key } = request;
    const charge: Charge = {
      operation: undefined,
      definition,
      verified: new Set(),
      outputs: [],
      fieldResolver: request.fieldResolver,
      findRequest: request.findRequest,
      execution: undefined,
      index: undefined,
      gone: [],
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
    const ask = (asked: readonly TokenRef[]) =>
      askFor(contextValue, charge, (sid, options) =>
        client.verifyStoreGrants(sid, asked.map(toRef), options),
      );
    return failuresOf(refs, refKey, ask, asError);
  }

  async function settle(
    charge: Charge,
    data: Data | null | undefined,
    contextValue: unknown,
  ): Promise<Settled> {
    endCharge(charge);
    if (!data) return { data: null, errors: [] };
    const payload = wholeResponse(data);
    const errors = await settlePayloads([payload], charge, contextValue);
    return { data: payload.data, errors: errors.map(({ error }) => error) };
  }

  async function settleIncremental(
    charge: Charge,
    result: IncrementalResult,
    contextValue: unknown,
  ): Promise<IncrementalResult> {
    if (!result.hasNext) endCharge(charge);
    let split: SplitResult;
    try {
      split = splitResult(result, charge.gone);
    } catch (error) {
      const { hasNext } = result;
      return {
        errors: [asError(error).toGraphQLError()],
        ...('data' in result ? { data: null } : {}),
        hasNext,
      };
    }
    indexOutputs(charge);
    const payloads = [split.initial, ...split.parts.map(({ payload }) => payload)].filter(
      (payload) => payload !== undefined,
    );
    const errors = await settlePayloads(payloads, charge, contextValue);
    return joinResult(result, split, errors, charge.gone);
  }

  /** Grants the tokens of all payloads in one call; changes their data, and returns the errors that belong to them. */
  async function settlePayloads(
    payloads: readonly Payload[],
    charge: Charge,
    contextValue: unknown,
  ): Promise<PayloadError[]> {
    const { operation } = charge;
    if (!operation || payloads.length === 0) return [];
    const errors: PayloadError[] = [];
    let located: Locate | undefined;
    const inPayloads = charge.index !== undefined;
    const locate = () => (located ??= createLocate(operation, { inPayloads }));

    function markGone(by: Payload, places = by.places, endsList = by.endsList): void {
      // Nothing follows a whole response, which may have thousands of them.
      if (inPayloads) charge.gone.push(...places.map((place) => ({ place, endsList, by })));
    }

    function fail(payload: Payload, path: ResponsePath, error: LunaSecError, typenames?: Typenames): void {
      // Gone already: a failure beside it has made an object above it null. GraphQL reports one of them.
      if (payload.data === null || valueAt(payload.data, path) == null || isGone(payload, charge.gone))
        return;
      const positions = locate()(payload.data, path, typenames);
      const place = nullAt(payload.data, path, positions, payload.sent);
      if (place) markGone(payload, [place], false);
      else {
        payload.data = null;
        markGone(payload);
      }
      errors.push({ payload, error: error.toGraphQLError({ path }) });
    }

    try {
      const outputs: Outputs = { tokens: [], problems: [] };
      for (const payload of payloads) collectOutputTokens(payload, charge, outputs);
      const ask = (requests: readonly ReadGrantRequest[]) =>
        askFor(contextValue, charge, (sid, options) => client.createReadGrants(sid, requests, options));
      const refusals = [...outputs.problems, ...(await grantTokens(outputs.tokens, { ask, asError }))];
      for (const refusal of refusals) {
        const { path, typenames } = pathOf(refusal);
        fail(refusal.payload, path, refusal.error, typenames);
      }
      checkLeaks(payloads, refusals.length === 0 ? outputs.tokens.length : undefined, {
        plan: planOf(operation.schema),
        charge,
        leaks,
        locate,
        report,
        fail,
      });
    } catch (error) {
      // Nothing may leave that was not looked at.
      for (const payload of payloads) {
        payload.data = null;
        if (isGone(payload, charge.gone)) continue;
        markGone(payload);
        errors.push({ payload, error: asError(error).toGraphQLError() });
      }
    }
    return errors;
  }

  return {
    begin,
    settle,
    settleIncremental,
    checkTexts: (result) => checkTexts(result, leaks, reportText),
  };
}

/** How many places are reported in all. */
const mostReported = 1000;

type Typenames = readonly (string | undefined)[];

const toRef = ({ token, binding }: TokenRef): TokenRef => ({ token, binding });

const unique = <T>(all: readonly T[], keyOf: (each: T) => string): T[] => [
  ...new Map(all.map((each) => [keyOf(each), each])).values(),
];
