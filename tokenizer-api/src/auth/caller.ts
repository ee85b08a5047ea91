import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { TokenStore } from '../stores/token-store/port.js';
import type { Application, Applications } from './applications.js';
import type { VerifyApplicationJWT } from './application-jwt.js';
import { digestOf, isSecret } from './random-secret.js';

/** A secure frame with a session. */
export interface FrameCaller {
  kind: 'frame';
  application: Application;
  /** `sid` of the application's session. */
  sessionId: string;
  requestId: string;
}

/** A server of an application. */
export interface ApplicationCaller {
  kind: 'application';
  application: Application;
  requestId: string;
}

/** Nobody yet: a frame that is about to create its session. */
export interface Anonymous {
  kind: 'anonymous';
  requestId: string;
}

export type Caller = FrameCaller | ApplicationCaller | Anonymous;

export type Authenticate = (authorization: string | undefined, requestId: string) => Promise<Caller>;

/**
 * Finds out who calls, from the `Authorization` header (RFC 6750 §2.1). Throws UNAUTHENTICATED for a header that is
 * there and no good: that is never the same as none.
 */
export function createAuthentication({
  applications,
  verifyApplicationJWT,
  store,
  now,
}: {
  applications: Applications;
  verifyApplicationJWT: VerifyApplicationJWT;
  store: Pick<TokenStore, 'findSession'>;
  now: () => Date;
}): Authenticate {
  return async (authorization, requestId) => {
    if (authorization === undefined) return { kind: 'anonymous', requestId };
    const bearer = /^Bearer ([A-Za-z0-9._-]{1,8192})$/i.exec(authorization)?.[1];
    if (bearer === undefined) throw refuse('The Authorization header must be "Bearer" and a token.');
    if (!isSecret(bearer))
      return { kind: 'application', application: await verifyApplicationJWT(bearer), requestId };

    const session = await store.findSession(digestOf(bearer), now());
    const application = session && applications.get(session.applicationId);
    if (!application) throw refuse('The session is unknown, ended or expired. Create a new one.');
    return { kind: 'frame', application, sessionId: session.sessionId, requestId };
  };
}

const refuse = (message: string) => new ProblemError('UNAUTHENTICATED', message);
