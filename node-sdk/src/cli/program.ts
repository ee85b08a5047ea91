import { Command } from 'commander';
import type { IO } from './io.js';
import { keysCommand } from './keys.js';
import { lintSchemaCommand } from './lint-schema.js';

/** The command `lunasec`. */
export function createProgram(io: IO): Command {
  const program = new Command('lunasec').description('Tools for apps that use LunaSec.');
  for (const command of [keysCommand, lintSchemaCommand]) program.addCommand(command(io));
  return program;
}
