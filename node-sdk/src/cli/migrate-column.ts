import { Command, Option } from 'commander';
import { createHash } from 'node:crypto';
import { openJournal } from '../migrate/journal.js';
import type { Column } from '../migrate/column.js';
import { survey } from '../migrate/survey.js';
import type { Survey } from '../migrate/survey.js';
import { tokenizeColumn } from '../migrate/tokenize.js';
import type { Summary, Verify } from '../migrate/tokenize.js';
import { columnParts, onColumn, problemLines, rows, withColumn } from './column-options.js';
import type { ColumnFlags, ColumnParts } from './column-options.js';
import type { IO } from './io.js';
import { withLunaSec } from './lunasec-options.js';

interface Flags extends ColumnFlags {
  dryRun: boolean;
  verify: Verify;
  journal?: string;
}

/** Exit code 0 when every text is a token, 1 when something is left or it was stopped, 2 when it cannot begin. */
export const migrateColumnCommand = (io: IO, parts: ColumnParts = columnParts): Command =>
  withLunaSec(
    withColumn(
      new Command('migrate-column').description(
        'Put a token in the place of every text of a column, in batches, while the app runs. May be killed at any moment and started again.',
      ),
    ),
  )
    .option(
      '--binding <template>',
      'ties each token to its row, such as Person.ssn:{id}; in braces are columns',
    )
    .option('--metadata <json>', 'kept beside each token, such as {"patient": "{id}"}; in braces are columns')
    .option('--dry-run', 'count what there is to do, and change nothing; needs no tokenizer', false)
    .addOption(
      new Option('--verify [which]', 'which values are read back and compared')
        .choices(['all', 'sample', 'none'])
        .preset('all')
        .default('sample'),
    )
    .option(
      '--journal <file>',
      'where it is noted what is being worked on (default: .lunasec-migration-….json here, while it runs)',
    )
    .action(async (flags: Flags) => {
      const lunaSec = flags.dryRun ? undefined : await parts.openLunaSec(flags);
      await onColumn({ io, flags, open: parts.openColumn }, async (work) => {
        const options = { ...work, batchSize: flags.batchSize };
        if (!lunaSec) return report(io, dryRunLines(work.column, await survey(options, work.isSame)));
        const journal = openJournal(flags.journal ?? journalOf(work.column), work.column.name);
        const summary = await tokenizeColumn({ ...options, lunaSec, journal, verify: flags.verify });
        report(io, summaryLines(work.column, summary, flags.verify));
      });
    });

/** Beside where it is called, a file for each column of each database. */
const journalOf = ({ identity }: Column): string =>
  `.lunasec-migration-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}.json`;

/** What is printed, and whether that is all well. */
interface Report {
  lines: string[];
  isDone: boolean;
}

function report(io: IO, { lines, isDone }: Report): void {
  io.out(lines.join('\n'));
  if (!isDone) io.fail();
}

function dryRunLines({ name }: Column, { empty, token, text, other }: Survey): Report {
  return {
    lines: [
      `${name} has ${rows(empty + token + text + other)}:`,
      `  ${text} to be tokenized`,
      `  ${token} with tokens already`,
      `  ${empty} empty`,
      ...otherLines(other),
      'Nothing was changed.',
    ],
    isDone: other === 0,
  };
}

const otherLines = (count: number): string[] =>
  count === 0
    ? []
    : [`  ${count} with something else: neither text nor whole number, or --to holds something already`];

function summaryLines({ name }: Column, summary: Summary, verify: Verify): Report {
  const {
    outcome,
    survey: found,
    tokenized,
    changed,
    refused,
    deleted,
    unknown,
    verified,
    unreadable,
  } = summary;
  const lines = [
    `${name}: ${rows(tokenized)} tokenized${outcome === 'interrupted' ? ' before it was stopped' : ''}.`,
  ];
  if (outcome === 'interrupted') lines.push('Start it again to go on.');
  else
    lines.push(
      `  ${found.token} with tokens`,
      `  ${found.empty} empty`,
      `  ${found.text} with texts${found.text === 0 ? '' : ' still'}`,
      ...otherLines(found.other),
    );
  if (outcome === 'busy') lines.push('Texts keep coming in: make the app write tokens, then start it again.');
  if (refused.length > 0) lines.push(`Left as they are, ${rows(refused.length)}:`, ...problemLines(refused));
  if (changed > 0) lines.push(`Changed by somebody else meanwhile, and not written over: ${rows(changed)}.`);
  if (deleted > 0) lines.push(`Tokens that were made and not needed, and are deleted: ${deleted}.`);
  if (unknown.length > 0)
    lines.push(
      'Tokens of a batch that was killed, and are in none of its rows. Delete them if they are nowhere else:',
      ...unknown.map((token) => `  ${token}`),
    );
  if (outcome !== 'interrupted' && verify !== 'none')
    lines.push(`Read back at the end: ${rows(verified)}, ${unreadable.length} of them wrong.`);
  lines.push(...problemLines(unreadable));
  const isDone = outcome === 'done' && refused.length === 0 && found.other === 0 && unreadable.length === 0;
  return { lines, isDone };
}
