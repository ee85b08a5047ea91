import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { TaskCancelledError } from 'cockatiel';
import type { IBackoff, IRetryBackoffContext } from 'cockatiel';
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
  /** Seconds after which to try again, if the tokenizer said so: it answers, but is asked for too much. */
  readonly retryAfter: number | undefined;

  constructor(message: string, options: ErrorOptions & { retryAfter?: number | undefined } = {}) {
    super(message, options);
    this.retryAfter = options.retryAfter;
  }
}

/** The caller has given up, which says nothing about the tokenizer. */
class GivenUp extends Error {
  override name = 'GivenUp';
}

/** The tokenizer asked for a longer pause than the call has time for. */
class TooLate extends Error {
  override name = 'TooLate';
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
        // Who sheds load answers, and at once: nobody waits for it in vain.
        (isPassing(error) && pauseAskedFor(error) === 0) ||
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
      backoff: pausesAskedFor(
        new ExponentialBackoff({ initialDelay: firstPause, maxDelay: firstPause * 20 }),
      ),
    }),
    breaker,
  );
  const once = timeout(attemptTimeout, TimeoutStrategy.Aggressive);

  return async (attempt, signal) => {
    const end = performance.now() + deadline;
    /** One attempt, unless the call has ended during a pause or while it waited for another to try. */
    async function attemptOnce<T>(run: (signal: AbortSignal) => Promise<T>, ended: AbortSignal): Promise<T> {
      if (ended.aborted) throw new GivenUp();
      try {
        return await once.execute((context) => run(context.signal), ended);
      } catch (error) {
        if (signal?.aborted) throw new GivenUp();
        if (performance.now() + pauseAskedFor(error) > end)
          throw new TooLate((error as PassingFailure).message, { cause: error });
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
      if (error instanceof PassingFailure || error instanceof TooLate)
        throw new UnavailableError(error.message, { cause: error.cause });
      throw error;
    }
  };
}

/** Milliseconds to wait at least, if the tokenizer said so. */
const pauseAskedFor = (error: unknown): number =>
  error instanceof PassingFailure ? (error.retryAfter ?? 0) * 1000 : 0;

/** Pauses of their own, unless the tokenizer asked for longer: that long, and up to half as much again, as others wait too. */
const pausesAskedFor = (own: ExponentialBackoff<[number, number]>) =>
  new DelegateBackoff<IRetryBackoffContext<unknown>, IBackoff<unknown>>((context, before) => {
    const state = before ? before.next(context) : own.next();
    const { result } = context;
    const asked = 'error' in result ? pauseAskedFor(result.error) * (1 + Math.random() / 2) : 0;
    return { delay: Math.max(state.duration, asked), state };
  });
