import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AuditConflictError } from '../../stores/token-store/audit-conflict.js';
import type { AuditEvent, TokenStore } from '../../stores/token-store/port.js';
import type { ReportFailure } from '../problems.js';
import { hashOf } from './hash.js';
import { formatHead } from './head.js';
import type { Head } from './head.js';

/** An event that has no place in a chain yet. */
export type NewAuditEvent = Omit<AuditEvent, 'id' | 'instance' | 'chain' | 'number' | 'hash'>;

/** The action of events that name heads. Every chain begins with one. */
export const checkpointAction = 'checkpointAudit';

/**
 * The chain of one process. Events that wait while others are being written go into the next insert together.
 *
 * A failed append may or may not have arrived. Its events keep their places and are written again, the same, with the
 * next ones: whatever happens the chain has no gap and no fork, and what was done stays in the audit though its caller
 * was told otherwise.
 */
export interface Chain {
  /** Resolves when they are stored. None: when those are that could not be stored before. */
  append(events: readonly NewAuditEvent[]): Promise<void>;
  /** The last event that is known to be stored. */
  head(): Head;
}

/** Most events of one insert, unless a single call brings more, and most that are kept for another try. */
const capacity = 10_000;

interface Waiting {
  events: readonly NewAuditEvent[];
  resolve(): void;
  reject(error: unknown): void;
}

/** Writes the first event, which names `heads` of other chains. */
export async function openChain({
  store,
  key,
  instance,
  createId,
  now,
  report,
  heads,
}: {
  store: Pick<TokenStore, 'appendAudit'>;
  key: KeyObject;
  instance: string;
  /** Makes ids that grow. */
  createId: () => string;
  now: () => Date;
  report: ReportFailure;
  heads: readonly Head[];
}): Promise<Chain> {
  let chain: string = randomUUID();
  let waiting: Waiting[] = [];
  let isWriting = false;
  /** Numbered and perhaps not stored. */
  let unconfirmed: AuditEvent[] = [];
  let confirmed: Head = { chain, number: 0, hash: '' };
  /** Events that had to be given up because too many were kept. */
  let lost = 0;

  function place(events: readonly NewAuditEvent[]): void {
    for (const event of events) {
      const last = unconfirmed.at(-1) ?? confirmed;
      const placed = { ...event, id: createId(), instance, chain, number: last.number + 1 };
      unconfirmed.push({ ...placed, hash: hashOf(placed, last.hash, key) });
    }
  }

  async function write(): Promise<void> {
    if (unconfirmed.length === 0) return;
    try {
      await store.appendAudit(unconfirmed);
    } catch (error) {
      if (!(error instanceof AuditConflictError)) throw error;
      report(error, null, 'the audit chain of this process has foreign events; a new chain continues it');
      continueInNewChain();
      await store.appendAudit(unconfirmed);
    }
    const { number, hash } = unconfirmed.at(-1)!;
    confirmed = { chain, number, hash };
    unconfirmed = [];
  }

  function continueInNewChain(): void {
    const [events, before] = [unconfirmed, confirmed];
    chain = randomUUID();
    unconfirmed = [];
    confirmed = { chain, number: 0, hash: '' };
    place([checkpointOf(before.number > 0 ? [before] : [], now()), ...events]);
  }

  async function writeAll(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const turn = takeTurn();
      try {
        // First those of before: nothing joins them when there are too many already.
        if (unconfirmed.length > capacity) await write();
      } catch (error) {
        lost += turn.reduce((sum, { events }) => sum + events.length, 0);
        for (const { reject } of turn) reject(error);
        continue;
      }
      place([...(lost > 0 ? [lossOf(lost, now())] : []), ...turn.flatMap(({ events }) => events)]);
      lost = 0;
      await write().then(
        () => turn.forEach(({ resolve }) => resolve()),
        (error: unknown) => turn.forEach(({ reject }) => reject(error)),
      );
    }
    isWriting = false;
  }

  function takeTurn(): Waiting[] {
    let size = 0;
    const end = waiting.findIndex(({ events }, index) => index > 0 && (size += events.length) > capacity);
    const turn = end === -1 ? waiting : waiting.slice(0, end);
    waiting = waiting.slice(turn.length);
    return turn;
  }

  const append = (events: readonly NewAuditEvent[]): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ events, resolve, reject });
      if (!isWriting) void writeAll();
    });

  await append([checkpointOf(heads, now())]);
  return { append, head: () => confirmed };
}

/** An event of the tokenizer itself. `details` must be plain JSON. */
export const ownEvent = (action: string, details: object | null, at: Date): NewAuditEvent => ({
  at,
  applicationId: null,
  sessionId: null,
  requestId: null,
  action,
  token: null,
  outcome: 'ok',
  code: null,
  details: details && JSON.stringify(details),
});

export const checkpointOf = (heads: readonly Head[], at: Date): NewAuditEvent =>
  ownEvent(checkpointAction, { heads: heads.map(formatHead) }, at);

const lossOf = (events: number, at: Date): NewAuditEvent => ({
  ...ownEvent('loseAuditEvents', { events }, at),
  outcome: 'failed',
  code: 'UNAVAILABLE',
});
