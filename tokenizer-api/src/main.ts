#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { fail } from './cli/fail.js';
import { migrateCommand } from './cli/migrate.js';
import { schemaCommand } from './cli/schema.js';
import { startCommand } from './cli/start.js';

const program = new Command('tokenizer').description(
  'The LunaSec tokenizer. Settings are LUNASEC_… variables.',
);
for (const command of [startCommand, migrateCommand, schemaCommand]) program.addCommand(command());

await program.parseAsync().catch(fail);
