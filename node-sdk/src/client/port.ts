import type { Problem, ProblemCode } from '../errors/index.js';
import type { TokenRef } from '../token.js';

export interface ReadGrantRequest extends TokenRef {
  /** Such as `5m30s`. Default: the tokenizer's for this application. */
  duration?: string | undefined;
}

/** The answer for one token: a grant until `expiresAt`, or why not. */
export type GrantResult =
  { token: string; expiresAt: Date; problem: null } | { token: string; expiresAt: null; problem: Problem };

/** A request that the object store takes, made and signed by the tokenizer; good for a minute. */
export interface SignedRequest {
  url: string;
  method: string;
  /** Every one must be sent as it is. */
  headers: Record<string, string>;
}

/** One value that is about to be uploaded. */
export interface UploadRequest {
  token: string;
  /** 32 bytes, base64. */
  dataKey: string;
  /** Bytes of the ciphertext. */
  size: number;
  /** SHA-256 of the ciphertext, base64. */
  checksum: string;
  metadata: Record<string, unknown>;
}

/** Where the ciphertext goes, or why it must not. */
export type UploadResult =
  { token: string; upload: SignedRequest; problem: null } | { token: string; upload: null; problem: Problem };

/** A ciphertext's place, and the key that opens it. */
export interface Download extends SignedRequest {
  /** Bytes of the ciphertext. */
  size: number;
  /** 32 bytes, base64. */
  dataKey: string;
}

/** Where the ciphertext is, or why it is not given. */
export type DownloadResult =
  { token: string; download: Download; problem: null } | { token: string; download: null; problem: Problem };

export interface DeleteResult {
  token: string;
  deleted: boolean;
  problem: Problem | null;
}

/**
 * - `pending`: made by a session; no server has accepted it yet.
 * - `accepted`: kept until deleted.
 * - `expired`: never accepted in time; being removed.
 * - `deleted`: key and value are gone; only the name and its history are kept.
 */
export type TokenStatus = 'pending' | 'accepted' | 'expired' | 'deleted';

/** What is known of a token: never its value. */
export interface TokenRecord {
  token: string;
  status: TokenStatus;
  /** `sid` of the session that made it; null when a server of the application did. */
  sessionId: string | null;
  /** Bytes of the ciphertext. */
  size: number;
  /** The one place it may be read from, if it has one. */
  binding: string | null;
  /** What the application keeps beside it. */
  metadata: Record<string, unknown>;
  createdAt: Date;
  acceptedAt: Date | null;
  deletedAt: Date | null;
}

/** Conditions that must all hold. */
export interface TokenFilter {
  status?: TokenStatus | undefined;
  /** `sid` of the session that made it. */
  sessionId?: string | undefined;
  /** Both moments are left out. */
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  /** Entries that must be equal, in type too. */
  metadata?: Record<string, string | number | boolean> | undefined;
}

export interface TokenPage {
  /** Newest first. */
  tokens: TokenRecord[];
  /** Where the next page begins; null when this was the last. */
  next: string | null;
}

/** How one call of the tokenizer went, for metrics. */
export interface CallReport {
  /** The field of the tokenizer's API, such as `createReadGrants`. */
  operation: string;
  /** How many tokens it was about. */
  entries: number;
  /** Requests that were sent: 0 when the circuit was broken, more than 1 after repeats. */
  attempts: number;
  /** From the call to its end, all repeats and pauses included. */
  seconds: number;
  /** Null when the call was answered: single tokens may be refused all the same. */
  code: ProblemCode | null;
  /** The one who called gave up, or its client disconnected: `code` says nothing about the tokenizer. */
  aborted: boolean;
}

export interface CallOptions {
  /** Gives up on the call when aborted: it throws UNAVAILABLE, and is not repeated. */
  signal?: AbortSignal | undefined;
}

/**
 * What an application's server asks of a tokenizer. Every call may be repeated safely. Batches are answered per entry,
 * in order; a call that fails as a whole throws a LunaSecError, UNAVAILABLE for everything unexpected.
 * `sid` is not the app's session id: see `sidOf`.
 */
export interface TokenizerClient {
  /** `sid` null: tokens that the application's servers made themselves. */
  verifyStoreGrants(
    sid: string | null,
    tokens: readonly TokenRef[],
    options?: CallOptions,
  ): Promise<GrantResult[]>;
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
  /** Null when the application has no such token. */
  findToken(token: string, options?: CallOptions): Promise<TokenRecord | null>;
  /** One page of the application's tokens. `first` is from 1 to 200; `after` is `next` of the page before. */
  findTokens(
    filter: TokenFilter,
    page: { first: number; after: string | null },
    options?: CallOptions,
  ): Promise<TokenPage>;
  /** Replaces the metadata of a token: at most 4096 bytes of JSON. Throws TOKEN_NOT_FOUND or TOKEN_DELETED. */
  updateTokenMetadata(
    token: string,
    metadata: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<TokenRecord>;
  /** Registers values that this server is about to upload, if the application's settings allow it. */
  requestUploads(requests: readonly UploadRequest[], options?: CallOptions): Promise<UploadResult[]>;
  /** Gives this server any accepted values of its application, if the application's settings allow it. */
  requestDownloads(refs: readonly TokenRef[], options?: CallOptions): Promise<DownloadResult[]>;
}
