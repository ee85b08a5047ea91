import { createSecret, digestOf } from '../auth/random-secret.js';
import type { VerifyAssertion } from '../auth/assertion.js';
import type { ApplicationCaller } from '../auth/caller.js';
import type { TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import { AttributedRefusal, checkSid, problem } from './problems.js';

export interface Session {
  /** Returned this once; only its digest is stored. */
  accessToken: string;
  expiresAt: Date;
}

export interface Sessions {
  /** Throws UNAUTHENTICATED for a bad assertion, ASSERTION_REPLAYED for one that was used. */
  create(assertion: string, requestId: string): Promise<Session>;
  /** Ends a session of the application. Returns how many of its grants were revoked. */
  end(caller: ApplicationCaller, sessionId: string): Promise<number>;
}

export function createSessions({
  store,
  verifyAssertion,
  audit,
  now,
}: {
  store: Pick<TokenStore, 'insertSession' | 'endSession'>;
  verifyAssertion: VerifyAssertion;
  audit: Audit;
  now: () => Date;
}): Sessions {
  return {
    async create(assertion, requestId) {
      const { application, sessionId, id } = await verifyAssertion(assertion);
      const accessToken = createSecret();
      const createdAt = now();
      const expiresAt = new Date(createdAt.getTime() + application.limits.frameSession * 1000);
      const isNew = await store.insertSession({
        digest: digestOf(accessToken),
        applicationId: application.id,
        sessionId,
        assertionId: id,
        createdAt,
        expiresAt,
      });
      if (!isNew)
        throw new AttributedRefusal(
          problem('ASSERTION_REPLAYED', 'The assertion was used before. Ask the app for a new one.'),
          { applicationId: application.id, sessionId },
        );
      await audit.record('createSession', { applicationId: application.id, sessionId, requestId }, [
        { token: null, code: null },
      ]);
      return { accessToken, expiresAt };
    },

    async end({ application, requestId }, sessionId) {
      checkSid(sessionId);
      const revoked = await store.endSession(application.id, sessionId, now());
      await audit.record('endSession', { applicationId: application.id, sessionId, requestId }, [
        { token: null, code: null },
      ]);
      return revoked;
    },
  };
}
