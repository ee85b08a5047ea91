#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { auditCommand } from './cli/audit.js';
import { configCommand } from './cli/config.js';
import { consoleCommand } from './cli/console.js';
import { doctorCommand } from './cli/doctor.js';
import { fail } from './cli/fail.js';
import { initCommand } from './cli/init.js';
import { keysCommand } from './cli/keys.js';
import { migrateCommand } from './cli/migrate.js';
import { rotateKeysCommand } from './cli/rotate-keys.js';
import { schemaCommand } from './cli/schema.js';
import { startCommand } from './cli/start.js';
import { verifyFramesCommand } from './cli/verify-frames.js';

const program = new Command('tokenizer')
  .description('The LunaSec tokenizer. Settings come from a file and from LUNASEC_… variables.')
  .option(
    '-c, --config <file>',
    'the configuration file (default: tokenizer.config.yaml or .json, if there is one)',
  );
for (const command of [
  startCommand,
  migrateCommand,
  initCommand,
  doctorCommand,
  verifyFramesCommand,
  auditCommand,
  consoleCommand,
  keysCommand,
  rotateKeysCommand,
  configCommand,
  schemaCommand,
])
  program.addCommand(command());

await program.parseAsync().catch(fail);
