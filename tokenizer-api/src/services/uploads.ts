import { isToken } from '@lunasec/secure-frame/protocol';
import type { FrameCaller } from '../auth/caller.js';
import type { ObjectStore, PresignedUpload } from '../stores/object-store/port.js';
import type { TokenRecord, TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { mapConcurrently } from './concurrency.js';
import { objectKey } from './object-key.js';
import {
  badChecksum,
  checkBatch,
  distinctTokens,
  isBase64Of32Bytes,
  notAToken,
  problem,
} from './problems.js';
import type { Problem, ReportFailure } from './problems.js';

/**
 * Bytes of every part but the last. With S3's least, 5 MiB, a frame would sign more often; with more, it would hold more
 * in memory, and lose more when a connection breaks.
 */
export const partSize = 8 * 1024 * 1024;

/** For how long from its creation the store grant of a token can be prolonged, in milliseconds. */
const longestUpload = 86_400_000;

/** One part of a ciphertext. */
export interface PartInput {
  /** 1 for the first. */
  number: number;
  /** Bytes. */
  size: number;
  /** SHA-256, base64. */
  checksum: string;
}

/** Exactly one of `upload` and `problem` is there. */
export interface PartAnswer {
  number: number;
  upload: PresignedUpload | null;
  problem: Problem | null;
}

/** Exactly one of `expiresAt` and `problem` is there. */
export interface CompleteAnswer {
  token: string;
  /** Until when a server may accept the token. */
  expiresAt: Date | null;
  problem: Problem | null;
}

export interface Uploads {
  /** Says where parts of a value go. While it is called, the token's store grant goes on. One read, at times one write. */
  presignParts(caller: FrameCaller, token: string, parts: readonly PartInput[]): Promise<PartAnswer[]>;
  /**
   * Makes parts one object, confirms that values are there in their full size, and prolongs their store grants: a session
   * can keep what it uploaded alive for a day, until its form is sent. One read, one write.
   */
  complete(caller: FrameCaller, tokens: readonly string[]): Promise<CompleteAnswer[]>;
}

/** How many uploads are completed, or parts signed, at a time. */
const completing = 8;
const signing = 32;

export function createUploads({
  store,
  objects,
  audit,
  now,
  report,
}: {
  store: Pick<TokenStore, 'findTokens' | 'prolongStoreGrants'>;
  objects: Pick<ObjectStore, 'presignPart' | 'completeMultipart' | 'head'>;
  audit: Audit;
  now: () => Date;
  report: ReportFailure;
}): Uploads {
  async function find({ application }: FrameCaller, tokens: readonly string[]) {
    const wanted = distinctTokens(tokens);
    const records = wanted.length === 0 ? [] : await store.findTokens(application.id, wanted);
    return new Map(records.map((record) => [record.token, record]));
  }

  /** Prolongs the store grants of pending tokens. Returns until when they last, without those that ran out meanwhile. */
  async function prolong(
    { application, sessionId }: FrameCaller,
    records: readonly TokenRecord[],
    at: Date,
  ): Promise<Map<string, Date>> {
    const ends = new Map(
      records.map(({ token, createdAt, storeGrantExpiresAt }) => {
        const wanted = Math.min(
          at.getTime() + application.limits.storeGrant * 1000,
          createdAt.getTime() + longestUpload,
        );
        return [token, new Date(Math.max(wanted, storeGrantExpiresAt.getTime()))];
      }),
    );
    const prolongations = [...ends].map(([token, until]) => ({ token, until }));
    const living = await store.prolongStoreGrants(application.id, sessionId, prolongations, at);
    return new Map([...ends].filter(([token]) => living.has(token)));
  }

  async function complete({ applicationId, token, size, uploadId }: TokenRecord): Promise<boolean> {
    const key = objectKey(applicationId, token);
    return uploadId === null
      ? (await objects.head(key))?.size === size
      : objects.completeMultipart({ key, uploadId, size });
  }

  const subjectOf = ({ application, sessionId, requestId }: FrameCaller) => ({
    applicationId: application.id,
    sessionId,
    requestId,
  });

  return {
    async presignParts(caller, token, parts) {
      const { application, sessionId } = caller;
      checkBatch(parts, application.limits.maxBatch);
      const at = now();
      const record = (await find(caller, [token])).get(token);
      let refusal = refusalOf(token, record, sessionId, at) ?? openFaultOf(record!);
      // Half of its time is enough to sign again: most calls need no write.
      const left = refusal ? 0 : record!.storeGrantExpiresAt.getTime() - at.getTime();
      if (!refusal && left < (application.limits.storeGrant * 1000) / 2)
        if (!(await prolong(caller, [record!], at)).has(token)) refusal = grantExpired();

      const answers = await mapConcurrently(parts, signing, async (part): Promise<PartAnswer> => {
        const { number } = part;
        const fault = refusal ?? partFaultOf(part, record!.size);
        if (fault) return { number, upload: null, problem: fault };
        const key = objectKey(application.id, token);
        const upload = await objects.presignPart({ ...part, key, uploadId: record!.uploadId! });
        return { number, upload, problem: null };
      });
      const code = (refusal ?? answers.find((answer) => answer.problem)?.problem)?.code ?? null;
      await audit.record('presignUploadParts', subjectOf(caller), [{ token, code }]);
      return answers;
    },

    async complete(caller, tokens) {
      const { application, sessionId, requestId } = caller;
      checkBatch(tokens, application.limits.maxBatch);
      const at = now();
      const records = await find(caller, tokens);
      const mine = [...records.values()].filter((record) => !refusalOf(record.token, record, sessionId, at));
      // First, so that no sweeper comes between.
      const prolonged = await prolong(
        caller,
        mine.filter(({ status }) => status === 'pending'),
        at,
      );

      const faults = new Map<string, Problem>();
      await mapConcurrently(
        mine.filter(({ token }) => prolonged.has(token)),
        completing,
        async (record) => {
          try {
            if (!(await complete(record))) faults.set(record.token, incomplete());
          } catch (error) {
            report(error, requestId, 'an upload could not be completed');
            faults.set(
              record.token,
              problem('UNAVAILABLE', 'The upload cannot be completed now. Try again.'),
            );
          }
        },
      );

      const answers = tokens.map((token): CompleteAnswer => {
        const record = records.get(token);
        const fault = refusalOf(token, record, sessionId, at) ?? faults.get(token);
        if (fault) return { token, expiresAt: null, problem: fault };
        if (record!.status === 'accepted')
          return { token, expiresAt: record!.storeGrantExpiresAt, problem: null };
        const expiresAt = prolonged.get(token) ?? null;
        return { token, expiresAt, problem: expiresAt ? null : grantExpired() };
      });
      await audit.record(
        'completeUploads',
        subjectOf(caller),
        answers.map(({ token, problem: fault }) => ({ token, code: fault?.code ?? null })),
      );
      return answers;
    },
  };
}

/** Why a session has nothing to do with a token. Missing, deleted and other sessions' tokens read the same. */
function refusalOf(
  token: string,
  record: TokenRecord | undefined,
  sessionId: string,
  at: Date,
): Problem | undefined {
  if (!isToken(token)) return notAToken();
  if (record?.sessionId !== sessionId || record.status === 'deleted')
    return problem('STORE_GRANT_MISSING', 'This session did not make the token, or it was deleted.');
  if (record.status === 'accepted') return undefined;
  return record.status === 'expired' || record.storeGrantExpiresAt <= at ? grantExpired() : undefined;
}

function openFaultOf({ status, uploadId }: TokenRecord): Problem | undefined {
  if (status === 'accepted')
    return problem('BAD_USER_INPUT', 'A server accepted the token already: its value is complete.');
  return uploadId === null
    ? problem('BAD_USER_INPUT', 'The value is not uploaded in parts: its checksum was given.')
    : undefined;
}

/** Parts have fixed places in the ciphertext, so that those of different calls always fit together. */
function partFaultOf({ number, size, checksum }: PartInput, total: number): Problem | undefined {
  const count = Math.ceil(total / partSize);
  if (!Number.isInteger(number) || number < 1 || number > count)
    return problem('BAD_USER_INPUT', `number must be from 1 to ${count}, the parts of this value.`);
  const expected = number < count ? partSize : total - (count - 1) * partSize;
  if (size !== expected) return problem('BAD_USER_INPUT', `Part ${number} must have ${expected} bytes.`);
  return isBase64Of32Bytes(checksum) ? undefined : badChecksum();
}

const grantExpired = () =>
  problem('GRANT_EXPIRED', 'The store grant ran out. The value must be entered again.');
const incomplete = () =>
  problem('UPLOAD_MISSING', 'The value of the token was not uploaded, or not completely.');
