import { Command } from 'commander';
import { ConfigError } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { createLoginLink } from '../console/login-links.js';
import { originAt } from '../http/listen.js';
import { settingsOf } from './settings.js';

export const consoleCommand = (): Command =>
  new Command('console').description('The console for operators.').addCommand(
    new Command('login')
      .description(
        'Print a link that signs in to the console of the tokenizer on this machine: once, within five minutes.',
      )
      .action(async (_options, command: Command) => {
        const settings = await settingsOf(command);
        const url = consoleURLOf(settings);
        const token = await createLoginLink(settings.dataDirectory, () => new Date());
        console.log(`${url}/login?token=${token}`);
        console.error('Open it within five minutes. It works once; give it to nobody.');
      }),
  );

/** Throws {@link ConfigError} when there is no console that links are for. */
function consoleURLOf({ console: it, consoleLogin }: Settings): string {
  if (!it) throw new ConfigError(['LUNASEC_CONSOLE_PORT: is needed; without it there is no console']);
  if (consoleLogin.kind !== 'link')
    throw new ConfigError([
      `LUNASEC_CONSOLE_LOGIN: is ${consoleLogin.kind}, so links open nothing; sign in at ${it.publicURL ?? 'the console'}`,
    ]);
  if (it.publicURL) return it.publicURL;
  if (it.port === 0)
    throw new ConfigError(['LUNASEC_CONSOLE_PORT: is 0, any free one; name one to make links for']);
  return originAt(it.host === 'localhost' ? '127.0.0.1' : it.host, it.port);
}
