import {
  createDataKey,
  decryptValue,
  encryptValue,
  fromBase64,
  textMediaType,
  toBase64,
} from '@lunasec/secure-frame/crypto';
import { createToken } from '@lunasec/secure-frame/protocol';
import { isDeepStrictEqual } from 'node:util';
import { sidOf } from '../auth/sid.js';
import type {
  DeleteResult,
  GrantResult,
  TokenFilter,
  TokenizerClient,
  TokenRecord,
  UploadRequest,
} from '../client/index.js';
import { parseDuration } from '../directive/duration.js';
import { createError } from '../errors/index.js';
import type { LunaSecError, Problem, ProblemCode } from '../errors/index.js';
import { isToken } from '../token.js';
import type { ObjectTransfer } from '../values/objects.js';

/** Seconds, as a tokenizer has them unless told otherwise. */
const storeGrantLife = 15 * 60;
const readGrantLife = 15 * 60;
const longestReadGrant = 60 * 60;
const longestBinding = 512;

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

export interface TestTokenizeOptions {
  /** What the frame was given to store. Default: an empty text. */
  value?: string | undefined;
  /** False: the value never arrived in the object store. Default: true. */
  uploaded?: boolean | undefined;
  metadata?: Record<string, unknown> | undefined;
}

/** A tokenizer in memory: the same answers as a real one. `sessionId` is the app's own. */
export interface TestTokenizer extends TokenizerClient {
  /** Makes a token as the secure frame of a session does when a form is submitted. */
  tokenize(sessionId: string, options?: TestTokenizeOptions): string;
  /** What a secure frame of a session gets when it asks for a token's value: `granted`, or the problem's code. */
  detokenize(sessionId: string, token: string): 'granted' | ProblemCode;
  /** The text behind a token, as a frame would show it: whoever may read it finds that out with `detokenize`. */
  readText(token: string): Promise<string | undefined>;
  /** The object store behind it, for the SDK's own `tokenize` and `detokenize`. */
  readonly objects: ObjectTransfer;
  /** What is known of a token; undefined if it never existed. */
  token(
    token: string,
  ): { status: 'pending' | 'accepted' | 'deleted'; binding: string | undefined } | undefined;
  /** All calls of the SDK so far. */
  readonly calls: readonly TestCall[];
  /** Makes every call fail with this error, until told null. */
  failWith(error: LunaSecError | null): void;
}

type Entry = Omit<TokenRecord, 'sessionId'> & {
  /** Null: made by a server. */
  sessionId: string | null;
  status: 'pending' | 'accepted' | 'deleted';
  /** Base64. */
  dataKey: string;
  /** Null while nothing was uploaded; a text is encrypted when it is first asked for. */
  stored: string | Uint8Array | null;
  /** End of the store grant, in milliseconds. */
  until: number;
};

