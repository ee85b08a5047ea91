import { Command } from 'commander';
import type { IO } from './io.js';
import { generateCommand } from './keys-generate.js';
import { publicCommand } from './keys-public.js';
import { rotateCommand } from './keys-rotate.js';

export const keysCommand = (io: IO): Command =>
  new Command('keys')
    .description('Make, show and rotate the keys that the app signs its statements to the tokenizer with.')
    .addCommand(generateCommand(io), { isDefault: true })
    .addCommand(publicCommand(io))
    .addCommand(rotateCommand(io));
