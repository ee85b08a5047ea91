import type { WrappedKey } from '../key-provider/port.js';

/**
 * - `pending`: made by a session; no application server has accepted it yet. Swept when its store grant runs out.
 * - `accepted`: an application server verified its store grant and its upload. Kept until deleted.
 * - `expired`: swept while pending, or its session ended; nobody can use it any more, its object is being removed.
 * - `deleted`: a tombstone: key and object are gone, the name can never be used again.
 */
export type TokenStatus = 'pending' | 'accepted' | 'expired' | 'deleted';

/** One stored value, as the tokenizer knows it: a name, a wrapped key, a size. Never the value. */
export interface TokenRecord {
  /** `lunasec-<uuid>`. Unique over all applications. */
  token: string;
  applicationId: string;
  /** `sid` of the session that made it, or what stands for the application's servers: the holder of its store grant. */
  sessionId: string;
  status: TokenStatus;
  /** The data key, wrapped; null when it was destroyed (`expired`, `deleted`). */
  wrappedKey: WrappedKey | null;
  /** Bytes of the ciphertext. */
  size: number;
  /** SHA-256 of the ciphertext, base64. Empty when it is uploaded in parts, each of which has its own. */
  checksum: string;
  /** The object store's id of the upload in parts; null for an upload in one request. */
  uploadId: string | null;
  /** The one place the token may be read from; fixed at its first accepted store. */
  binding: string | null;
  /** Free-form data of the application, never of the value. */
  metadata: Record<string, unknown>;
  createdAt: Date;
  /** Until when a server may accept the token from its session. */
  storeGrantExpiresAt: Date;
  acceptedAt: Date | null;
  deletedAt: Date | null;
}

export type NewToken = Pick<
  TokenRecord,
  | 'token'
  | 'applicationId'
  | 'sessionId'
  | 'size'
  | 'checksum'
  | 'uploadId'
  | 'metadata'
  | 'createdAt'
  | 'storeGrantExpiresAt'
> & { wrappedKey: WrappedKey };

/** What a server asks to accept: the token, and the place it is stored in. */
export interface Acceptance {
  token: string;
  sessionId: string;
  binding: string | null;
}

/** A later end for a store grant. */
export interface Prolongation {
  token: string;
  until: Date;
}

/** "Session S may read token T until …". */
export interface ReadGrant {
  applicationId: string;
  sessionId: string;
  token: string;
  createdAt: Date;
  expiresAt: Date;
}

/** A session of a secure frame. The access token itself is never stored, only its digest. */
export interface SessionRecord {
  /** SHA-256 of the access token, base64url. */
  digest: string;
  applicationId: string;
  /** `sid` of the application's own session. */
  sessionId: string;
  /** The assertion that it was made with: unique per application, so that an assertion works once. */
  assertionId: string;
  createdAt: Date;
  /** When the access token stops working. The record is kept at least this long, to remember the assertion. */
  expiresAt: Date;
}

export type AuditOutcome = 'ok' | 'denied' | 'failed';

/** One line of the audit: who did what to which token, and how it ended. Never data, keys or URLs. */
export interface AuditEvent {
  /** UUID version 7, so that the order of ids is the order of time. */
  id: string;
  at: Date;
  /** Null when it belongs to no application: events of the tokenizer itself, and calls by nobody who is known. */
  applicationId: string | null;
  sessionId: string | null;
  requestId: string | null;
  action: string;
  token: string | null;
  outcome: AuditOutcome;
  /** A problem code when the outcome is not `ok`. */
  code: string | null;
  /** JSON object of what else there is to say, as it was hashed. */
  details: string | null;
  /** Name of the machine that wrote it. */
  instance: string;
  /** Each process writes a chain of its own. A random UUID. */
  chain: string;
  /** Place in the chain: 1, 2, 3, … */
  number: number;
  /** HMAC-SHA-256 of the event and the hash of the one before in its chain, base64url. */
  hash: string;
}

/** A place in the audit's chains. */
export type AuditPlace = Pick<AuditEvent, 'chain' | 'number'>;

export interface AuditPeriod {
  /** Null or left out: events of all applications, and of none. */
  applicationId?: string | null | undefined;
  /** Including this moment. */
  since?: Date | undefined;
  /** Not including this moment. */
  until?: Date | undefined;
}

export interface TokenFilter {
  status?: TokenStatus | undefined;
  sessionId?: string | undefined;
  /** Both ends are left out. */
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  /** Metadata entries that must be equal, in type too. */
  metadata?: Record<string, string | number | boolean> | undefined;
}

export interface AuditFilter {
  sessionId?: string | undefined;
  token?: string | undefined;
  action?: string | undefined;
  outcome?: AuditOutcome | undefined;
  /** Both ends are left out. */
  after?: Date | undefined;
  before?: Date | undefined;
}

export type GrantKind = 'store' | 'read';
/** A grant of either kind; a store grant is derived from a pending or accepted token. */
export interface Grant {
  kind: GrantKind;
  token: string;
  sessionId: string;
  createdAt: Date;
  expiresAt: Date;
}

