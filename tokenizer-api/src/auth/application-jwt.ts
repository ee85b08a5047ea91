import { createHash } from 'node:crypto';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { Application } from './applications.js';
import { clockSkew, verifyJWT } from './jwt.js';
import type { JWTRules } from './jwt.js';

export type VerifyApplicationJWT = (jwt: string) => Promise<Application>;

/** Most JWTs that are remembered. */
const capacity = 10_000;

/**
 * Verifies the JWTs of application servers; throws UNAUTHENTICATED. A server uses one JWT for many calls, so those
 * that passed are remembered, by their digest, until they expire.
 */
export function createApplicationJWTVerifier(
  rules: Pick<JWTRules, 'applications' | 'audience' | 'now'>,
): VerifyApplicationJWT {
  const passed = new Map<string, { application: Application; until: number }>();

  return async (jwt) => {
    const digest = createHash('sha256').update(jwt).digest('base64url');
    const known = passed.get(digest);
    if (known && rules.now().getTime() < known.until) return known.application;
    passed.delete(digest);

    const { application, payload } = await verifyJWT(jwt, {
      ...rules,
      typ: 'lunasec-application+jwt',
      name: 'application JWT',
    });
    if (payload.sub !== application.id)
      throw new ProblemError(
        'UNAUTHENTICATED',
        'The application JWT was refused: its subject is not its issuer.',
      );
    // A map keeps the order of insertion: the first is the oldest, and with lives of a minute the first to expire.
    if (passed.size >= capacity) passed.delete(passed.keys().next().value!);
    passed.set(digest, { application, until: (payload.exp + clockSkew) * 1000 });
    return application;
  };
}
