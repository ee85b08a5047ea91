import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Log } from '../log.js';

/** Where the app's private signing key comes from: a private JWK (RFC 7517) or PKCS#8 in PEM. */
export type Secrets =
  | {
      source: 'environment';
      /** Name of the variable. Default: `LUNASEC_SIGNING_KEY`. */
      variable?: string | undefined;
    }
  | {
      source: 'file';
      path: string;
      /** Creates an Ed25519 key (a JWK, readable by its owner alone) when there is no file. Default: false. */
      createIfMissing?: boolean | undefined;
    };

export type SigningAlgorithm = 'EdDSA' | 'ES256' | 'RS256';

export interface SigningKey {
  privateKey: KeyObject;
  algorithm: SigningAlgorithm;
}

/** Loads the signing key now, so that a wrong setting fails at start. Throws an error that says what to do. */
export function loadSigningKey(secrets: Secrets, log: Log): SigningKey {
  if (secrets.source === 'environment') {
    const variable = secrets.variable ?? 'LUNASEC_SIGNING_KEY';
    const text = process.env[variable];
    if (!text) throw new Error(`The environment variable ${variable} must hold the private signing key.`);
    return parseSigningKey(text, `the environment variable ${variable}`);
  }
  const { path, createIfMissing = false } = secrets;
  if (createIfMissing) createKeyFile(path);
  const text = readKeyFile(path);
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    log.warn(`Others than its owner can read the signing key in ${path}. Run: chmod 600 ${path}`);
  return parseSigningKey(text, path);
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`The signing key cannot be read from ${path}. Create it, or set createIfMissing.`, {
      cause,
    });
  }
}

/** Whole or not at all, and never over another process's key: a link fails when the name is taken. */
function createKeyFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })) return;
  mkdirSync(dirname(path), { recursive: true });
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${JSON.stringify(jwk)}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Reads a private key. `place` is named in errors; the text never is. */
export function parseSigningKey(text: string, place: string): SigningKey {
  const privateKey = readPrivateKey(text.trim());
  if (!privateKey) throw new Error(`The signing key in ${place} is neither a private JWK nor PKCS#8 in PEM.`);
  const algorithm = algorithmOf(privateKey);
  if (!algorithm)
    throw new Error(`The signing key in ${place} must be Ed25519, EC P-256 or RSA of at least 2048 bits.`);
  return { privateKey, algorithm };
}

function readPrivateKey(text: string): KeyObject | undefined {
  try {
    if (text.startsWith('{')) return createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' });
    // Many places that hold environment variables cannot hold line breaks.
    return createPrivateKey({ key: text.replaceAll('\\n', '\n'), format: 'pem' });
  } catch {
    // The error might quote the key.
    return undefined;
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): SigningAlgorithm | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return 'RS256';
  return undefined;
}
