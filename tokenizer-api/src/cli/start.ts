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
      if (tokenizer.consoleURL !== undefined)
        console.log(
          `Console on ${tokenizer.consoleURL}` +
            (settings.consoleLogin.kind === 'link' ? '; to sign in: tokenizer console login' : ''),
        );
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.once(signal, () => {
          tokenizer
            .close()
            .then(() => tracing?.stop())
            .then(() => process.exit(0), fail);
        });
    });