/**
 * `after` is the key of the last item of the page before, null for the first page. What is no key of the list is
 * harmless: it gives any page of the same list, or an empty one.
 */
export interface PageRequest {
  first: number;
  after: string | null;
}
export interface Page<T> {
  /** Each item with the key to continue after it. Keys are opaque to callers. */
  items: { key: string; item: T }[];
  hasMore: boolean;
}

/** A token whose object must be removed from the object store. */
export interface Garbage {
  token: string;
  applicationId: string;
  status: 'expired' | 'deleted';
  /** Bytes of the ciphertext. */
  size: number;
  /** Its upload in parts, which may never have been completed. */
  uploadId: string | null;
}

/** How much an application's tokens take up, from when they are made to when their objects are gone. */
export interface Usage {
  tokens: number;
  /** Bytes of their ciphertexts. */
  bytes: number;
}

/** The data key of a pending or accepted token. */
export interface DataKey {
  token: string;
  applicationId: string;
  wrappedKey: WrappedKey;
}

/** The same data key, wrapped anew. */
export interface Rewrapping {
  token: string;
  from: WrappedKey;
  to: WrappedKey;
}

/** A secret that all replicas share, such as the one that signs URLs: wrapped like a data key. */
export interface SecretRecord {
  name: string;
  wrappedKey: WrappedKey;
}

/** What {@link TokenStore.removeExpired} removed. */
export interface Removed {
  readGrants: number;
  sessions: number;
}

/** The right of one process, among many, to do something until a time. */
export interface Lease {
  name: string;
  /** Names the process: random, so that no two share it. */
  holder: string;
  expiresAt: Date;
}

/**
 * Tokens, grants, sessions and the audit of every application. Each method is ONE database round trip for the whole
 * batch on its normal path, whatever the batch's size. Expiry is judged against the `now` of the call, never by the
 * database's clock or its clean-up. Empty batches touch nothing. Every method rejects with the driver's own error when
 * the database cannot be reached; callers turn that into UNAVAILABLE.
 */
export interface TokenStore {
  /**
   * Inserts pending tokens. Returns the names that were created; one that exists already, in whatever state and of
   * whichever application, is left as it is and missing from the result.
   */
  insertTokens(tokens: readonly NewToken[]): Promise<Set<string>>;

  /** The records of an application's tokens, tombstones included, in any order; unknown ones are left out. */
  findTokens(applicationId: string, tokens: readonly string[]): Promise<TokenRecord[]>;

  /**
   * Accepts tokens that are pending or accepted, of that session, whose store grant has not expired, and that have no
   * other binding; fixes the binding. A token without a binding can get one; a bound one cannot be accepted without.
   * All conditions are checked atomically with the change, per token. Returns the names that are accepted now.
   */
  acceptTokens(applicationId: string, acceptances: readonly Acceptance[], now: Date): Promise<Set<string>>;

  /**
   * Prolongs the store grants of pending tokens of that session. One that ran out stays so, and none is shortened; both
   * is checked atomically with the change, per token. Returns the names whose grant lives now.
   */
  prolongStoreGrants(
    applicationId: string,
    sessionId: string,
    prolongations: readonly Prolongation[],
    now: Date,
  ): Promise<Set<string>>;

  /** Replaces the metadata of a token that is pending or accepted. Null when there is none. */
  updateMetadata(
    applicationId: string,
    token: string,
    metadata: Record<string, unknown>,
  ): Promise<TokenRecord | null>;

  /**
   * Turns pending and accepted tokens into tombstones: their keys are destroyed, their read grants go, their objects
   * become garbage. Returns the names that this call deleted.
   */
  deleteTokens(applicationId: string, tokens: readonly string[], now: Date): Promise<Set<string>>;

  /** Creates or prolongs read grants; an existing one is never shortened. */
  putReadGrants(grants: readonly ReadGrant[]): Promise<void>;

  /**
   * The session's read grants for these tokens together with the tokens' records (where the database has no join, two
   * reads at the same time). Expired grants that have not been cleaned up are included: callers compare `expiresAt`.
   */
  findReadable(
    applicationId: string,
    sessionId: string,
    tokens: readonly string[],
  ): Promise<{ grant: ReadGrant; token: TokenRecord }[]>;

  /** Up to `limit` read grants of one token that have not expired at `now`, of all sessions, in any order. For operators. */
  findReadGrants(applicationId: string, token: string, now: Date, limit: number): Promise<ReadGrant[]>;

  /** Removes the session's read grants for these tokens. Returns how many there were. */
  revokeReadGrants(applicationId: string, sessionId: string, tokens: readonly string[]): Promise<number>;

  /**
   * Ends a session of the application: its frame sessions stop working, its read grants go, its pending tokens expire:
   * their store grants run out now, their keys are destroyed, their objects become garbage. Used assertions stay used.
   * Returns how many grants were revoked, counting those that ran out and were still remembered.
   */
  endSession(applicationId: string, sessionId: string, now: Date): Promise<number>;

  /** Stores a frame's session. False when the assertion has been used before: then nothing is stored. */
  insertSession(session: SessionRecord): Promise<boolean>;

