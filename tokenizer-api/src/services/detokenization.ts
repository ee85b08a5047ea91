import type { FrameCaller } from '../auth/caller.js';
import type { KeyProvider } from '../stores/key-provider/port.js';
import type { ObjectStore, PresignedDownload } from '../stores/object-store/port.js';
import type { ReadGrant, TokenRecord, TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { mapConcurrently } from './concurrency.js';
import { objectKey } from './object-key.js';
import { checkBatch, distinctTokens, problem } from './problems.js';
import type { Problem, ReportFailure } from './problems.js';

export interface Download extends PresignedDownload {
  /** Bytes of the ciphertext. */
  size: number;
  /** Base64 of 32 bytes. */
  dataKey: string;
}

/** Exactly one of `download` and `problem` is there. */
export interface DetokenizeAnswer {
  token: string;
  download: Download | null;
  problem: Problem | null;
}

export type Detokenize = (caller: FrameCaller, tokens: readonly string[]) => Promise<DetokenizeAnswer[]>;

const concurrency = 32;

/**
 * Gives a session the keys and downloads of the tokens that it may read. To it, tokens that are unknown, deleted, of
 * others or not granted look all the same: READ_GRANT_MISSING. One read of the database.
 */
export function createDetokenization({
  store,
  objects,
  keys,
  audit,
  now,
  report,
}: {
  store: Pick<TokenStore, 'findReadable'>;
  objects: Pick<ObjectStore, 'presignDownload'>;
  keys: Pick<KeyProvider, 'unwrap'>;
  audit: Audit;
  now: () => Date;
  report: ReportFailure;
}): Detokenize {
  return async (caller, tokens) => {
    const { application, sessionId, requestId } = caller;
    checkBatch(tokens, application.limits.maxBatch);
    const at = now();
    const wanted = distinctTokens(tokens);
    const readable = new Map(
      wanted.length === 0
        ? []
        : (await store.findReadable(application.id, sessionId, wanted)).map((found) => [
            found.token.token,
            found,
          ]),
    );
    const answers = await mapConcurrently(tokens, concurrency, async (token): Promise<DetokenizeAnswer> => {
      const found = readable.get(token);
      const refusal = refusalOf(found, at);
      if (refusal) return { token, download: null, problem: refusal };
      try {
        return { token, download: await open(found!.token), problem: null };
      } catch (error) {
        report(error, requestId, 'a granted token could not be opened');
        return {
          token,
          download: null,
          problem: problem('UNAVAILABLE', 'The value cannot be opened now. Try again.'),
        };
      }
    });
    await audit.record(
      'detokenize',
      { applicationId: application.id, sessionId, requestId },
      answers.map((answer) => ({ token: answer.token, code: answer.problem?.code ?? null })),
    );
    return answers;
  };

  async function open({ applicationId, token, size, wrappedKey }: TokenRecord): Promise<Download> {
    const dataKey = Buffer.from(await keys.unwrap(wrappedKey!, { applicationId, token }));
    const encoded = dataKey.toString('base64');
    dataKey.fill(0);
    return { ...(await objects.presignDownload(objectKey(applicationId, token))), size, dataKey: encoded };
  }
}

function refusalOf(
  found: { grant: ReadGrant; token: TokenRecord } | undefined,
  at: Date,
): Problem | undefined {
  if (!found || found.token.status !== 'accepted' || !found.token.wrappedKey)
    return problem('READ_GRANT_MISSING', 'The session may not read this token. Its server grants that.');
  if (found.grant.expiresAt <= at)
    return problem('GRANT_EXPIRED', 'The read grant ran out. Ask the server for the token again.');
  return undefined;
}
