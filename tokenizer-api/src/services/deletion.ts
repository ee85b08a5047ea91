import { isToken } from '@lunasec/secure-frame/protocol';
import type { ApplicationCaller } from '../auth/caller.js';
import { inTime } from '../stores/deadline.js';
import type { ObjectStore } from '../stores/object-store/port.js';
import type { TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { objectKey } from './object-key.js';
import { checkBatch, distinctTokens, notAToken, tokenNotFound } from './problems.js';
import type { Problem, ReportFailure } from './problems.js';

export interface DeleteAnswer {
  token: string;
  deleted: boolean;
  problem: Problem | null;
}

/** How long a caller waits for the objects to go, in milliseconds; then the sweeper sees to them. */
const patience = 5000;

export type DeleteTokens = (caller: ApplicationCaller, tokens: readonly string[]) => Promise<DeleteAnswer[]>;

/**
 * Deletes tokens for good. Their keys are destroyed with the call, so their ciphertexts are worth nothing from then
 * on; the objects go at once if the object store answers, else when the sweeper comes, as do parts of uploads. Deleting again is fine.
 */
export function createDeletion({
  store,
  objects,
  audit,
  now,
  report,
}: {
  store: Pick<TokenStore, 'deleteTokens' | 'findTokens'>;
  objects: Pick<ObjectStore, 'delete'>;
  audit: Audit;
  now: () => Date;
  report: ReportFailure;
}): DeleteTokens {
  return async ({ application, requestId }, tokens) => {
    checkBatch(tokens, application.limits.maxBatch);
    const wanted = distinctTokens(tokens);
    const deleted =
      wanted.length === 0 ? new Set<string>() : await store.deleteTokens(application.id, wanted, now());
    const others = wanted.filter((token) => !deleted.has(token));
    const before = new Set(
      others.length === 0
        ? []
        : (await store.findTokens(application.id, others))
            .filter(({ status }) => status === 'deleted')
            .map(({ token }) => token),
    );

    const answers = tokens.map((token): DeleteAnswer => {
      if (deleted.has(token) || before.has(token)) return { token, deleted: true, problem: null };
      return { token, deleted: false, problem: isToken(token) ? tokenNotFound() : notAToken() };
    });
    await audit.record(
      'deleteTokens',
      { applicationId: application.id, sessionId: null, requestId },
      answers.map(({ token, problem }) => ({ token, code: problem?.code ?? null })),
    );
    if (deleted.size > 0)
      await inTime(
        objects.delete([...deleted].map((token) => objectKey(application.id, token))),
        patience,
      ).catch((error: unknown) =>
        report(error, requestId, 'objects of deleted tokens are left to the sweeper'),
      );
    return answers;
  };
}
