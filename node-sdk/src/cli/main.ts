#!/usr/bin/env node
import { processIO, UsageError } from './io.js';
import { createProgram } from './program.js';

await createProgram(processIO)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = 2;
  });
