import { Command } from 'commander';
import { detokenizeColumn } from '../migrate/detokenize.js';
import { columnParts, onColumn, problemLines, rows, withColumn } from './column-options.js';
import type { ColumnFlags, ColumnParts } from './column-options.js';
import type { IO } from './io.js';
import { withLunaSec } from './lunasec-options.js';

/** Exit code 0 when no token is left, 1 when one is or it was stopped, 2 when it cannot begin. */
export const detokenizeColumnCommand = (io: IO, parts: ColumnParts = columnParts): Command =>
  withLunaSec(
    withColumn(
      new Command('detokenize-column').description(
        'The way back from migrate-column: put the text in the place of every token of a column. The tokens are not deleted.',
      ),
    ),
  )
    .option('--binding <template>', 'what the tokens are bound to, such as Person.ssn:{id}')
    .action(async (flags: ColumnFlags) => {
      const lunaSec = await parts.openLunaSec(flags);
      await onColumn({ io, flags, open: parts.openColumn }, async (work) => {
        const { outcome, restored, unreadable } = await detokenizeColumn({
          ...work,
          batchSize: flags.batchSize,
          lunaSec,
        });
        const ends = {
          done: '',
          busy: ' Tokens keep coming in: start it again.',
          interrupted: ' Stopped before the end: start it again to go on.',
        };
        io.out(
          [
            `${work.column.name}: ${rows(restored)} with texts again.${ends[outcome]}`,
            ...(unreadable.length === 0 ? [] : [`Left as they are, ${rows(unreadable.length)}:`]),
            ...problemLines(unreadable),
          ].join('\n'),
        );
        if (outcome !== 'done' || unreadable.length > 0) io.fail();
      });
    });
