import { createSecretKey, randomBytes } from 'node:crypto';
import { AuditConflictError } from '../stores/token-store/audit-conflict.js';
import type { AuditEvent, TokenStore } from '../stores/token-store/port.js';
import { openChain, ownEvent } from '../services/audit/chain.js';
import type { Chain, NewAuditEvent } from '../services/audit/chain.js';
import type { Head } from '../services/audit/head.js';
import { createUUIDs } from '../services/uuid.js';

export const auditKey = randomBytes(32);

type Append = Pick<TokenStore, 'appendAudit'>;

/** Keeps events as a database does, and can fail as one: before or after it stored some of a batch. */
export function createAuditMemory() {
  const events: AuditEvent[] = [];
  const batches: number[] = [];
  /** How many events of the next batches are stored before each fails. */
  const failures: number[] = [];
  const store: Append = {
    async appendAudit(batch) {
      batches.push(batch.length);
      await Promise.resolve();
      const failure = failures.shift();
      for (const event of batch.slice(0, failure)) {
        const other = events.find((it) => it.chain === event.chain && it.number === event.number);
        if (!other) events.push(event);
        else if (other.hash !== event.hash) throw new AuditConflictError();
      }
      if (failure !== undefined) throw new Error('The connection was lost.');
    },
  };
  return { events, batches, failures, store };
}

const start = Date.UTC(2030, 0, 1);

/** A chain with a clock of its own that advances by itself. */
export function startChain(
  store: Append,
  { heads = [], onReport = () => undefined }: { heads?: readonly Head[]; onReport?: () => void } = {},
): Promise<Chain> {
  let time = start;
  const now = () => new Date((time += 7));
  return openChain({
    store,
    key: createSecretKey(auditKey),
    instance: 'tokenizer-1',
    createId: createUUIDs(now),
    now,
    report: onReport,
    heads,
  });
}

/** An event that is told from others by its action. */
export const happened = (action: string): NewAuditEvent => ownEvent(action, null, new Date(start));
