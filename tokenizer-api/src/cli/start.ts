import { Command } from 'commander';
import { readEnvironment } from '../config/environment.js';
import { runTokenizer } from '../server.js';
import { fail } from './fail.js';

export const startCommand = (): Command =>
  new Command('start').description('Run the tokenizer until SIGTERM or SIGINT.').action(async () => {
    const settings = readEnvironment(process.env);
    const tokenizer = await runTokenizer(settings);
    console.log(
      `Tokenizer on ${tokenizer.url} (${settings.tokenStore.kind}, ${settings.objectStore.kind}) for ` +
        settings.applications.map(({ id }) => id).join(', '),
    );
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        tokenizer.close().then(() => process.exit(0), fail);
      });
  });
