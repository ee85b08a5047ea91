import type { FrameCaller } from '../auth/caller.js';
import type { ReadGrant, TokenRecord, TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { mapConcurrently } from './concurrency.js';
import { openConcurrency } from './downloads.js';
import type { DetokenizeAnswer, OpenToken } from './downloads.js';
import { checkBatch, distinctTokens, problem } from './problems.js';
import type { Problem } from './problems.js';

export type Detokenize = (caller: FrameCaller, tokens: readonly string[]) => Promise<DetokenizeAnswer[]>;

/**
 * Gives a session the keys and downloads of the tokens that it may read. To it, tokens that are unknown, deleted, of
 * others or not granted look all the same: READ_GRANT_MISSING. One read of the database.
 */
export function createDetokenization({
  store,
  open,
  audit,
  now,
}: {
  store: Pick<TokenStore, 'findReadable'>;
  open: OpenToken;
  audit: Audit;
  now: () => Date;
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
    const answers = await mapConcurrently(
      tokens,
      openConcurrency,
      async (token): Promise<DetokenizeAnswer> => {
        const found = readable.get(token);
        const refusal = refusalOf(found, at);
        return refusal ? { token, download: null, problem: refusal } : open(found!.token, requestId);
      },
    );
    await audit.record(
      'detokenize',
      { applicationId: application.id, sessionId, requestId },
      answers.map((answer) => ({ token: answer.token, code: answer.problem?.code ?? null })),
    );
    return answers;
  };
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
