import { decodeJwt, errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import { ProblemError } from '@lunasec/secure-frame/protocol';
import { UnavailableError } from '../services/problems.js';
import type { Application, Applications } from './applications.js';

/** Asymmetric only: a public key must never be usable as the secret of an HMAC (RFC 8725 §2.1). */
const algorithms = ['EdDSA', 'ES256', 'RS256'];
/** Longest time from `iat` to `exp`, in seconds. */
export const maxLifetime = 60;
/** How far the clocks of an application and the tokenizer may be apart, in seconds. */
export const clockSkew = 30;
const maxLength = 8192;

export interface VerifiedJWT {
  application: Application;
  payload: JWTPayload & { exp: number };
}

export interface JWTRules {
  applications: Applications;
  /** The one audience: this tokenizer's public URL. */
  audience: string;
  now: () => Date;
  /** Header `typ`; it keeps one kind of JWT from being used as another (RFC 8725 §3.11). */
  typ: string;
  /** How the kind is called in messages. */
  name: string;
  /** Claims that it must have besides `iss`, `sub`, `aud`, `iat` and `exp`. */
  requiredClaims?: string[];
}

/**
 * Verifies a short-lived JWT signed by one of the applications (RFC 7519, RFC 8725). Throws UNAUTHENTICATED;
 * UNAVAILABLE when the application's keys cannot be fetched.
 */
export async function verifyJWT(jwt: string, rules: JWTRules): Promise<VerifiedJWT> {
  const refuse = (reason: string) =>
    new ProblemError('UNAUTHENTICATED', `The ${rules.name} was refused: ${reason}.`);
  const application = rules.applications.get(issuerOf(jwt) ?? '');
  if (!application) throw refuse('it is malformed, or its issuer is not an application of this tokenizer');

  const now = rules.now();
  const { payload, protectedHeader } = await jwtVerify(jwt, application.findKey, {
    algorithms,
    typ: rules.typ,
    issuer: application.id,
    audience: rules.audience,
    currentDate: now,
    clockTolerance: clockSkew,
    requiredClaims: ['iss', 'sub', 'aud', 'iat', 'exp', ...(rules.requiredClaims ?? [])],
  }).catch((error: unknown) => {
    if (isRefusal(error)) throw refuse((error as Error).message);
    throw new UnavailableError(`The keys of application "${application.id}" could not be fetched.`, error);
  });

  if (protectedHeader.crit !== undefined)
    throw refuse('its header names critical extensions, and none is known');
  const { aud, iat, exp } = payload as { aud: unknown; iat: number; exp: number };
  if (aud !== rules.audience) throw refuse('its audience must be this tokenizer alone');
  if (exp - iat > maxLifetime || exp <= iat)
    throw refuse(`it must expire within ${maxLifetime} s of being issued`);
  if (iat > now.getTime() / 1000 + clockSkew) throw refuse('it was issued in the future; check the clocks');
  return { application, payload: { ...payload, exp } };
}

function issuerOf(jwt: string): string | undefined {
  if (jwt.length > maxLength) return undefined;
  try {
    return decodeJwt(jwt).iss;
  } catch {
    return undefined;
  }
}

/** The JWT is at fault, rather than the way to the keys. */
const isRefusal = (error: unknown): boolean =>
  [
    errors.JWTClaimValidationFailed,
    errors.JWTExpired,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ].some((kind) => error instanceof kind);
