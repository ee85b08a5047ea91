import type { ObjectStore } from '../stores/object-store/port.js';
import type { TokenStore } from '../stores/token-store/port.js';
import type { Audit } from './audit.js';
import type { ReportFailure } from './problems.js';
import type { Quotas } from './quotas.js';
import { sweepGarbage } from './sweeper/garbage.js';
import type { RecordSwept } from './sweeper/garbage.js';
import { createJobLease, LeaseLostError } from './sweeper/lease.js';
import { sweepOrphans } from './sweeper/orphans.js';

export interface Swept {
  /**
   * - `done`: everything that was due is gone.
   * - `skipped`: another replica has the lease and sweeps; nothing was done here.
   * - `lost`: another replica took the lease over meanwhile; it goes on.
   */
  outcome: 'done' | 'skipped' | 'lost';
  /** Objects of expired and deleted tokens that are gone, whether or not they had been uploaded. */
  objects: number;
  /** Tokens that no server accepted and that were forgotten. */
  tokens: number;
  /** Expired read grants that were forgotten. */
  readGrants: number;
  /** Expired sessions that were forgotten. */
  sessions: number;
  /** Objects without a token that were removed. */
  orphans: number;
}

export interface Sweeper {
  /**
   * Removes what nobody can use any more: unaccepted tokens with their keys and objects, objects of deleted tokens,
   * expired grants and sessions, and, where that is configured, objects without a token. One replica at a time does
   * it, by a lease. When the object store is down nothing is forgotten, and the next sweep tries again.
   */
  sweep(): Promise<Swept>;
  /** Stops the schedule, and gives the lease back when a running sweep has ended. */
  stop(): Promise<void>;
}

/** Hears how sweeping goes, for metrics. */
export interface SweeperMeter {
  swept(swept: Swept, seconds: number): void;
  failed(seconds: number): void;
  /** Whether this replica is the one that sweeps. */
  leaseHeld(isHeld: boolean): void;
  /** How many objects without a token there are. */
  orphansFound(count: number): void;
}

/** How long after its end a grant is remembered, so that a frame hears GRANT_EXPIRED. Milliseconds. */
const memory = 3600_000;
/** Beyond the interval, how long the others wait for a sign of life before they take the lease over, in seconds. */
const leaseGrace = 60;

export function createSweeper({
  store,
  objects,
  applicationIds,
  removeOrphansAfter,
  quotas,
  audit,
  now,
  interval,
  meter,
  report,
}: {
  store: Pick<
    TokenStore,
    | 'takeGarbage'
    | 'settleGarbage'
    | 'removeExpired'
    | 'findTokens'
    | 'takeLease'
    | 'renewLease'
    | 'releaseLease'
    | 'noteOrphans'
    | 'forgetOrphans'
  >;
  objects: Pick<ObjectStore, 'delete' | 'list' | 'abortMultipart'>;
  /** Applications whose objects are looked through. */
  applicationIds: readonly string[];
  /** Seconds for which an object must be known to have no token before it is removed. Undefined removes none. */
  removeOrphansAfter: number | undefined;
  quotas: Pick<Quotas, 'settle' | 'share' | 'count'>;
  audit: Pick<Audit, 'record'>;
  now: () => Date;
  /** Seconds from the end of one sweep to the start of the next. */
  interval: number;
  meter: SweeperMeter;
  report: ReportFailure;
}): Sweeper {
  // Kept between sweeps, so that one replica does them all until it stops.
  const lease = createJobLease({ store, name: 'sweeper', seconds: interval + leaseGrace, now });

  const record: RecordSwept = (action, applicationId, tokens) =>
    audit.record(
      action,
      { applicationId, sessionId: null, requestId: null },
      tokens.map((token) => ({ token, code: null })),
    );

  async function sweepOnce(): Promise<Swept> {
    const swept: Swept = { outcome: 'done', objects: 0, tokens: 0, readGrants: 0, sessions: 0, orphans: 0 };
    await quotas.share();
    const taken = await lease.take();
    meter.leaseHeld(taken !== null);
    if (!taken) {
      meter.orphansFound(0);
      return { ...swept, outcome: 'skipped' };
    }
    try {
      Object.assign(swept, await store.removeExpired(new Date(now().getTime() - memory)));
      await sweepGarbage({
        store,
        objects,
        record,
        now,
        keepLease: () => lease.keep(taken.progress),
        onSettled: (settled) => {
          quotas.settle(settled);
          swept.objects += settled.length;
          swept.tokens += settled.filter(({ status }) => status === 'expired').length;
        },
      });
      await quotas.count();
      const { total, removed, leftovers } = await sweepOrphans({
        store,
        objects,
        applicationIds,
        removeAfter: removeOrphansAfter,
        record,
        now,
        progress: taken.progress,
        keepLease: (progress) => lease.keep(progress),
      });
      swept.orphans = removed;
      swept.objects += leftovers;
      meter.orphansFound(total);
      return swept;
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
      meter.leaseHeld(false);
      meter.orphansFound(0);
      return { ...swept, outcome: 'lost' };
    }
  }

  async function sweepMeasured(): Promise<Swept> {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    try {
      const swept = await sweepOnce();
      meter.swept(swept, seconds());
      return swept;
    } catch (error) {
      meter.failed(seconds());
      throw error;
    }
  }

  let running: Promise<unknown> = Promise.resolve();
  /** One after the other: whoever asks for a sweep gets one that began after that. */
  function sweep(): Promise<Swept> {
    const turn = running.then(sweepMeasured);
    running = turn.catch(() => undefined);
    return turn;
  }

  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  function schedule(): void {
    timer = setTimeout(() => {
      void sweep()
        .catch((error: unknown) => report(error, null, 'the sweep failed and will be tried again'))
        .finally(() => {
          if (!stopped) schedule();
        });
    }, interval * 1000);
    timer.unref();
  }
  schedule();

  return {
    sweep,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      // If this fails, it expires by itself.
      await lease.release().catch(() => undefined);
      await quotas
        .share()
        .catch((error: unknown) => report(error, null, 'what was stored last is missing in the usage'));
      meter.leaseHeld(false);
    },
  };
}
