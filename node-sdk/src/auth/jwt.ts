import { randomUUID } from 'node:crypto';
import type { Signer } from './signer.js';

/** Life of a JWT in seconds, the longest that tokenizers accept. */
const lifetime = 60;
/** An application JWT with less life than this, in seconds, is replaced: it must survive a call and its repeats. */
const renewal = 20;

export interface Statement {
  applicationId: string;
  /** Public URL of the tokenizer, without a trailing slash. */
  tokenizerURL: string;
  signer: Signer;
  now: () => Date;
}

/** The app's statement to a secure frame on its page: this browser has this session. Good for one use. */
export function createAssertion(
  { applicationId, tokenizerURL, signer, now }: Statement,
  { sid, origin }: { sid: string; origin: string },
): Promise<string> {
  const iat = Math.floor(now().getTime() / 1000);
  return signer.sign(
    {
      iss: applicationId,
      aud: tokenizerURL,
      sub: sid,
      jti: randomUUID(),
      iat,
      exp: iat + lifetime,
      origin,
    },
    'lunasec-assertion+jwt',
  );
}

export interface ApplicationJWT {
  /** A JWT that proves this server is the application's; the same one until shortly before it expires. */
  current(): Promise<string>;
  /** Makes the next `current()` sign a new one. */
  forget(): void;
}

export function createApplicationJWT({
  applicationId,
  tokenizerURL,
  signer,
  now,
}: Statement): ApplicationJWT {
  let kept: { jwt: Promise<string>; until: number } | undefined;

  return {
    current() {
      const iat = Math.floor(now().getTime() / 1000);
      // A clock that was set back must not keep a JWT from the future alive.
      if (!kept || iat >= kept.until || iat < kept.until - lifetime) {
        const jwt = signer.sign(
          { iss: applicationId, sub: applicationId, aud: tokenizerURL, iat, exp: iat + lifetime },
          'lunasec-application+jwt',
        );
        kept = { jwt, until: iat + lifetime - renewal };
        jwt.catch(() => (kept = undefined));
      }
      return kept.jwt;
    },
    forget() {
      kept = undefined;
    },
  };
}
