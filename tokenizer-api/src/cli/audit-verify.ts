import { Command, InvalidArgumentError } from 'commander';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { auditSecret } from '../services/audit.js';
import { parseHeads } from '../services/audit/head.js';
import type { Head } from '../services/audit/head.js';
import { parseLine } from '../services/audit/lines.js';
import { readChainOn, readChains } from '../services/audit/read.js';
import { verifyAudit } from '../services/audit/verify.js';
import type { AuditFault, AuditVerification, VerifyOptions } from '../services/audit/verify.js';
import type { AuditEvent } from '../stores/token-store/port.js';
import { openStoreWithSecret } from '../stores.js';
import { createCounter } from './counter.js';
import { settingsOf } from './settings.js';

interface Options {
  head?: Head[];
  heads?: string;
  file?: string;
  json?: true;
}

/** Most faults that `--json` lists. */
const maxListed = 1000;

export const auditVerifyCommand = (): Command =>
  new Command('verify')
    .description(
      'Look through the whole audit for events that were changed, removed, inserted or reordered. Ends with 1 if there are any.',
    )
    .option('--head <head>', 'an anchor to check: <chain>:<number>:<hash>; may be repeated', addHead)
    .option('--heads <file>', 'check every anchor in a text, such as the log of the tokenizers')
    .option('--file <export>', 'verify the events of a whole export instead of those of the database')
    .option('--json', 'print the result as JSON')
    .action(async ({ head = [], heads, file, json }: Options, command: Command) => {
      const settings = await settingsOf(command);
      const anchors = [...head, ...(heads === undefined ? [] : await readHeads(heads))];
      const counter = createCounter('events');
      const faults: AuditFault[] = [];
      const onFault = (fault: AuditFault) => {
        if (faults.length < maxListed) faults.push(fault);
        if (json) return;
        counter.clear();
        console.log(describe(fault));
      };
      const { store, secret } = await openStoreWithSecret(settings, auditSecret, (text) =>
        console.error(text),
      );
      let result: AuditVerification;
      try {
        const source: Pick<VerifyOptions, 'events' | 'readOn'> =
          file === undefined
            ? { events: readChains(store), readOn: (after) => readChainOn(store, after) }
            : { events: readExport(file) };
        result = await verifyAudit({
          ...source,
          key: secret,
          anchors,
          onFault,
          onProgress: counter.update,
        });
      } finally {
        await store.close();
      }
      counter.clear();
      const isSound = result.faults === 0 && result.events > 0;
      if (json) console.log(JSON.stringify({ ok: isSound, ...result, faults: result.faults, list: faults }));
      else console.log(summarize(result, anchors.length));
      if (!isSound) process.exitCode = 1;
    });

function addHead(text: string, before: Head[] = []): Head[] {
  const found = parseHeads(text);
  if (found.length !== 1 || found[0] === undefined || text.trim().split(':').length !== 3)
    throw new InvalidArgumentError('Write it as <chain>:<number>:<hash>.');
  return [...before, found[0]];
}

async function readHeads(file: string): Promise<Head[]> {
  const found = parseHeads(await readFile(file, 'utf8'));
  if (found.length === 0)
    throw new InvalidArgumentError(`${file} has no anchors; they are written <chain>:<number>:<hash>.`);
  return found;
}

async function* readExport(file: string): AsyncGenerator<readonly AuditEvent[]> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++;
    const event = parseLine(line);
    if (!event)
      throw new InvalidArgumentError(
        `Line ${number} of ${file} is not an event as audit export writes them.`,
      );
    yield [event];
  }
}

const describe = ({ kind, chain, message }: AuditFault): string => `${kind}: chain ${chain}: ${message}`;

function summarize({ events, chains, faults, anchors }: AuditVerification, given: number): string {
  if (events === 0)
    return 'The audit is empty: no tokenizer has used this database yet, or everything was removed.';
  const looked = `${counted(events, 'event')} in ${counted(chains, 'chain')}${given === 0 ? '' : `, ${anchors} of ${given} anchors found`}`;
  if (faults === 0) return `The audit is as it was written: ${looked}.`;
  const hint =
    faults >= events ? '\nNothing verifies: are these the keys of the tokenizers that wrote the audit?' : '';
  return `The audit was tampered with: ${counted(faults, 'fault')} in ${looked}.${hint}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
