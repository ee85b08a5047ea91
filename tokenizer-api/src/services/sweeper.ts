import type { ObjectStore } from '../stores/object-store/port.js';
import { presignedSeconds, transferSeconds } from '../stores/object-store/presigned.js';
import type { Garbage, TokenRecord, TokenStore } from '../stores/token-store/port.js';
import { objectKey } from './object-key.js';
import type { ReportFailure } from './problems.js';

export interface Swept {
  /** Objects that are gone, whether or not they had been uploaded. */
  objects: number;
  /** Expired read grants and sessions that were forgotten. */
  expired: number;
}

export interface Sweeper {
  /**
   * Removes what nobody can use any more: unaccepted tokens with their keys and objects, objects of deleted tokens,
   * expired grants and sessions. When the object store is down nothing is forgotten, and the next sweep tries again.
   */
  sweep(): Promise<Swept>;
  /** Stops the schedule; resolves when a running sweep has ended. */
  stop(): Promise<void>;
}

/** Milliseconds from the last signed upload of a token to when its object cannot appear any more. */
const uploadGrace = (presignedSeconds + transferSeconds) * 1000;
/** How long after its end a grant is remembered, so that a frame hears GRANT_EXPIRED. Milliseconds. */
const memory = 3600_000;
const batchSize = 500;

export function createSweeper({
  store,
  objects,
  now,
  interval,
  report,
}: {
  store: Pick<TokenStore, 'takeGarbage' | 'settleGarbage' | 'removeExpired' | 'findTokens'>;
  objects: Pick<ObjectStore, 'delete'>;
  now: () => Date;
  /** Seconds from the end of one sweep to the start of the next. */
  interval: number;
  report: ReportFailure;
}): Sweeper {
  async function sweepObjects(): Promise<number> {
    let count = 0;
    for (;;) {
      const at = now().getTime();
      const garbage = await store.takeGarbage(new Date(at - uploadGrace), batchSize);
      if (garbage.length === 0) return count;
      await objects.delete(garbage.map(({ applicationId, token }) => objectKey(applicationId, token)));
      const final = await withoutUploads(garbage, new Date(at - uploadGrace));
      if (final.length > 0) await store.settleGarbage(final);
      count += final.length;
      if (garbage.length < batchSize || final.length === 0) return count;
    }
  }

  /** Those to which no signed upload can be open: a token that was deleted while new waits. */
  async function withoutUploads(garbage: readonly Garbage[], before: Date): Promise<Garbage[]> {
    const deleted = garbage.filter(({ status }) => status === 'deleted');
    const waiting = new Set<string>();
    for (const applicationId of new Set(deleted.map((it) => it.applicationId))) {
      const tokens = deleted.filter((it) => it.applicationId === applicationId).map(({ token }) => token);
      for (const record of await store.findTokens(applicationId, tokens))
        if (lastUploadSigned(record) > before) waiting.add(record.token);
    }
    return garbage.filter(({ token }) => !waiting.has(token));
  }

  async function sweepOnce(): Promise<Swept> {
    const expired = await store.removeExpired(new Date(now().getTime() - memory));
    return { objects: await sweepObjects(), expired };
  }

  let running: Promise<unknown> = Promise.resolve();
  /** One after the other: whoever asks for a sweep gets one that began after that. */
  function sweep(): Promise<Swept> {
    const turn = running.then(sweepOnce);
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
    },
  };
}

/** Uploads are signed while a token is pending. */
const lastUploadSigned = ({ acceptedAt, deletedAt, createdAt }: TokenRecord): Date =>
  acceptedAt ?? deletedAt ?? createdAt;
