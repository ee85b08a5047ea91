import { Command } from 'commander';
import { detokenizeColumnCommand } from './detokenize-column.js';
import { initCommand } from './init.js';
import type { IO } from './io.js';
import { keysCommand } from './keys.js';
import { lintSchemaCommand } from './lint-schema.js';
import { migrateColumnCommand } from './migrate-column.js';

/** The command `lunasec`. */
export function createProgram(io: IO): Command {
  const program = new Command('lunasec').description('Tools for apps that use LunaSec.');
  program.addCommand(initCommand(io)).addCommand(keysCommand(io)).addCommand(lintSchemaCommand(io));
  program.addCommand(migrateColumnCommand(io)).addCommand(detokenizeColumnCommand(io));
  return program;
}
