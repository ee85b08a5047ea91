import { Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { parseSigningKeys } from '../auth/signing-key.js';
import type { SigningAlgorithm, SigningKey } from '../auth/signing-key.js';
import { UsageError } from './io.js';
import type { IO } from './io.js';

const algorithms: Record<string, SigningAlgorithm> = { ed25519: 'EdDSA', 'p-256': 'ES256', rsa: 'RS256' };

export const algorithmOption = (): Option =>
  new Option('-a, --algorithm <name>', 'kind of the new key')
    .choices(Object.keys(algorithms))
    .default('ed25519');

export const algorithmOf = (name: string): SigningAlgorithm => algorithms[name]!;

export const fileOption = (description: string): Option => new Option('-f, --file <path>', description);

/** Private keys from a file or, without one, from standard input. */
export async function readKeys(io: IO, file: string | undefined): Promise<SigningKey[]> {
  const text = file === undefined ? await io.input() : await readFile(file, 'utf8').catch(unreadable(file));
  if (text === undefined)
    throw new UsageError('Name the file of the private keys with --file, or pipe them in.');
  try {
    return parseSigningKeys(text, file ?? 'standard input');
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

const unreadable = (file: string) => (error: NodeJS.ErrnoException) => {
  throw new UsageError(`${file} cannot be read: ${error.code ?? 'unknown error'}.`);
};
