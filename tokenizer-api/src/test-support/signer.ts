import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { createHash, randomUUID } from 'node:crypto';

/** An application's key pair, and JWTs as its SDK makes them; anything in them can be changed. */
export interface Signer {
  applicationId: string;
  publicJWK: JWK;
  privateKey: CryptoKey;
  assertion(changes?: Changes): Promise<string>;
  applicationJWT(changes?: Changes): Promise<string>;
}

export interface Changes {
  header?: Record<string, unknown>;
  /** `undefined` leaves a claim out. */
  claims?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
}

export const sidOf = (applicationId: string, sessionId: string): string =>
  createHash('sha256').update(`${applicationId}\0${sessionId}`).digest('base64url');

export async function createSigner({
  applicationId,
  audience,
  origin,
  now = () => new Date(),
  alg = 'EdDSA',
}: {
  applicationId: string;
  audience: () => string;
  origin: string;
  now?: () => Date;
  alg?: string;
}): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 });
  const kid = `${applicationId}-key`;
  const publicJWK = { ...(await exportJWK(publicKey)), kid, alg };

  const sign = (typ: string, claims: Record<string, unknown>, changes: Changes) => {
    const iat = Math.floor(now().getTime() / 1000);
    const all = { iss: applicationId, aud: audience(), iat, exp: iat + 60, ...claims, ...changes.claims };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new SignJWT(kept)
      .setProtectedHeader({ alg, kid, typ, ...changes.header })
      .sign(changes.key ?? privateKey);
  };
  return {
    applicationId,
    publicJWK,
    privateKey,
    assertion: (changes = {}) =>
      sign(
        'lunasec-assertion+jwt',
        { sub: sidOf(applicationId, 'session-1'), jti: randomUUID(), origin },
        changes,
      ),
    applicationJWT: (changes = {}) => sign('lunasec-application+jwt', { sub: applicationId }, changes),
  };
}
