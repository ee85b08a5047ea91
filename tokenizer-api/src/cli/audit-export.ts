import { Command, InvalidArgumentError } from 'commander';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { auditSecret, openAudit } from '../services/audit.js';
import { formatLine } from '../services/audit/lines.js';
import { readPeriod } from '../services/audit/read.js';
import { openStoreWithSecret } from '../stores.js';
import { createCounter } from './counter.js';
import { settingsOf } from './settings.js';

interface Options {
  since?: Date;
  until?: Date;
  application?: string;
}

/** Until then, every event that was begun is surely stored. Milliseconds. */
const settling = 60_000;

export const auditExportCommand = (): Command =>
  new Command('export')
    .description('Print the audit as JSON lines, the oldest first. The export itself is audited.')
    .option('--since <time>', 'from this time on, such as 2030-01-31T12:00:00Z', parseTime)
    .option('--until <time>', 'before this time (default: one minute ago)', parseTime)
    .option('--application <id>', 'events of one application only')
    .action(async ({ since, until, application }: Options, command: Command) => {
      const settings = await settingsOf(command);
      const { store, secret } = await openStoreWithSecret(settings, auditSecret, (text) =>
        console.error(text),
      );
      try {
        const now = () => new Date();
        const period = {
          applicationId: application ?? null,
          since,
          until: until ?? new Date(now().getTime() - settling),
        };
        const report = (failure: unknown, _requestId: string | null, what: string) =>
          console.error(what, failure);
        const audit = await openAudit({ store, key: secret, now, report });
        try {
          await audit.recordOwn('exportAudit', period);
          await pipeline(Readable.from(lines(readPeriod(store, period))), process.stdout, { end: false });
        } catch (error) {
          // Whoever reads the lines has read enough.
          if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
        } finally {
          await audit.close();
        }
      } finally {
        await store.close();
      }
    });

async function* lines(pages: ReturnType<typeof readPeriod>): AsyncGenerator<string> {
  const counter = createCounter('events');
  let count = 0;
  for await (const events of pages) {
    yield events.map((event) => `${formatLine(event)}\n`).join('');
    counter.update((count += events.length));
  }
  counter.clear();
}

function parseTime(text: string): Date {
  const isISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = new Date(text);
  if (!isISO || Number.isNaN(time.getTime()))
    throw new InvalidArgumentError('Write a date or time like 2030-01-31 or 2030-01-31T12:00:00Z.');
  return time;
}
