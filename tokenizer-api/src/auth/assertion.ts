import { AttributedRefusal, isSid, problem } from '../services/problems.js';
import { serverSessionOf } from '../services/server-session.js';
import type { Application } from './applications.js';
import { verifyJWT } from './jwt.js';
import type { JWTRules } from './jwt.js';

/** What an application states to a frame's page: this page belongs to this session. */
export interface Assertion {
  application: Application;
  /** `sid` of the session. */
  sessionId: string;
  /** Unique per application, so that an assertion works once. */
  id: string;
}

export type VerifyAssertion = (jwt: string) => Promise<Assertion>;

/** Verifies assertions. They throw UNAUTHENTICATED; whether one was used before is for the caller to find out. */
export function createAssertionVerifier(
  rules: Pick<JWTRules, 'applications' | 'audience' | 'now'>,
): VerifyAssertion {
  return async (jwt) => {
    const { application, payload } = await verifyJWT(jwt, {
      ...rules,
      typ: 'lunasec-assertion+jwt',
      name: 'assertion',
      requiredClaims: ['jti', 'origin'],
    });
    const refuse = (reason: string) =>
      new AttributedRefusal(problem('UNAUTHENTICATED', `The assertion was refused: ${reason}.`), {
        applicationId: application.id,
      });
    const { sub, jti, origin } = payload;
    if (!isSid(sub) || sub === serverSessionOf(application.id)) throw refuse('its subject is not a sid');
    if (typeof jti !== 'string' || jti.length < 1 || jti.length > 128)
      throw refuse('its id must be a text of 1 to 128 characters');
    if (typeof origin !== 'string' || !application.origins.includes(origin))
      throw refuse("its origin is not one of the application's");
    return { application, sessionId: sub, id: jti };
  };
}
