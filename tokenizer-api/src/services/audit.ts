import { isToken } from '@lunasec/secure-frame/protocol';
import type { ProblemCode } from '@lunasec/secure-frame/protocol';
import { createSecretKey } from 'node:crypto';
import { hostname } from 'node:os';
import type { KeyProvider } from '../stores/key-provider/port.js';
import type { AuditEvent, TokenStore } from '../stores/token-store/port.js';
import { openChain, ownEvent } from './audit/chain.js';
import type { NewAuditEvent } from './audit/chain.js';
import { createCheckpoints, findHeads } from './audit/checkpoints.js';
import type { Head } from './audit/head.js';
import { createKeyUse } from './audit/key-use.js';
import { createRefusals } from './audit/refusals.js';
import type { Refusal } from './audit/refusals.js';
import type { ReportFailure } from './problems.js';
import { createUUIDs } from './uuid.js';

/** On whose behalf something was done. */
export interface AuditSubject {
  applicationId: string;
  sessionId: string | null;
  /** Null for what no request asked for. */
  requestId: string | null;
}

/** What an event of the tokenizer itself concerns. */
export type AuditConcern = Partial<Pick<AuditEvent, 'applicationId' | 'sessionId' | 'requestId' | 'token'>>;

export interface AuditEntry {
  token: string | null;
  /** Null when it went well. */
  code: ProblemCode | null;
}

export interface Audit {
  /**
   * Appends one event per entry, in one database call. Rejects when that fails: nobody gets an answer that is not in
   * the audit.
   */
  record(action: string, subject: AuditSubject, entries: readonly AuditEntry[]): Promise<void>;
  /**
   * Appends an event of the tokenizer itself, or of those who run it, such as a change of its keys. `details` must be
   * plain JSON, no secrets. `about`: what it concerns, if anything.
   */
  recordOwn(action: string, details: object | null, about?: AuditConcern): Promise<void>;
  /** For calls that are refused, or fail, as a whole; at a bounded rate, counting repetitions. Never rejects. */
  recordRefusal(refusal: Refusal): Promise<void>;
  /**
   * Writes repetitions of refusals, what an append before could not, and a checkpoint if anything happened. It also
   * happens by itself, every minute.
   */
  checkpoint(): Promise<void>;
  /** Writes a last checkpoint. Never rejects. */
  close(): Promise<void>;
}

/** Name of the secret that the chains are made with. */
export const auditSecret = 'audit-chain';

/** Milliseconds from one checkpoint to the next. */
const defaultInterval = 60_000;

/**
 * Begins a chain of audit events for this process, with a first one that names the latest chains of others and, with
 * `keys`, another that names the wrapping keys.
 */
export async function openAudit({
  store,
  key,
  keys,
  now,
  report,
  onHead = () => undefined,
  instance = hostname(),
  interval = defaultInterval,
}: {
  store: Pick<TokenStore, 'appendAudit' | 'listAudit' | 'findAuditHeads'>;
  /** Secret, the same for all processes; without it nobody can make or change an event. */
  key: Uint8Array;
  /** The wrapping keys of this process, to record which are in use. Undefined for one that wraps nothing. */
  keys?: Pick<KeyProvider, 'keyIds'>;
  now: () => Date;
  report: ReportFailure;
  /** Hears the head of the chain with every checkpoint, to keep it where the database's masters cannot reach. */
  onHead?: (head: Head) => void;
  instance?: string;
  interval?: number;
}): Promise<Audit> {
  const seen = await findHeads(store);
  const chain = await openChain({
    store,
    key: createSecretKey(key),
    instance,
    createId: createUUIDs(now),
    now,
    report,
    heads: seen,
  });
  onHead(chain.head());
  const writeCheckpoint = createCheckpoints({ store, chain, now, seen });
  const refusals = createRefusals({
    append: chain.append,
    now,
    onFailure: (error, requestId) => report(error, requestId, 'a refusal could not be written to the audit'),
  });

  const recordOwn = (action: string, details: object | null, about: AuditConcern = {}) =>
    chain.append([{ ...ownEvent(action, details, now()), ...about }]);
  const recordKeyUse = keys && createKeyUse({ keys, record: recordOwn });
  await recordKeyUse?.();

  async function checkpointOnce(): Promise<void> {
    await chain.append([]);
    await refusals.flush();
    await recordKeyUse?.().catch((error: unknown) =>
      report(error, null, 'a change of the wrapping keys, if any, is not in the audit yet'),
    );
    const head = await writeCheckpoint();
    if (head) onHead(head);
  }
  let running: Promise<unknown> = Promise.resolve();
  function checkpoint(): Promise<void> {
    const turn = running.then(checkpointOnce);
    running = turn.catch(() => undefined);
    return turn;
  }
  const timer = setInterval(() => {
    checkpoint().catch((error: unknown) => report(error, null, 'the audit checkpoint will be tried again'));
  }, interval);
  timer.unref();

  return {
    async record(action, { applicationId, sessionId, requestId }, entries) {
      if (entries.length === 0) return;
      const at = now();
      await chain.append(
        entries.map(({ token, code }): NewAuditEvent => ({
          at,
          applicationId,
          sessionId,
          requestId,
          action,
          // What is not a token might be anything, such as a value that was sent by mistake.
          token: isToken(token) ? token : null,
          outcome: code === null ? 'ok' : code === 'UNAVAILABLE' ? 'failed' : 'denied',
          code,
          details: null,
        })),
      );
    },
    recordOwn,
    recordRefusal: (refusal) =>
      refusals.record({ ...refusal, token: isToken(refusal.token) ? refusal.token : null }),
    checkpoint,
    async close() {
      clearInterval(timer);
      await checkpoint().catch((error: unknown) =>
        report(error, null, 'the last audit checkpoint could not be written'),
      );
    },
  };
}
