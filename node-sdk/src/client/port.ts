import type { Problem } from '../errors/index.js';
import type { TokenRef } from '../token.js';

export interface ReadGrantRequest extends TokenRef {
  /** Such as `5m30s`. Default: the tokenizer's for this application. */
  duration?: string | undefined;
}

/** The answer for one token: a grant until `expiresAt`, or why not. */
export type GrantResult =
  { token: string; expiresAt: Date; problem: null } | { token: string; expiresAt: null; problem: Problem };

export interface DeleteResult {
  token: string;
  deleted: boolean;
  problem: Problem | null;
}

export interface CallOptions {
  /** Gives up on the call when aborted. */
  signal?: AbortSignal | undefined;
}

/**
 * What an application's server asks of a tokenizer. Every call may be repeated safely. Batches are answered per entry,
 * in order; a call that fails as a whole throws a LunaSecError, UNAVAILABLE for everything unexpected.
 * `sid` is not the app's session id: see `sidOf`.
 */
export interface TokenizerClient {
  verifyStoreGrants(sid: string, tokens: readonly TokenRef[], options?: CallOptions): Promise<GrantResult[]>;
  createReadGrants(
    sid: string,
    tokens: readonly ReadGrantRequest[],
    options?: CallOptions,
  ): Promise<GrantResult[]>;
  /** Returns how many grants there were. */
  revokeReadGrants(sid: string, tokens: readonly string[], options?: CallOptions): Promise<number>;
  /** Revokes all grants of a session; returns how many there were. */
  endSession(sid: string, options?: CallOptions): Promise<number>;
  deleteTokens(tokens: readonly string[], options?: CallOptions): Promise<DeleteResult[]>;
}