/** Creates a tokenizer in memory, to test resolvers with. */
export function createTestTokenizer(options: TestTokenizerOptions = {}): TestTokenizer {
  const { applicationId = 'test', now = () => new Date() } = options;
  const entries = new Map<string, Entry>();
  /** `sid` → token → end of the read grant, in milliseconds. */
  const readGrants = new Map<string, Map<string, number>>();
  const calls: TestCall[] = [];
  let failure: LunaSecError | null = null;

  const time = () => now().getTime();
  const isLive = (until: number) => time() < until;

  /** Answers like a server: later, and not at all while it fails. */
  async function answer<T>(
    operation: keyof TokenizerClient,
    size: number,
    work: () => T | Promise<T>,
  ): Promise<T> {
    calls.push({ operation, size });
    await null;
    if (failure) throw failure;
    return work();
  }

  function add(
    sessionId: string | null,
    { token, dataKey, size, metadata }: Omit<UploadRequest, 'checksum'>,
  ): void {
    entries.set(token, {
      token,
      status: 'pending',
      sessionId,
      size,
      binding: null,
      metadata,
      createdAt: now(),
      acceptedAt: null,
      deletedAt: null,
      dataKey,
      stored: null,
      until: time() + storeGrantLife * 1000,
    });
  }

  function verify(sid: string | null, token: string, binding: string | null): GrantResult {
    const fault = malformed(token, binding);
    if (fault) return refuse(token, fault);
    const entry = entries.get(token);
    if (!entry) return refuse(token, 'TOKEN_NOT_FOUND');
    if (entry.status === 'deleted') return refuse(token, 'TOKEN_DELETED');
    if (entry.sessionId !== sid) return refuse(token, 'STORE_GRANT_MISSING');
    if (!isLive(entry.until)) return refuse(token, 'GRANT_EXPIRED');
    if (isElsewhere(entry, binding)) return refuse(token, 'BINDING_MISMATCH');
    if (entry.stored === null) return refuse(token, 'UPLOAD_MISSING');
    if (entry.status === 'pending') entry.acceptedAt = now();
    entry.status = 'accepted';
    entry.binding = binding;
    return { token, expiresAt: new Date(entry.until), problem: null };
  }

  function grant(sid: string, token: string, binding: string | null, duration?: string): GrantResult {
    const fault = whyUnreadable(entries.get(token), token, binding);
    if (fault) return refuse(token, fault);
    const seconds = duration === undefined ? readGrantLife : parseDuration(duration);
    if (seconds === undefined) return refuse(token, 'BAD_USER_INPUT');
    if (seconds > longestReadGrant) return refuse(token, 'DURATION_TOO_LONG');
    const grants = readGrants.get(sid) ?? new Map<string, number>();
    readGrants.set(sid, grants);
    const until = time() + seconds * 1000;
    // A grant is never shortened.
    grants.set(token, Math.max(grants.get(token) ?? 0, until));
    return { token, expiresAt: new Date(until), problem: null };
  }

  function remove(token: string): DeleteResult {
    const entry = entries.get(token);
    const code = !isToken(token) ? 'BAD_USER_INPUT' : 'TOKEN_NOT_FOUND';
    if (!entry) return { token, deleted: false, problem: problem(code) };
    if (entry.status !== 'deleted') {
      entry.status = 'deleted';
      entry.deletedAt = now();
      entry.stored = null;
      for (const grants of readGrants.values()) grants.delete(token);
    }
    return { token, deleted: true, problem: null };
  }

  function list(
    { status, sessionId, createdAfter, createdBefore, metadata = {} }: TokenFilter,
    { first, after }: { first: number; after: string | null },
  ) {
    // In the order of their making; what is made later comes first.
    const all = [...entries.values()].reverse();
    const start = after === null ? 0 : all.findIndex(({ token }) => token === after) + 1;
    const found = all
      .slice(start)
      .filter(
        (entry) =>
          (status === undefined || entry.status === status) &&
          (sessionId === undefined || entry.sessionId === sessionId) &&
          (createdAfter === undefined || entry.createdAt > createdAfter) &&
          (createdBefore === undefined || entry.createdAt < createdBefore) &&
          Object.entries(metadata).every(([key, value]) => isDeepStrictEqual(entry.metadata[key], value)),
      );
    const page = found.slice(0, first);
    return { tokens: page.map(recordOf), next: found.length > first ? page.at(-1)!.token : null };
  }

  return {
    calls,
    failWith: (error) => void (failure = error),

    tokenize(sessionId, { value = '', uploaded = true, metadata = {} } = {}) {
      const token = createToken();
      const dataKey = toBase64(createDataKey());
      add(sidOf(applicationId, sessionId), { token, dataKey, size: Buffer.byteLength(value), metadata });
      if (uploaded) entries.get(token)!.stored = value;
      return token;
    },
    detokenize(sessionId, token) {
      const until = readGrants.get(sidOf(applicationId, sessionId))?.get(token);
      if (until === undefined) return 'READ_GRANT_MISSING';
      return isLive(until) ? 'granted' : 'GRANT_EXPIRED';
    },
    async readText(token) {
      const entry = entries.get(token);
      if (!entry || entry.stored === null) return undefined;
      if (typeof entry.stored === 'string') return entry.stored;
      const dataKey = fromBase64(entry.dataKey);
      const { data } = await decryptValue({ token, dataKey, ciphertext: entry.stored });
      return new TextDecoder().decode(data);
    },
    objects: {
      async upload({ url }, _size, open) {
        const entry = entries.get(tokenIn(url));
        if (entry?.status !== 'pending') return 'refused';
        const parts: Uint8Array[] = [];
        for await (const part of open()) parts.push(part as Uint8Array);
        entry.stored ??= Buffer.concat(parts);
        return 'stored';
      },
      async download({ url }) {
        const entry = entries.get(tokenIn(url));
        return entry && entry.stored !== null ? [await ciphertextOf(entry)] : null;
      },
    },
    token(token) {
      const entry = entries.get(token);
      return entry && { status: entry.status, binding: entry.binding ?? undefined };
    },

    verifyStoreGrants: (sid, refs) =>
      answer('verifyStoreGrants', refs.length, () =>
        refs.map(({ token, binding = null }) => verify(sid, token, binding)),
      ),
    createReadGrants: (sid, requests) =>
      answer('createReadGrants', requests.length, () =>
        requests.map(({ token, binding = null, duration }) => grant(sid, token, binding, duration)),
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
        const stored = [...entries.values()].filter(
          ({ sessionId, status, until }) => sessionId === sid && status === 'pending' && isLive(until),
        );
        for (const entry of stored) entry.until = 0;
        const readable = readGrants.get(sid)?.size ?? 0;
        readGrants.delete(sid);
        return stored.length + readable;
      }),
    deleteTokens: (names) => answer('deleteTokens', names.length, () => names.map(remove)),
    findToken: (token) =>
      answer('findToken', 1, () => {
        const entry = entries.get(token);
        return entry ? recordOf(entry) : null;
      }),
    findTokens: (filter, page) => answer('findTokens', 0, () => list(filter, page)),
    requestUploads: (requests) =>
      answer('requestUploads', requests.length, () =>
        requests.map((request) => {
          const { token } = request;
          const known = entries.get(token);
          if (!isToken(token) || (known && (known.sessionId !== null || known.dataKey !== request.dataKey)))
            return { token, upload: null, problem: problem('BAD_USER_INPUT') };
          if (!known) add(null, request);
          return { token, upload: { url: urlOf(token), method: 'PUT', headers: {} }, problem: null };
        }),
      ),
    requestDownloads: (refs) =>
      answer('requestDownloads', refs.length, async () =>
        Promise.all(
          refs.map(async ({ token, binding = null }) => {
            const entry = entries.get(token);
            const code = whyUnreadable(entry, token, binding);
            if (code) return { token, download: null, problem: problem(code) };
            const { dataKey } = entry!;
            const size = (await ciphertextOf(entry!)).length;
            const download = { url: urlOf(token), method: 'GET', headers: {}, size, dataKey };
            return { token, download, problem: null };
          }),
        ),
      ),
    updateTokenMetadata: (token, metadata) =>
      answer('updateTokenMetadata', 1, () => {
        const entry = entries.get(token);
        if (!isToken(token)) throw failed('BAD_USER_INPUT');
        if (!entry) throw failed('TOKEN_NOT_FOUND');
        if (entry.status === 'deleted') throw failed('TOKEN_DELETED');
        entry.metadata = metadata;
        return recordOf(entry);
      }),
  };
}