  /** The session whose access token has this digest, unless it expired or was ended. */
  findSession(digest: string, now: Date): Promise<SessionRecord | null>;

  /**
   * Appends events that follow each other in one chain. When it fails, some of the first may have been stored, never
   * one without those before it. The same events again are stored once. Rejects with {@link AuditConflictError} when
   * the database has others in their places.
   */
  appendAudit(events: readonly AuditEvent[]): Promise<void>;
  /** The last event of each of these chains, as far as there are any. One read per chain, at the same time. */
  findAuditHeads(chains: readonly string[]): Promise<AuditEvent[]>;
  /** Up to `limit` events behind the one with the id `after`, in the order of ids. */
  readAudit(period: AuditPeriod, after: string | null, limit: number): Promise<AuditEvent[]>;
  /** Up to `limit` events behind a place, in the order of chains and numbers. */
  readAuditChains(after: AuditPlace | null, limit: number): Promise<AuditEvent[]>;

  /** Lists come newest first. */
  listTokens(applicationId: string, filter: TokenFilter, page: PageRequest): Promise<Page<TokenRecord>>;
  /** Grants of one session that have not expired at `now`. */
  listGrants(
    applicationId: string,
    sessionId: string,
    kind: GrantKind,
    now: Date,
    page: PageRequest,
  ): Promise<Page<Grant>>;
  /** Null: events of no application. */
  listAudit(applicationId: string | null, filter: AuditFilter, page: PageRequest): Promise<Page<AuditEvent>>;

  /**
   * Expires all pending tokens whose store grant ran out (their keys are destroyed at once) and returns up to `limit`
   * tokens, newly expired or left from before, whose objects are still to be removed; what waits longest comes first.
   */
  takeGarbage(now: Date, limit: number): Promise<Garbage[]>;
  /** Their objects are gone: forgets expired tokens, keeps tombstones of deleted ones. */
  settleGarbage(garbage: readonly Pick<Garbage, 'token' | 'applicationId' | 'status'>[]): Promise<void>;
  /** Removes read grants and sessions that expired before `before`. Returns how many. */
  removeExpired(before: Date): Promise<Removed>;

  /**
   * Takes a lease that is free: held by nobody, expired at `now`, or the holder's own. One atomic change. Returns what
   * its holders noted last, or null when another holder has it.
   */
  takeLease(lease: Lease, now: Date): Promise<{ progress: string | null } | null>;
  /**
   * Prolongs a lease that the holder still has at `now`, and notes how far its work is. One atomic change. False when
   * it expired or another took it: then nothing changed, and the work must stop.
   */
  renewLease(lease: Lease, progress: string | null, now: Date): Promise<boolean>;
  /** Gives a lease back, if it is the holder's. What was noted stays. */
  releaseLease(name: string, holder: string): Promise<void>;

  /**
   * Adds to the record of an application's usage, or takes away from it; adding nothing reads it. One atomic change.
   * Returns it as it is then, with when it was counted last (null: never, it began with nothing).
   */
  addUsage(applicationId: string, change: Usage): Promise<Usage & { countedAt: Date | null }>;
  /**
   * Counts the application's tokens and puts that in the place of the record. Reads all of them: for the background.
   * What is added meanwhile may be missing.
   */
  countUsage(applicationId: string, now: Date): Promise<Usage>;

  /**
   * Notes that the object store holds objects of these names though the application has no such tokens. Returns when
   * each was noted first. For the background: one read, then writes.
   */
  noteOrphans(applicationId: string, tokens: readonly string[], now: Date): Promise<Map<string, Date>>;
  /** Forgets what was not noted again since `before`, of all applications. Returns how many. */
  forgetOrphans(before: Date): Promise<number>;

  /** Null when there is none of this name. */
  findSecret(name: string): Promise<SecretRecord | null>;
  /** Stores a new secret. False when there is one of this name: it is left as it is. */
  insertSecret(secret: SecretRecord): Promise<boolean>;

  /** All of them; they are few. */
  listSecrets(): Promise<SecretRecord[]>;
  /** Wraps a secret anew, unless it is not under `from` any more. One atomic change. Returns whether it was. */
  rewrapSecret(name: string, from: WrappedKey, to: WrappedKey): Promise<boolean>;

  /** How many data keys are under each wrapping key, by its id. Reads an index from end to end: for operators. */
  countDataKeys(): Promise<Map<string, number>>;
  /**
   * Up to `limit` data keys under a wrapping key in the order of their tokens, behind the token `after`; from the
   * beginning when that is null.
   */
  findDataKeys(keyId: string, after: string | null, limit: number): Promise<DataKey[]>;
  /**
   * Puts data keys that were wrapped anew in the place of the old ones. One that is not as in `from` any more, because
   * it was destroyed or wrapped anew by another process, is left alone; that is checked atomically with the change, per
   * token. Returns how many were put in place.
   */
  rewrapDataKeys(rewrappings: readonly Rewrapping[]): Promise<number>;

  /** Creates tables or indexes; safe to repeat and to run from several processes at once. */
  migrate(): Promise<void>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
