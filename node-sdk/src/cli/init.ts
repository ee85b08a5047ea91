import { Command } from 'commander';
import { createTwoFilesPatch } from 'diff';
import { applyChanges, InitError } from '../init/changes.js';
import type { Change } from '../init/changes.js';
import { planInit } from '../init/plan.js';
import type { Plan } from '../init/plan.js';
import { UsageError } from './io.js';
import type { IO } from './io.js';

interface Flags {
  yes: boolean;
  dryRun: boolean;
  server?: string;
  origin?: string;
  tokenizer: string;
  application?: string;
}

/** Exit code 0 also when something is left to be done by hand, which it prints; 2 when it cannot help. */
export const initCommand = (io: IO, directory = process.cwd()): Command =>
  new Command('init')
    .description(
      'Add LunaSec to the Apollo Server app of this folder: shows what it will change, and asks. May be run again: what is there stays.',
    )
    .option('--yes', 'do not ask', false)
    .option('--dry-run', 'show what would be changed, and change nothing', false)
    .option('--server <file>', 'the file with "new ApolloServer", if there are several')
    .option('--origin <origin>', "origin of your app's pages (default: localhost, with the server's port)")
    .option('--tokenizer <url>', 'where the tokenizer is', 'http://127.0.0.1:4010')
    .option(
      '--application <id>',
      "the app's id in the tokenizer's configuration (default: the package's name)",
    )
    .action(async (flags: Flags) => {
      const { server, origin, tokenizer: tokenizerURL, application: applicationId } = flags;
      const plan = asUsage(() => planInit({ directory, server, origin, tokenizerURL, applicationId }));
      io.out(plan.found.join('\n'));
      if (plan.changes.length === 0) io.out('\nAll of it is there already. Nothing to change.');
      else {
        io.out(`\n${plan.changes.map(diffOf).join('\n')}`);
        if (!flags.dryRun && (await isWanted(io, flags))) {
          asUsage(() => applyChanges(directory, plan.changes));
          io.out(doneLines(plan).join('\n'));
        } else io.out('Nothing was changed.');
      }
      for (const step of plan.steps) io.out(`\n${step}`);
    });

async function isWanted(io: IO, { yes }: Flags): Promise<boolean> {
  if (yes) return true;
  if (!io.ask) throw new UsageError('Nobody can be asked here. Say --yes to change this, or --dry-run.');
  return /^y(es)?$/i.test(await io.ask('Change this? [y/N] '));
}

function diffOf({ path, before, after, shown }: Change): string {
  if (shown !== undefined) return `${before === null ? 'new' : 'added to'} ${path}\n${indented(shown)}`;
  const from = before === null ? '/dev/null' : path;
  const patch = createTwoFilesPatch(from, path, before ?? '', after, '', '', { context: 2 });
  return patch.slice(patch.indexOf('---')).replaceAll('\t\n', '\n');
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '+');

const doneLines = ({ changes }: Plan): string[] => [
  `Changed: ${changes.map(({ path }) => path).join(', ')}.`,
  '',
  'Next:',
  '  npm install',
  '  npm run tokenizer       # and your app, in another terminal',
  '  mark fields in your schema: ssn: String @token. npx lunasec lint-schema finds what was forgotten',
];

function asUsage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InitError ? new UsageError(error.message) : error;
  }
}
