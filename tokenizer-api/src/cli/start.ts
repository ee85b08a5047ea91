import { Command } from 'commander';
import { runTokenizer } from '../server.js';
import { startTracing } from '../tracing/exporter.js';
import { fail } from './fail.js';
import { settingsOf } from './settings.js';

export const startCommand = (): Command =>
  new Command('start')
    .description('Run the tokenizer until SIGTERM or SIGINT.')
    .action(async (_options, command: Command) => {
      const settings = await settingsOf(command);
      const tracing = await startTracing(settings.tracesEndpoint, process.env);
      const tokenizer = await runTokenizer(settings);
      console.log(
        `Tokenizer on ${tokenizer.url} (${settings.tokenStore.kind}, ${settings.objectStore.kind}) for ` +
          settings.applications.map(({ id }) => id).join(', '),
      );
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.once(signal, () => {
          tokenizer
            .close()
            .then(() => tracing?.stop())
            .then(() => process.exit(0), fail);
        });
    });