function malformed(token: string, binding: string | null): 'BAD_USER_INPUT' | undefined {
  const isText = binding === null || (binding.length <= longestBinding && !/\p{Surrogate}/u.test(binding));
  return isToken(token) && isText ? undefined : 'BAD_USER_INPUT';
}

/** A token without a binding can get one; a bound one is not accepted or read anywhere else. */
const isElsewhere = (entry: Entry, binding: string | null): boolean =>
  entry.binding !== null && entry.binding !== binding;

/** Why nobody may read a token from a place, grants aside. */
function whyUnreadable(
  entry: Entry | undefined,
  token: string,
  binding: string | null,
): ProblemCode | undefined {
  const fault = malformed(token, binding);
  if (fault) return fault;
  if (entry?.status === 'deleted') return 'TOKEN_DELETED';
  if (entry?.status !== 'accepted') return 'TOKEN_NOT_FOUND';
  return isElsewhere(entry, binding) ? 'BINDING_MISMATCH' : undefined;
}

async function ciphertextOf({ token, dataKey, stored }: Entry): Promise<Uint8Array> {
  if (typeof stored !== 'string') return stored ?? new Uint8Array();
  const data = new TextEncoder().encode(stored);
  return encryptValue({ token, dataKey: fromBase64(dataKey), mediaType: textMediaType, data });
}

const urlOf = (token: string): string => `https://objects.test/${token}`;
const tokenIn = (url: string): string => new URL(url).pathname.slice(1);

function recordOf({ dataKey: _dataKey, stored: _stored, until: _until, ...record }: Entry): TokenRecord {
  // A copy, as a real tokenizer's answers are.
  return { ...record, metadata: JSON.parse(JSON.stringify(record.metadata)) as Record<string, unknown> };
}

const messageOf = (code: ProblemCode): string => `The test tokenizer says ${code}.`;
const problem = (code: ProblemCode): Problem => ({ code, message: messageOf(code) });
const failed = (code: ProblemCode): LunaSecError => createError(code, messageOf(code));

const refuse = (token: string, code: ProblemCode): GrantResult => ({
  token,
  expiresAt: null,
  problem: problem(code),
});
