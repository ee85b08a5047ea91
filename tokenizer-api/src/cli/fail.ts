import { ConfigError } from '../config/settings.js';
import { KeyFileError } from '../stores/key-provider/key-file.js';

/** Says what went wrong and ends the process: with 2 for bad settings, else with 1. */
export function fail(error: unknown): never {
  if (error instanceof ConfigError || error instanceof KeyFileError) console.error(error.message);
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
    console.error(
      `Port ${(error as { port?: number }).port} is taken. Stop what listens there, or set another: LUNASEC_PORT, LUNASEC_METRICS_PORT, LUNASEC_CONSOLE_PORT.`,
    );
  // What this program throws itself says what to do; where it came from helps only with a fault of its own.
  else if (error instanceof Error && error.constructor === Error) console.error(error.message);
  else console.error(error);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
