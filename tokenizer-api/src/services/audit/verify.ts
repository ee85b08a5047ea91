import { createSecretKey } from 'node:crypto';
import type { AuditEvent, AuditPlace } from '../../stores/token-store/port.js';
import { checkpointAction } from './chain.js';
import { hashOf } from './hash.js';
import { parseHeads } from './head.js';
import type { Head } from './head.js';

/**
 * - `malformed`: no tokenizer writes such an event.
 * - `changed`: not as it was written, or not written by a tokenizer.
 * - `missing`: removed from within a chain, or from its beginning.
 * - `misplaced`: a number that was there already: repeated, or out of order.
 * - `truncated`: a chain ends before a head that a checkpoint or an anchor names.
 * - `replaced`: another event than the one an anchor names, though it verifies.
 */
export type AuditFaultKind = 'malformed' | 'changed' | 'missing' | 'misplaced' | 'truncated' | 'replaced';

export interface AuditFault {
  kind: AuditFaultKind;
  chain: string;
  /** The event, or the first of several. */
  number: number;
  /** The last of several. */
  to?: number;
  message: string;
}

export interface AuditVerification {
  events: number;
  chains: number;
  faults: number;
  /** Of the anchors that were given, how many are there as they were. */
  anchors: number;
}

export interface VerifyOptions {
  /** All events of each chain in the order of their numbers; how chains are mixed does not matter. */
  events: AsyncIterable<readonly AuditEvent[]>;
  /** Reads what follows a place in its chain, for heads of events that came while verifying. */
  readOn?: (after: AuditPlace) => AsyncIterable<readonly AuditEvent[]>;
  key: Uint8Array;
  /** Heads that were kept elsewhere. */
  anchors?: readonly Head[];
  onFault: (fault: AuditFault) => void;
  onProgress?: (events: number) => void;
}

/** How many hashes the event after changed ones is tried with. */
const maxGuesses = 4;

/** What is known of a chain so far. */
interface Track {
  number: number;
  /** What the next hash may be built on: after a changed event, its stored hash or the one it should have. */
  hashes: string[];
}

/**
 * Finds every change, removal, insertion and reordering of the events. That a chain lacks its end is found as far as
 * checkpoints of other chains or anchors name a later head. Memory grows with the number of chains, not of events.
 */
export async function verifyAudit({
  events,
  readOn,
  key,
  anchors = [],
  onFault,
  onProgress = () => undefined,
}: VerifyOptions): Promise<AuditVerification> {
  const secret = createSecretKey(key);
  const tracks = new Map<string, Track>();
  /** The furthest head of each chain that checkpoints name, and where. */
  const named = new Map<string, { head: Head; by: AuditPlace }>();
  const anchored = new Map<string, Head[]>();
  for (const anchor of anchors) anchored.set(keyOf(anchor), [...(anchored.get(keyOf(anchor)) ?? []), anchor]);
  const result: AuditVerification = { events: 0, chains: 0, faults: 0, anchors: 0 };

  function fault(kind: AuditFaultKind, place: AuditPlace, message: string, to?: number): void {
    result.faults++;
    const { chain, number } = place;
    onFault({ kind, chain, number, ...(to === undefined || to === number ? {} : { to }), message });
  }

  function check(event: AuditEvent): void {
    result.events++;
    const isSound = isWellFormed(event);
    if (!isSound) {
      const { chain, number, id } = event as { chain: unknown; number: unknown; id: unknown };
      const place = { chain: String(chain), number: Number(number) };
      fault('malformed', place, `The event with the id ${String(id)} is malformed.`);
      // Its place is taken all the same, if it has one.
      if (typeof chain !== 'string' || !Number.isSafeInteger(number)) return;
    }
    const { chain, number } = event;
    // What is no text is nothing to build on.
    const hash = String(event.hash);
    const track = tracks.get(chain) ?? { number: 0, hashes: [''] };
    if (number <= track.number) {
      fault('misplaced', event, `Event ${number} comes after event ${track.number}.`);
      return;
    }
    if (number > track.number + 1) {
      const [from, to] = [track.number + 1, number - 1];
      fault(
        'missing',
        { chain, number: from },
        `${from === to ? `Event ${from} is` : `Events ${from} to ${to} are`} missing; event ${number} cannot be checked without.`,
        to,
      );
      tracks.set(chain, { number, hashes: [hash] });
      return;
    }
    tracks.set(chain, { number, hashes: [hash] });
    if (!isSound) return;
    const expected = track.hashes.map((previous) => hashOf(event, previous, secret));
    if (!expected.includes(hash)) {
      fault('changed', event, `Event ${number} is not as it was written, or no tokenizer wrote it.`);
      tracks.set(chain, { number, hashes: [hash, ...expected].slice(0, maxGuesses) });
      return;
    }
    for (const anchor of anchored.get(keyOf(event)) ?? [])
      if (anchor.hash === hash) result.anchors++;
      else fault('replaced', event, `Event ${number} is another one than the anchor names.`);
    if (event.action === checkpointAction)
      for (const head of parseHeads(event.details ?? ''))
        if ((named.get(head.chain)?.head.number ?? 0) < head.number)
          named.set(head.chain, { head, by: { chain, number } });
  }

  async function checkAll(source: AsyncIterable<readonly AuditEvent[]>): Promise<void> {
    for await (const batch of source) {
      batch.forEach(check);
      onProgress(result.events);
    }
  }

  const lastOf = (chain: string) => tracks.get(chain)?.number ?? 0;

  await checkAll(events);
  // A chain whose missing end is reported once needs no second word by a nearer head.
  const claims = [
    ...[...named.values()].map(({ head, by }) => ({
      head,
      by: `checkpoint ${by.number} of chain ${by.chain}`,
    })),
    ...anchors.map((head) => ({ head, by: 'an anchor' })),
  ].sort((one, other) => other.head.number - one.head.number);
  const told = new Set<string>();
  for (const { head, by } of claims) {
    const { chain, number } = head;
    const last = lastOf(chain);
    if (number > last && readOn && !told.has(chain)) await checkAll(readOn({ chain, number: last }));
    if (number <= lastOf(chain) || told.has(chain)) continue;
    told.add(chain);
    const from = lastOf(chain) + 1;
    fault(
      'truncated',
      { chain, number: from },
      `${from === number ? `Event ${from} is` : `Events ${from} to ${number} are`} missing at the end of the chain: ${by} names it.`,
      number,
    );
  }
  result.chains = tracks.size;
  return result;
}

const keyOf = ({ chain, number }: AuditPlace): string => `${chain}:${number}`;

/** What a tokenizer may have written; the database may hold anything. */
function isWellFormed(event: AuditEvent): boolean {
  const texts = [event.id, event.instance, event.chain, event.action, event.outcome, event.hash];
  const optional = [
    event.applicationId,
    event.sessionId,
    event.requestId,
    event.token,
    event.code,
    event.details,
  ];
  return (
    texts.every((it) => typeof it === 'string') &&
    optional.every((it) => it === null || typeof it === 'string') &&
    Number.isSafeInteger(event.number) &&
    event.number > 0 &&
    event.at instanceof Date &&
    !Number.isNaN(event.at.getTime())
  );
}
