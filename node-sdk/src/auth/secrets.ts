import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Log } from '../log.js';
import { readAWSSecret } from './aws-secret.js';
import type { AWSSecret } from './aws-secret.js';
import { createKeyFile } from './key-file.js';
import { generateSigningKey, printSigningKeys } from './key-set.js';
import { keepFresh } from './keep-fresh.js';
import type { FindKeys } from './keep-fresh.js';
import { parseSigningKeys, signingKeyAt } from './signing-key.js';
import type { SigningKey } from './signing-key.js';

/**
 * Where the app's private signing keys come from: a private JWK, a JWK Set of those (RFC 7517), or PKCS#8 in PEM.
 * `npx lunasec keys` makes and rotates them. Files are read again every minute, secrets of AWS every five.
 */
export type Secrets =
  | {
      source: 'environment';
      /** Name of the variable. Default: `LUNASEC_SIGNING_KEY`. */
      variable?: string | undefined;
    }
  | {
      source: 'file';
      path: string;
      /** Creates an Ed25519 key (readable by its owner alone) when there is no file. Default: false. */
      createIfMissing?: boolean | undefined;
    }
  | ({ source: 'aws-secrets-manager' } & AWSSecret);

export interface SecretParts {
  log: Log;
  now: () => Date;
}

/** In seconds. */
const fileInterval = 60;
const awsInterval = 300;

/** Loads the keys now, so that a wrong setting fails at start. Throws an error that says what to do. */
export function openSecrets(secrets: Secrets, parts: SecretParts): FindKeys {
  switch (secrets.source) {
    case 'environment': {
      const variable = secrets.variable ?? 'LUNASEC_SIGNING_KEY';
      const text = process.env[variable];
      if (!text) throw new Error(`The environment variable ${variable} must hold the private signing key.`);
      const keys = usable(text, `the environment variable ${variable}`, parts);
      return () => keys;
    }
    case 'file': {
      const { path, createIfMissing = false } = secrets;
      if (createIfMissing && !existsSync(path))
        createKeyFile(
          path,
          printSigningKeys([{ privateKey: generateSigningKey('EdDSA'), algorithm: 'EdDSA' }]),
        );
      const keys = usable(readKeyFile(path), path, parts);
      if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
        parts.log.warn(`Others than its owner can read the signing key in ${path}. Run: chmod 600 ${path}`);
      const load = async () => usable(await readFile(path, 'utf8'), path, parts);
      return keepFresh({ ...parts, keys, load, place: path, interval: fileInterval });
    }
    case 'aws-secrets-manager':
      throw new Error(
        'Secrets of AWS are fetched over the network: write "await LunaSec.create(…)" instead of "new LunaSec(…)".',
      );
  }
}

/** The same for every source, those on the network included. */
export async function fetchSecrets(secrets: Secrets, parts: SecretParts): Promise<FindKeys> {
  if (secrets.source !== 'aws-secrets-manager') return openSecrets(secrets, parts);
  const place = `the AWS secret ${secrets.secretId}`;
  const read = await readAWSSecret(secrets);
  const load = async () => usable(await read(), place, parts);
  return keepFresh({ ...parts, keys: await load(), load, place, interval: awsInterval });
}

/** Keys of which one may sign now. */
function usable(text: string, place: string, { now }: SecretParts): SigningKey[] {
  const keys = parseSigningKeys(text, place);
  signingKeyAt(keys, now());
  return keys;
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
