import { isToken } from '@lunasec/secure-frame/protocol';
import type { ApplicationCaller, FrameCaller } from '../auth/caller.js';
import type { KeyProvider, WrappedKey } from '../stores/key-provider/port.js';
import type { ObjectStore, PresignedUpload } from '../stores/object-store/port.js';
import type { NewToken, TokenRecord, TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { mapConcurrently } from './concurrency.js';
import type { Limits } from './limits.js';
import { metadataFault } from './metadata.js';
import { objectKey } from './object-key.js';
import { badChecksum, checkBatch, isBase64Of32Bytes, notAToken, problem } from './problems.js';
import type { Quotas } from './quotas.js';
import type { Problem, ReportFailure } from './problems.js';
import { serverSessionOf } from './server-session.js';
import { partSize } from './uploads.js';

/** One value that a frame is about to store. */
export interface TokenizeInput {
  token: string;
  /** Base64 of 32 bytes. */
  dataKey: string;
  /** Bytes of the ciphertext. */
  size: number;
  /** SHA-256 of the ciphertext, base64. Left out for an upload in parts, each of which has its own. */
  checksum?: string | null;
  metadata?: Record<string, unknown> | null;
}

/** Exactly one of `upload`, `multipart` and `problem` is there. */
export interface TokenizeAnswer {
  token: string;
  upload: PresignedUpload | null;
  multipart: { partSize: number } | null;
  problem: Problem | null;
}

export type Tokenize = (
  caller: FrameCaller | ApplicationCaller,
  inputs: readonly TokenizeInput[],
) => Promise<TokenizeAnswer[]>;

/** How many keys are wrapped, or URLs signed, at a time. */
const concurrency = 32;

/**
 * Registers new tokens of a session, or of an application's server, and says where their ciphertexts go. The same again (token, session, size,
 * checksum) while no server has accepted the token gives a fresh upload, so a call whose answer was lost can be
 * repeated. One insert; one more read when a token exists already. For each upload in parts also a call to the object
 * store, which begins it.
 */
export function createTokenization({
  store,
  objects,
  keys,
  quotas,
  audit,
  now,
  report,
}: {
  store: Pick<TokenStore, 'insertTokens' | 'findTokens'>;
  objects: Pick<ObjectStore, 'presignUpload' | 'beginMultipart' | 'abortMultipart'>;
  keys: Pick<KeyProvider, 'wrap'>;
  quotas: Pick<Quotas, 'reserve' | 'release'>;
  audit: Audit;
  now: () => Date;
  report: ReportFailure;
}): Tokenize {
  return async (caller, inputs) => {
    const { application } = caller;
    const isFrame = caller.kind === 'frame';
    const sessionId = isFrame ? caller.sessionId : serverSessionOf(application.id);
    checkBatch(inputs, application.limits.maxBatch);
    const at = now();
    const faults = inputs.map((input) => faultOf(input, application.limits, isFrame));

    const first = new Map<string, TokenizeInput>();
    inputs.forEach((input, index) => {
      if (!faults[index] && !first.has(input.token)) first.set(input.token, input);
    });
    const candidates = [...first.values()];
    const room = await quotas.reserve(
      application,
      candidates.map(({ size }) => size),
    );
    const withoutRoom = new Set(candidates.filter((_, index) => !room[index]).map(({ token }) => token));
    /** Uploads in parts that were begun by this call; null where the object store did not begin one. */
    const begun = new Map<string, string | null>();
    const created = await insert(candidates.filter(({ token }) => !withoutRoom.has(token)));
    const taken = [...first.keys()].filter((token) => !created.has(token));
    const existing = new Map(
      taken.length === 0
        ? []
        : (await store.findTokens(application.id, taken)).map((record) => [record.token, record]),
    );

    const answers = await mapConcurrently([...inputs.entries()], concurrency, async ([index, input]) => {
      const fault = faults[index] ?? clashOf(input, existing.get(input.token));
      if (fault) return { token: input.token, upload: null, multipart: null, problem: fault };
      const { token, size, checksum } = input;
      if (checksum == null) return { token, upload: null, multipart: { partSize }, problem: null };
      const upload = await objects.presignUpload({ key: objectKey(application.id, token), size, checksum });
      return { token, upload, multipart: null, problem: null };
    });
    await audit.record(
      isFrame ? 'tokenize' : 'serverTokenize',
      {
        applicationId: application.id,
        sessionId: isFrame ? sessionId : null,
        requestId: caller.requestId,
      },
      answers.map((answer) => ({ token: answer.token, code: answer.problem?.code ?? null })),
    );
    return answers;

    /** Stores those whose names are free. What was reserved for the others is given back. */
    async function insert(reserved: readonly TokenizeInput[]): Promise<Set<string>> {
      let done = new Set<string>();
      let mayBeStored = new Set<string>();
      try {
        await begin(reserved.filter(({ checksum }) => checksum == null));
        const begunWell = reserved.filter(({ token }) => begun.get(token) !== null);
        const fresh = await mapConcurrently(begunWell, concurrency, async (input): Promise<NewToken> => ({
          token: input.token,
          applicationId: application.id,
          sessionId,
          size: input.size,
          checksum: input.checksum ?? '',
          uploadId: begun.get(input.token) ?? null,
          metadata: input.metadata ?? {},
          createdAt: at,
          storeGrantExpiresAt: new Date(at.getTime() + application.limits.storeGrant * 1000),
          wrappedKey: await wrap(input, application.id),
        }));
        done = await store.insertTokens(fresh).catch(async (error: unknown) => {
          mayBeStored = await storedOf(fresh.map(({ token }) => token));
          throw error;
        });
        return done;
      } finally {
        const unused = reserved.filter(({ token }) => !done.has(token));
        quotas.release(
          application,
          unused.map(({ size }) => size),
        );
        await giveUp(unused.map(({ token }) => token).filter((token) => !mayBeStored.has(token)));
      }
    }

    /** Those that were stored though the answer was lost: their uploads go on. All, if that cannot be known. */
    async function storedOf(tokens: readonly string[]): Promise<Set<string>> {
      const found = await store.findTokens(application.id, tokens).catch(() => null);
      return new Set(found?.map(({ token }) => token) ?? tokens);
    }

    async function begin(large: readonly TokenizeInput[]): Promise<void> {
      await mapConcurrently(large, concurrency, async ({ token }) => {
        begun.set(token, null);
        try {
          begun.set(token, await objects.beginMultipart(objectKey(application.id, token)));
        } catch (error) {
          report(error, caller.requestId, 'an upload in parts could not be begun');
        }
      });
    }

    /** What stays behind here, holds no part, and the object store forgets it after a while. */
    async function giveUp(tokens: readonly string[]): Promise<void> {
      await mapConcurrently(tokens, concurrency, async (token) => {
        const uploadId = begun.get(token);
        if (uploadId == null) return;
        await objects
          .abortMultipart({ key: objectKey(application.id, token), uploadId })
          .catch((error: unknown) => report(error, caller.requestId, 'an upload in parts was left open'));
      });
    }

    /** Why an input cannot have an upload under its name, if it cannot. */
    function clashOf(input: TokenizeInput, record: TokenRecord | undefined): Problem | undefined {
      const holder = created.has(input.token) ? first.get(input.token) : mine(record);
      // Neither stored now nor before: there was no room.
      if (!record && withoutRoom.has(input.token)) return quotaExceeded();
      if (!record && begun.get(input.token) === null)
        return problem('UNAVAILABLE', 'The object store could not be reached. Try again.');
      return holder && holder.size === input.size && (holder.checksum ?? '') === (input.checksum ?? '')
        ? undefined
        : problem('BAD_USER_INPUT', 'The token is taken. Make a new one for every value.');
    }

    function mine(record: TokenRecord | undefined): TokenRecord | undefined {
      return record?.sessionId === sessionId && record.status === 'pending' && record.storeGrantExpiresAt > at
        ? record
        : undefined;
    }
  };

  async function wrap({ token, dataKey }: TokenizeInput, applicationId: string): Promise<WrappedKey> {
    const bytes = Buffer.from(dataKey, 'base64');
    try {
      return await keys.wrap(bytes, { applicationId, token });
    } finally {
      bytes.fill(0);
    }
  }
}

const quotaExceeded = () =>
  problem(
    'QUOTA_EXCEEDED',
    'The application has no room for the value. Delete tokens, or raise its limits maxTokens and maxBytes.',
  );

function faultOf(input: TokenizeInput, limits: Limits, isFrame: boolean): Problem | undefined {
  if (!isToken(input.token)) return notAToken();
  if (input.size > limits.maxSize)
    return problem('TOO_LARGE', `The value is too large: at most ${limits.maxSize} bytes of ciphertext.`);
  if (!Number.isInteger(input.size) || input.size < 1)
    return problem('BAD_USER_INPUT', 'size must be the number of bytes of the ciphertext, at least 1.');
  if (!isBase64Of32Bytes(input.dataKey))
    return problem('BAD_USER_INPUT', 'dataKey must be 32 bytes in base64.');
  // Only frames can send parts: servers keep values in memory as a whole.
  if (input.checksum == null ? !isFrame : !isBase64Of32Bytes(input.checksum)) return badChecksum();
  const fault = input.metadata == null ? undefined : metadataFault(input.metadata);
  return fault === undefined ? undefined : problem('BAD_USER_INPUT', fault);
}
