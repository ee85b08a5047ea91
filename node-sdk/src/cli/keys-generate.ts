import { Command } from 'commander';
import { createKeyFile } from '../auth/key-file.js';
import { generateSigningKey, printSigningKeys } from '../auth/key-set.js';
import { publicKeysOf } from '../auth/signer.js';
import { UsageError } from './io.js';
import type { IO } from './io.js';
import { algorithmOf, algorithmOption, fileOption } from './key-options.js';

export const generateCommand = (io: IO): Command =>
  new Command('generate')
    .description(
      'Make a private key: into a file, or to standard output, for a secret or an environment variable.',
    )
    .addOption(algorithmOption())
    .addOption(fileOption('a new file, readable by its owner alone; the public keys go to standard output'))
    .action(async (options: { algorithm: string; file?: string }) => {
      const algorithm = algorithmOf(options.algorithm);
      const keys = [{ privateKey: generateSigningKey(algorithm), algorithm }];
      const published = JSON.stringify(await publicKeysOf(keys));
      if (options.file === undefined) {
        io.out(printSigningKeys(keys));
        io.err(`Keep this private, as LUNASEC_SIGNING_KEY for one. Its public keys (JWKS):\n${published}`);
        return;
      }
      if (!createKeyFile(options.file, printSigningKeys(keys)))
        throw new UsageError(
          `${options.file} exists already. To replace its key safely: lunasec keys rotate.`,
        );
      io.out(published);
      io.err(`The private key is in ${options.file}; only its owner can read it.`);
    });
