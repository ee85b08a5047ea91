import {
  createHash,
  createHmac,
  generateKeyPairSync,
  randomUUID,
  sign as signBytes,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

export type Algorithm = 'EdDSA' | 'ES256' | 'RS256';
export const algorithms: Algorithm[] = ['EdDSA', 'ES256', 'RS256'];

export interface KeyPair {
  alg: Algorithm;
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicJWK: JsonWebKey & { kid: string; alg?: string };
}

export type JSONMap = Record<string, unknown>;

/** An application with its keys, and an origin for its pages. */
export interface Signer {
  id: string;
  origin: string;
  keys: Record<Algorithm, KeyPair>;
}

export const base64url = (content: string | Uint8Array): string => Buffer.from(content).toString('base64url');
export const encode = (part: unknown): string =>
  base64url(typeof part === 'string' ? part : JSON.stringify(part));

/** The name under which the tokenizer knows a session. */
export const sidOf = (applicationId: string, session: string): string =>
  createHash('sha256').update(`${applicationId}\0${session}`).digest('base64url');

export function createKeyPair(alg: Algorithm, kid: string): KeyPair {
  const { privateKey, publicKey } =
    alg === 'EdDSA'
      ? generateKeyPairSync('ed25519')
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 3072 });
  return { alg, kid, privateKey, publicKey, publicJWK: { ...publicKey.export({ format: 'jwk' }), kid } };
}

/** `algs`: the algorithms that it has keys for. */
export function createSigner(id: string, algs: Algorithm[] = ['EdDSA']): Signer {
  const keys = Object.fromEntries(
    algs.map((alg) => [alg, createKeyPair(alg, `${id}-${alg}`)]),
  ) as Signer['keys'];
  return { id, origin: `https://${id}.example.com`, keys };
}

/** A signature over bytes, as RFC 7518 and RFC 8037 encode it. */
export function signatureOf(data: string, { alg, privateKey }: Pick<KeyPair, 'alg' | 'privateKey'>): Buffer {
  const bytes = Buffer.from(data);
  if (alg === 'EdDSA') return signBytes(null, bytes, privateKey);
  if (alg === 'RS256') return signBytes('sha256', bytes, privateKey);
  return signBytes('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
}

export const hmacOf = (data: string, secret: string | Uint8Array, hash = 'sha256'): Buffer =>
  createHmac(hash, secret).update(data).digest();

/** What a JWT is of: an assertion for a frame, or an application's server itself. */
export type Kind = 'assertion' | 'application JWT';

/** The header and claims of a good JWT, to be changed before it is signed. */
export function draft(
  kind: Kind,
  { id, origin, keys }: Signer,
  { audience, now, alg = 'EdDSA', session = 'ada' }: JWTPlace,
): { header: JSONMap; claims: JSONMap; key: KeyPair } {
  const iat = Math.floor(now().getTime() / 1000);
  const common = { iss: id, aud: audience, iat, exp: iat + 60 };
  const key = keys[alg];
  return {
    header: {
      alg,
      kid: key.kid,
      typ: kind === 'assertion' ? 'lunasec-assertion+jwt' : 'lunasec-application+jwt',
    },
    claims:
      kind === 'assertion'
        ? { ...common, sub: sidOf(id, session), jti: randomUUID(), origin }
        : { ...common, sub: id },
    key,
  };
}
export interface JWTPlace {
  audience: string;
  now: () => Date;
  alg?: Algorithm;
  session?: string;
}

/** A JWT in compact form. Texts are taken as they are: they may be JSON that no library would write. */
export function compact(
  header: unknown,
  claims: unknown,
  sign: KeyPair | ((data: string) => Uint8Array),
): string {
  const data = `${encode(header)}.${encode(claims)}`;
  return `${data}.${base64url(typeof sign === 'function' ? sign(data) : signatureOf(data, sign))}`;
}

export function goodJWT(kind: Kind, signer: Signer, place: JWTPlace): string {
  const { header, claims, key } = draft(kind, signer, place);
  return compact(header, claims, key);
}
