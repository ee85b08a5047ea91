import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { TaskCancelledError } from 'cockatiel';
import { UnavailableError } from '../errors/index.js';
import type { Log } from '../log.js';

export interface ResilienceOptions {
  /** Longest time for a call with all its repeats, in milliseconds. Default: 10000. */
  deadline?: number | undefined;
  /** Longest time for one attempt, in milliseconds. Default: 3000. */
  attemptTimeout?: number | undefined;
  /** How often a failed attempt is repeated. Default: 2. */
  retries?: number | undefined;
  /** First pause before a repeat, in milliseconds; later ones grow, all with jitter. Default: 100. */
  firstPause?: number | undefined;
  /** Failed attempts in a row after which calls fail at once. Default: 10. */
  breakAfter?: number | undefined;
  /** How long calls fail at once before one is let through to try, in milliseconds. Default: 5000. */
  breakFor?: number | undefined;
}

/** An attempt failed in a way that may pass: the network, a timeout, a server that is overloaded or restarting. */
export class PassingFailure extends Error {
  override name = 'PassingFailure';
}

/** The caller has given up, which says nothing about the tokenizer. */
class GivenUp extends Error {
  override name = 'GivenUp';
}

/** Runs an attempt under deadline, retry, circuit breaker and timeout. Throws LunaSecErrors and nothing else. */
export type Resilience = <T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
) => Promise<T>;

export function createResilience(options: ResilienceOptions, log: Log): Resilience {
  const { deadline = 10_000, attemptTimeout = 3_000, retries = 2 } = options;
  const { firstPause = 100, breakAfter = 10, breakFor = 5_000 } = options;
  const isPassing = (error: Error): boolean =>
    error instanceof PassingFailure || error instanceof TaskCancelledError;
  const breaker = circuitBreaker(
    handleWhen(
      (error) =>
        isPassing(error) ||
        // Whether the tokenizer answers again is not known yet.
        (error instanceof GivenUp && breaker.state === CircuitState.HalfOpen),
    ),
    { halfOpenAfter: breakFor, breaker: new ConsecutiveBreaker(breakAfter) },
  );
  breaker.onBreak((reason) =>
    log.warn(
      'The tokenizer does not answer. Until it does, marked fields and arguments fail with UNAVAILABLE.',
      'error' in reason ? reason.error : undefined,
    ),
  );
  breaker.onReset(() => log.warn('The tokenizer answers again.'));
  const whole = timeout(deadline, TimeoutStrategy.Aggressive);
  const repeated = wrap(
    retry(handleWhen(isPassing), {
      maxAttempts: retries,
      backoff: new ExponentialBackoff({ initialDelay: firstPause, maxDelay: firstPause * 20 }),
    }),
    breaker,
  );
  const once = timeout(attemptTimeout, TimeoutStrategy.Aggressive);

  return async (attempt, signal) => {
    /** One attempt, unless the call has ended during a pause or while it waited for another to try. */
    async function attemptOnce<T>(run: (signal: AbortSignal) => Promise<T>, ended: AbortSignal): Promise<T> {
      if (ended.aborted) throw new GivenUp();
      try {
        return await once.execute((context) => run(context.signal), ended);
      } catch (error) {
        if (signal?.aborted) throw new GivenUp();
        throw error;
      }
    }

    try {
      signal?.throwIfAborted();
      return await whole.execute(
        (context) => repeated.execute(() => attemptOnce(attempt, context.signal), context.signal),
        signal,
      );
    } catch (error) {
      if (signal?.aborted)
        throw new UnavailableError('The call to the tokenizer was aborted.', { cause: signal.reason });
      if (error instanceof TaskCancelledError)
        throw new UnavailableError('The tokenizer did not answer in time.', { cause: error });
      if (error instanceof BrokenCircuitError)
        throw new UnavailableError('The tokenizer has not been answering; it was not asked.', {
          cause: error,
        });
      if (error instanceof PassingFailure) throw new UnavailableError(error.message, { cause: error.cause });
      throw error;
    }
  };
}
