import { randomUUID } from 'node:crypto';
import { sidOf } from '../auth/sid.js';
import type { DeleteResult, GrantResult, TokenizerClient } from '../client/index.js';
import { parseDuration } from '../directive/duration.js';
import type { LunaSecError, Problem, ProblemCode } from '../errors/index.js';

/** Seconds, as a tokenizer has them unless told otherwise. */
const storeGrantLife = 15 * 60;
const readGrantLife = 15 * 60;
const longestReadGrant = 60 * 60;

export interface TestTokenizerOptions {
  /** Default: `test`. */
  applicationId?: string | undefined;
  /** The clock by which grants expire. Default: the real one. */
  now?: (() => Date) | undefined;
}

/** One call of the SDK, for assertions on how often and with how much it asks. */
export interface TestCall {
  operation: keyof TokenizerClient;
  /** How many tokens it was about. */
  size: number;
}

/** A tokenizer in memory: the same answers as a real one, without values. `sessionId` is the app's own. */
export interface TestTokenizer extends TokenizerClient {
  /**
   * Makes a token as the secure frame of a session does when a form is submitted. With `uploaded: false`, the value
   * never arrived.
   */
  tokenize(sessionId: string, options?: { uploaded?: boolean }): string;
  /** What a secure frame of a session gets when it asks for a token's value: `granted`, or the problem's code. */
  detokenize(sessionId: string, token: string): 'granted' | ProblemCode;
  /** What is known of a token; undefined if it never existed. */
  token(
    token: string,
  ): { status: 'pending' | 'accepted' | 'deleted'; binding: string | undefined } | undefined;
  /** All calls of the SDK so far. */
  readonly calls: readonly TestCall[];
  /** Makes every call fail with this error, until told null. */
  failWith(error: LunaSecError | null): void;
}

interface TokenRecord {
  sid: string;
  status: 'pending' | 'accepted' | 'deleted';
  binding: string | undefined;
  uploaded: boolean;
  /** Of the store grant, in milliseconds. */
  until: number;
}

/** Creates a tokenizer in memory, to test resolvers with. */
export function createTestTokenizer(options: TestTokenizerOptions = {}): TestTokenizer {
  const { applicationId = 'test', now = () => new Date() } = options;
  const tokens = new Map<string, TokenRecord>();
  /** `sid` → token → end of the read grant, in milliseconds. */
  const readGrants = new Map<string, Map<string, number>>();
  const calls: TestCall[] = [];
  let failure: LunaSecError | null = null;

  const time = () => now().getTime();
  const isLive = (until: number) => time() < until;

  /** Answers like a server: later, and not at all while it fails. */
  async function answer<T>(operation: keyof TokenizerClient, size: number, work: () => T): Promise<T> {
    calls.push({ operation, size });
    await null;
    if (failure) throw failure;
    return work();
  }

  function verify(sid: string, token: string, binding: string | undefined): GrantResult {
    const record = tokens.get(token);
    if (!record) return refuse(token, 'TOKEN_NOT_FOUND');
    if (record.status === 'deleted') return refuse(token, 'TOKEN_DELETED');
    if (record.sid !== sid) return refuse(token, 'STORE_GRANT_MISSING');
    if (!isLive(record.until)) return refuse(token, 'GRANT_EXPIRED');
    if (!record.uploaded) return refuse(token, 'UPLOAD_MISSING');
    if (record.status === 'accepted' && record.binding !== binding) return refuse(token, 'BINDING_MISMATCH');
    record.status = 'accepted';
    record.binding = binding;
    return { token, expiresAt: new Date(record.until), problem: null };
  }

  function grant(sid: string, token: string, binding: string | undefined, duration?: string): GrantResult {
    const record = tokens.get(token);
    if (!record || record.status === 'pending') return refuse(token, 'TOKEN_NOT_FOUND');
    if (record.status === 'deleted') return refuse(token, 'TOKEN_DELETED');
    if (record.binding !== undefined && record.binding !== binding) return refuse(token, 'BINDING_MISMATCH');
    const seconds = duration === undefined ? readGrantLife : parseDuration(duration);
    if (seconds === undefined) return refuse(token, 'BAD_USER_INPUT');
    if (seconds > longestReadGrant) return refuse(token, 'DURATION_TOO_LONG');
    const grants = readGrants.get(sid) ?? new Map<string, number>();
    readGrants.set(sid, grants);
    // A grant is never shortened.
    const until = Math.max(grants.get(token) ?? 0, time() + seconds * 1000);
    grants.set(token, until);
    return { token, expiresAt: new Date(until), problem: null };
  }

  function remove(token: string): DeleteResult {
    const record = tokens.get(token);
    if (!record) return { token, deleted: false, problem: problem('TOKEN_NOT_FOUND') };
    record.status = 'deleted';
    for (const grants of readGrants.values()) grants.delete(token);
    return { token, deleted: true, problem: null };
  }

  return {
    calls,
    failWith: (error) => void (failure = error),

    tokenize(sessionId, { uploaded = true } = {}) {
      const token = `lunasec-${randomUUID()}`;
      const until = time() + storeGrantLife * 1000;
      const sid = sidOf(applicationId, sessionId);
      tokens.set(token, { sid, status: 'pending', binding: undefined, uploaded, until });
      return token;
    },
    detokenize(sessionId, token) {
      const until = readGrants.get(sidOf(applicationId, sessionId))?.get(token);
      if (until === undefined) return 'READ_GRANT_MISSING';
      return isLive(until) ? 'granted' : 'GRANT_EXPIRED';
    },
    token(token) {
      const record = tokens.get(token);
      return record && { status: record.status, binding: record.binding };
    },

    verifyStoreGrants: (sid, refs) =>
      answer('verifyStoreGrants', refs.length, () =>
        refs.map(({ token, binding }) => verify(sid, token, binding)),
      ),
    createReadGrants: (sid, requests) =>
      answer('createReadGrants', requests.length, () =>
        requests.map(({ token, binding, duration }) => grant(sid, token, binding, duration)),
      ),
    revokeReadGrants: (sid, names) =>
      answer(
        'revokeReadGrants',
        names.length,
        () => names.filter((token) => readGrants.get(sid)?.delete(token)).length,
      ),
    endSession: (sid) =>
      answer('endSession', 0, () => {
        // Tokens that a server accepted are the app's by now.
        const stored = [...tokens.values()].filter(
          ({ sid: owner, status, until }) => owner === sid && status === 'pending' && isLive(until),
        );
        for (const record of stored) record.until = 0;
        const readable = readGrants.get(sid)?.size ?? 0;
        readGrants.delete(sid);
        return stored.length + readable;
      }),
    deleteTokens: (names) => answer('deleteTokens', names.length, () => names.map(remove)),
  };
}

const refuse = (token: string, code: ProblemCode): GrantResult => ({
  token,
  expiresAt: null,
  problem: problem(code),
});

const problem = (code: ProblemCode): Problem => ({ code, message: `The test tokenizer says ${code}.` });
