import { Command } from 'commander';
import { publicKeysOf } from '../auth/signer.js';
import type { IO } from './io.js';
import { fileOption, readKeys } from './key-options.js';

export const publicCommand = (io: IO): Command =>
  new Command('public')
    .description('Print the public keys (JWKS) of private ones, for a tokenizer that does not fetch them.')
    .addOption(fileOption('the private keys; without it they are read from standard input'))
    .action(async ({ file }: { file?: string }) => {
      io.out(JSON.stringify(await publicKeysOf(await readKeys(io, file))));
    });
