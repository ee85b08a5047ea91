import { ProblemError } from '@lunasec/secure-frame/protocol';
import type { RateCounter } from '../stores/rate-counter/port.js';
import { createLimiter } from './limiter.js';
import type { Limiter } from './limiter.js';
import { networkOf } from './network.js';

/** Each throws RATE_LIMITED when the limit of the running minute is used up. `tokens` are the entries of the call. */
export interface RateLimits {
  session(applicationId: string, sessionId: string, tokens: number): Promise<void>;
  application(applicationId: string, tokens: number): Promise<void>;
  /** Sessions created from one network address. */
  sessionCreation(address: string): Promise<void>;
}

/** Per minute. */
export interface Rates {
  /** Calls of one session's frames. */
  session: number;
  /** Entries of all those calls. */
  sessionTokens: number;
  /** Calls of one application's servers. */
  application: number;
  /** Entries of all those calls. */
  applicationTokens: number;
  /** Sessions created from one network address. */
  createSession: number;
}
export type RateName = keyof Rates;

/** Hears of limits, for metrics. */
export interface RateMeter {
  limited(name: RateName): void;
  /** The count that replicas share did not answer. */
  countedAlone(name: RateName): void;
}

/** RATE_LIMITED, with the time to wait in seconds. */
export class RateLimitedError extends ProblemError {
  override name = 'RateLimitedError';

  constructor(readonly retryAfter: number) {
    super('RATE_LIMITED', `Too many calls, or too many tokens in them. Try again in ${retryAfter} s.`);
  }
}

/** Limits of all replicas with a counter that they share, else of this process alone. */
export function createRateLimits({
  rates,
  counter,
  meter,
}: {
  rates: Rates;
  counter: Pick<RateCounter, 'add'> | undefined;
  meter: RateMeter;
}): RateLimits {
  const limiters = Object.fromEntries(
    Object.entries(rates).map(([name, points]) => {
      const onFailure = () => meter.countedAlone(name as RateName);
      return [name, createLimiter({ name, points, counter, onFailure })];
    }),
  ) as Record<RateName, Limiter>;

  async function consume(name: RateName, key: string, points: number): Promise<void> {
    if (points === 0) return;
    const wait = await limiters[name].consume(key, points);
    if (wait === null) return;
    meter.limited(name);
    throw new RateLimitedError(Math.max(1, Math.ceil(wait / 1000)));
  }

  return {
    async session(applicationId, sessionId, tokens) {
      const key = `${applicationId}/${sessionId}`;
      await consume('session', key, 1);
      await consume('sessionTokens', key, tokens);
    },
    async application(applicationId, tokens) {
      await consume('application', applicationId, 1);
      await consume('applicationTokens', applicationId, tokens);
    },
    sessionCreation: (address) => consume('createSession', networkOf(address), 1),
  };
}
