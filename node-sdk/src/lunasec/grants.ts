import type { CallOptions, GrantResult, TokenizerClient } from '../client/index.js';
import { parseDuration } from '../directive/index.js';
import { BadUserInputError, createError, UnauthenticatedError } from '../errors/index.js';
import { whileConnected } from '../http/connection.js';
import { isToken } from '../token.js';
import type { TokenRef } from '../token.js';
import type { AppRequest } from './options.js';
import type { Sessions } from './sessions.js';

/** A token, or a token with its binding. */
export type TokenInput = string | TokenRef;

/** A grant that is in force. */
export interface Grant {
  token: string;
  expiresAt: Date;
}

/**
 * Grants by hand, for what the directive does not reach: REST handlers, jobs, sockets. `sessionId` is always the app's
 * own session id. Each is one call, and all or nothing: if one token is refused, it throws that token's LunaSecError,
 * with `token` and `code`.
 */
export interface Grants<TRequest extends object = AppRequest> {
  /** Allows a session to read tokens. `duration` is such as `5m30s`; default: the tokenizer's. */
  create(
    sessionId: string,
    tokens: TokenInput | readonly TokenInput[],
    duration?: string,
    options?: CallOptions,
  ): Promise<Grant[]>;
  /** Makes sure that this session made the tokens, and accepts them: from then on they are kept. */
  verify(
    sessionId: string,
    tokens: TokenInput | readonly TokenInput[],
    options?: CallOptions,
  ): Promise<Grant[]>;
  /** Takes back read grants of a session; returns how many there were. */
  revoke(sessionId: string, tokens: string | readonly string[], options?: CallOptions): Promise<number>;
  /**
   * `create` for the session of a request. Throws UNAUTHENTICATED when there is none, and UNAVAILABLE when its client
   * disconnects before the tokenizer has answered.
   */
  createWithAutomaticSessionId(
    request: TRequest,
    tokens: TokenInput | readonly TokenInput[],
    duration?: string,
    options?: CallOptions,
  ): Promise<Grant[]>;
  /** `verify` for the session of a request, in the same way. */
  verifyWithAutomaticSessionId(
    request: TRequest,
    tokens: TokenInput | readonly TokenInput[],
    options?: CallOptions,
  ): Promise<Grant[]>;
  /** For a logout: revokes all grants of a session at once; returns how many there were. */
  endSession(sessionId: string, options?: CallOptions): Promise<number>;
}

export function createGrants<TRequest extends object>(
  client: TokenizerClient,
  sessions: Sessions,
): Grants<TRequest> {
  async function requireSid(request: TRequest): Promise<string> {
    const sid = await sessions.fromRequest(request);
    if (sid === null) throw new UnauthenticatedError('The request has no session.');
    return sid;
  }

  /** Nobody needs a grant for a client that has disconnected. */
  const forRequest = <T>(
    request: TRequest,
    options: CallOptions | undefined,
    call: (sid: string, options: CallOptions) => Promise<T>,
  ): Promise<T> =>
    whileConnected({ request, signal: options?.signal }, async (signal) =>
      call(await requireSid(request), { ...options, signal }),
    );

  async function create(
    sid: string,
    tokens: TokenInput | readonly TokenInput[],
    duration?: string,
    options?: CallOptions,
  ): Promise<Grant[]> {
    if (duration !== undefined && parseDuration(duration) === undefined)
      throw new BadUserInputError(`"${duration}" is not a duration; write one like 5m30s, 1h or 45s.`);
    const requests = refsOf(tokens).map((ref) => ({ ...ref, duration }));
    return requests.length === 0 ? [] : allOrNothing(await client.createReadGrants(sid, requests, options));
  }

  async function verify(
    sid: string,
    tokens: TokenInput | readonly TokenInput[],
    options?: CallOptions,
  ): Promise<Grant[]> {
    const refs = refsOf(tokens);
    return refs.length === 0 ? [] : allOrNothing(await client.verifyStoreGrants(sid, refs, options));
  }

  return {
    create: async (sessionId, ...rest) => create(sessions.fromId(sessionId), ...rest),
    verify: async (sessionId, ...rest) => verify(sessions.fromId(sessionId), ...rest),
    revoke: async (sessionId, tokens, options) => {
      const wanted = tokensOf(tokens);
      return wanted.length === 0 ? 0 : client.revokeReadGrants(sessions.fromId(sessionId), wanted, options);
    },
    createWithAutomaticSessionId: (request, tokens, duration, options) =>
      forRequest(request, options, (sid, connected) => create(sid, tokens, duration, connected)),
    verifyWithAutomaticSessionId: (request, tokens, options) =>
      forRequest(request, options, (sid, connected) => verify(sid, tokens, connected)),
    endSession: async (sessionId, options) => client.endSession(sessions.fromId(sessionId), options),
  };
}

/** Checks that all are well-formed tokens. */
export function tokensOf(tokens: string | readonly string[]): string[] {
  return refsOf(tokens).map(({ token }) => token);
}

/** Checks that all are well-formed tokens, with their bindings if they have any. */
export function refsOf(tokens: TokenInput | readonly TokenInput[]): TokenRef[] {
  const inputs: readonly TokenInput[] = isList(tokens) ? tokens : [tokens];
  return inputs.map((input) => {
    const ref = typeof input === 'string' ? { token: input } : input;
    if (!isToken(ref?.token)) throw new BadUserInputError('A token is malformed.');
    return ref.binding === undefined ? { token: ref.token } : { token: ref.token, binding: ref.binding };
  });
}

const isList = (tokens: TokenInput | readonly TokenInput[]): tokens is readonly TokenInput[] =>
  Array.isArray(tokens);

function allOrNothing(results: readonly GrantResult[]): Grant[] {
  return results.map(({ token, expiresAt, problem }) => {
    if (problem) throw createError(problem.code, problem.message, { token });
    return { token, expiresAt };
  });
}
