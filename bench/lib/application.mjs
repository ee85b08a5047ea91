import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createHash, randomUUID } from 'node:crypto';

const id = 'soak';
const kid = 'soak-1';
const alg = 'EdDSA';
/** Seconds for which a JWT is used again; it is good for 60. */
const reuse = 40;

/** The key pair of an application: the public half for the tokenizer's settings, the private one as a JWK for generators. */
export async function createApplication() {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    settings: {
      id,
      origins: ['https://app.example.com'],
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg }] },
    },
    privateJWK: await exportJWK(privateKey),
  };
}

/** JWTs as the SDK makes them. */
export function createSigner(key, tokenizerURL) {
  let kept = { jwt: Promise.resolve(''), until: 0 };
  const sign = (typ, claims) => {
    const iat = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: id, aud: tokenizerURL, iat, exp: iat + 60, ...claims })
      .setProtectedHeader({ alg, kid, typ })
      .sign(key);
  };
  return {
    sidOf: (session) => createHash('sha256').update(`${id}\0${session}`).digest('base64url'),
    assertion: (sub) =>
      sign('lunasec-assertion+jwt', { sub, jti: randomUUID(), origin: 'https://app.example.com' }),
    applicationJWT() {
      if (Date.now() > kept.until)
        kept = { jwt: sign('lunasec-application+jwt', { sub: id }), until: Date.now() + reuse * 1000 };
      return kept.jwt;
    },
  };
}
