import { ProblemError } from '@lunasec/secure-frame/protocol';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Each throws RATE_LIMITED when the limit of the running minute is used up. */
export interface RateLimits {
  session(applicationId: string, sessionId: string): Promise<void>;
  application(applicationId: string): Promise<void>;
  /** Sessions created from one network address. */
  sessionCreation(address: string): Promise<void>;
}

/** Calls per minute. */
export interface Rates {
  session: number;
  application: number;
  createSession: number;
}

/** RATE_LIMITED, with the time to wait in seconds. */
export class RateLimitedError extends ProblemError {
  override name = 'RateLimitedError';

  constructor(readonly retryAfter: number) {
    super('RATE_LIMITED', `Too many calls. Try again in ${retryAfter} s.`);
  }
}

/** Limits of this process alone: replicas count for themselves. */
export function createRateLimits(rates: Rates): RateLimits {
  const [session, application, creation] = [rates.session, rates.application, rates.createSession].map(
    (points) => new RateLimiterMemory({ points, duration: 60 }),
  );
  return {
    session: (applicationId, sessionId) => consume(session!, `${applicationId}/${sessionId}`),
    application: (applicationId) => consume(application!, applicationId),
    sessionCreation: (address) => consume(creation!, address),
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (error instanceof RateLimiterRes) throw new RateLimitedError(Math.ceil(error.msBeforeNext / 1000));
    throw error;
  }
}
