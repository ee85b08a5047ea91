import { Command } from 'commander';
import { replaceKeyFile } from '../auth/key-file.js';
import { generateSigningKey, printSigningKeys, rotateKeys } from '../auth/key-set.js';
import { publicKeysOf } from '../auth/signer.js';
import { parseDuration } from '../directive/duration.js';
import { UsageError } from './io.js';
import type { IO } from './io.js';
import { algorithmOf, algorithmOption, fileOption, readKeys } from './key-options.js';

/**
 * Seconds for which a key that no longer signs is kept: what it signed lives a minute, and a server may go on with the
 * keys that it has for as long as it cannot load them again.
 */
const keptAfterRetirement = 24 * 3600;

export const rotateCommand = (io: IO): Command =>
  new Command('rotate')
    .description(
      'Add a key that is published at once and signs later, when all have fetched it; drop those that signed before the last day.',
    )
    .addOption(algorithmOption())
    .addOption(
      fileOption('the private keys, replaced as a whole; without it: standard input to standard output'),
    )
    .option(
      '--sign-after <duration>',
      'how long the new key waits, such as 2h; longer than servers and tokenizers keep keys (20 minutes)',
      '1h',
    )
    .option(
      '--leaked',
      'the old keys are in wrong hands: the new one signs at once and they are dropped; calls may fail until all servers have it',
    )
    .action(async (options: { algorithm: string; file?: string; signAfter: string; leaked?: true }) => {
      const wait = options.leaked ? 0 : parseDuration(options.signAfter);
      if (wait === undefined)
        throw new UsageError(`"${options.signAfter}" is not a duration; write one like 90m or 1h.`);
      const now = Math.floor(io.now().getTime() / 1000);
      const algorithm = algorithmOf(options.algorithm);
      const next = { privateKey: generateSigningKey(algorithm), algorithm, notBefore: now + wait };
      const before = await readKeys(io, options.file);
      if (!options.leaked && before.some(({ notBefore = 0 }) => notBefore > now))
        throw new UsageError('A new key waits to sign already. Let it begin before the next one.');
      const keys = options.leaked ? [next] : rotateKeys(before, next, now - keptAfterRetirement);
      const published = JSON.stringify(await publicKeysOf(keys));
      const begins = new Date(next.notBefore * 1000).toISOString();
      if (options.file === undefined) io.out(printSigningKeys(keys));
      else {
        replaceKeyFile(options.file, printSigningKeys(keys));
        io.out(published);
      }
      io.err(
        `The new key signs from ${begins} on; give these keys to all servers ${options.leaked ? 'now' : 'well before'}.` +
          (options.file === undefined ? ` Their public keys (JWKS):\n${published}` : ''),
      );
    });
