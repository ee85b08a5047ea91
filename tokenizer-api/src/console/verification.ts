import { setImmediate } from 'node:timers/promises';
import { verifyAudit } from '../services/audit/verify.js';
import type { AuditFault, AuditVerification } from '../services/audit/verify.js';
import { readChainOn, readChains } from '../services/audit/read.js';
import type { ReportFailure } from '../services/problems.js';
import type { TokenStore } from '../stores/token-store/port.js';

interface Begun {
  startedAt: Date;
  /** Who asked for it. */
  operator: string;
  /** Events that were looked at. */
  events: number;
}

export type VerificationState =
  | { kind: 'none' }
  | (Begun & { kind: 'running' })
  | (Begun & { kind: 'ended'; endedAt: Date; result: AuditVerification; faults: readonly AuditFault[] })
  | (Begun & { kind: 'failed'; endedAt: Date });

/** Looks through the whole audit in the background, one time at a time: it may have millions of events. */
export interface AuditVerifier {
  state(): VerificationState;
  /** Begins, unless it is running already; false then. */
  start(operator: string): boolean;
  /** Ends what is running, before the database is closed. */
  stop(): Promise<void>;
}

/** Most faults that are kept to be shown. */
const maxFaults = 100;

class Stopped extends Error {}

export function createAuditVerifier({
  store,
  openKey,
  now,
  report,
}: {
  store: Pick<TokenStore, 'readAuditChains'>;
  /** The secret that the chains are made with. */
  openKey: () => Promise<Uint8Array>;
  now: () => Date;
  report: ReportFailure;
}): AuditVerifier {
  let state: VerificationState = { kind: 'none' };
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();

  async function* untilStopped<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const item of source) {
      // A database in this process answers at once: without a pause nobody else would have a turn until the end.
      await setImmediate();
      if (isStopped) throw new Stopped();
      yield item;
    }
  }

  async function verify(begun: Begun): Promise<void> {
    const faults: AuditFault[] = [];
    try {
      const result = await verifyAudit({
        events: untilStopped(readChains(store)),
        readOn: (after) => untilStopped(readChainOn(store, after)),
        key: await openKey(),
        onFault: (fault) => {
          if (faults.length < maxFaults) faults.push(fault);
        },
        onProgress: (events) => {
          begun.events = events;
        },
      });
      state = { ...begun, kind: 'ended', endedAt: now(), result, faults };
    } catch (error) {
      state = { ...begun, kind: 'failed', endedAt: now() };
      if (!(error instanceof Stopped)) report(error, null, 'the audit could not be verified');
    }
  }

  return {
    state: () => state,
    start(operator) {
      if (state.kind === 'running' || isStopped) return false;
      const begun = { kind: 'running' as const, startedAt: now(), operator, events: 0 };
      state = begun;
      running = verify(begun);
      return true;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
