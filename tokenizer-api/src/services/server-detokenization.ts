import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { ApplicationCaller } from '../auth/caller.js';
import type { TokenRecord, TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { mapConcurrently } from './concurrency.js';
import { openConcurrency } from './downloads.js';
import type { DetokenizeAnswer, OpenToken } from './downloads.js';
import { readFaultOf } from './grants.js';
import { checkBatch, distinctTokens } from './problems.js';

/** `bindings`: where each token was read from, in the order of the tokens; null for none. */
export type ServerDetokenize = (
  caller: ApplicationCaller,
  tokens: readonly string[],
  bindings: readonly (string | null)[] | null,
) => Promise<DetokenizeAnswer[]>;

/**
 * Gives an application's server the keys and downloads of its accepted tokens, without any session or grant: for jobs
 * and partners. Whether the application's servers may do that at all is for the caller of this to check. A bound token
 * needs its binding here too. One read of the database.
 */
export function createServerDetokenization({
  store,
  open,
  audit,
}: {
  store: Pick<TokenStore, 'findTokens'>;
  open: OpenToken;
  audit: Audit;
}): ServerDetokenize {
  return async ({ application, requestId }, tokens, bindings) => {
    checkBatch(tokens, application.limits.maxBatch);
    if (bindings && bindings.length !== tokens.length)
      throw new ProblemError('BAD_USER_INPUT', 'bindings must have one entry per token, null for none.');
    const wanted = distinctTokens(tokens);
    const records = wanted.length === 0 ? [] : await store.findTokens(application.id, wanted);
    const known = new Map(records.map((record): [string, TokenRecord] => [record.token, record]));

    const answers = await mapConcurrently(
      [...tokens.entries()],
      openConcurrency,
      async ([index, token]): Promise<DetokenizeAnswer> => {
        const record = known.get(token);
        const fault = readFaultOf({ token, binding: bindings?.[index] ?? null }, record);
        return fault ? { token, download: null, problem: fault } : open(record!, requestId);
      },
    );
    await audit.record(
      'serverDetokenize',
      { applicationId: application.id, sessionId: null, requestId },
      answers.map(({ token, problem }) => ({ token, code: problem?.code ?? null })),
    );
    return answers;
  };
}
