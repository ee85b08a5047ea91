import { randomUUID } from 'node:crypto';
import type { TokenStore } from '../../stores/token-store/port.js';

/** The lease ran out or another process took it. What this one did is complete; it must not go on. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/** The right to do a job that one process at a time does, for as long as it says often enough that it is at it. */
export interface JobLease {
  /** What was noted last, by whichever process; null when another one has the lease. */
  take(): Promise<{ progress: string | null } | null>;
  /** Prolongs the lease and notes how far the job is. Throws {@link LeaseLostError}. */
  keep(progress: string | null): Promise<void>;
  release(): Promise<void>;
}

export function createJobLease({
  store,
  name,
  seconds,
  now,
}: {
  store: Pick<TokenStore, 'takeLease' | 'renewLease' | 'releaseLease'>;
  name: string;
  /** How long the others wait for a sign of life. */
  seconds: number;
  now: () => Date;
}): JobLease {
  const holder = randomUUID();
  const lease = () => ({ name, holder, expiresAt: new Date(now().getTime() + seconds * 1000) });
  return {
    take: () => store.takeLease(lease(), now()),
    async keep(progress) {
      if (!(await store.renewLease(lease(), progress, now())))
        throw new LeaseLostError(`The lease "${name}" is another process's now.`);
    },
    release: () => store.releaseLease(name, holder),
  };
}
