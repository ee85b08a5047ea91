import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { windowSeconds } from '../stores/rate-counter/port.js';
import type { RateCounter } from '../stores/rate-counter/port.js';

/** Limits one kind of thing per key and minute. */
export interface Limiter {
  /** Null when it may go on, or else milliseconds until it may. */
  consume(key: string, points: number): Promise<number | null>;
}

/** Of a limit, how much a replica may use before it asks what the others used. */
const share = 1 / 20;

/**
 * Most keys of a limit that are remembered, some 500 bytes each: addresses cost their owners nothing. Who is forgotten to
 * make room for others was the least active of all, and begins anew.
 */
const capacity = 50_000;

/**
 * A limit that replicas share without a call to the database for every call of a client. Each counts in memory, and
 * adds to the shared count whenever a key used up another twentieth of its limit; who uses little costs nothing. So
 * all replicas together let through at most the limit and a twentieth of it for each of them. A key that the shared
 * count refuses is then refused from memory until its minute is over.
 *
 * When the shared count cannot be reached, each replica goes on with its own: the limit holds per replica, and neither
 * does it fall away nor does the service stop.
 */
export function createLimiter({
  name,
  points: limit,
  counter,
  onFailure,
}: {
  /** Part of the shared keys. */
  name: string;
  /** Most points of a key per minute. */
  points: number;
  /** What replicas share; undefined where there is one process. */
  counter: Pick<RateCounter, 'add'> | undefined;
  onFailure: (error: unknown) => void;
}): Limiter {
  const local = new RateLimiterMemory({ points: limit, duration: windowSeconds });
  const recent = new LRUCache<string, true>({
    max: capacity,
    dispose: (_, key, reason) => {
      if (reason === 'evict') void local.delete(key);
    },
  });
  const step = Math.max(1, Math.floor(limit * share));

  return {
    async consume(key, points) {
      recent.set(key, true);
      const used = await consumeLocally(key, points);
      if (typeof used === 'object') return used.wait;
      // Whole steps that are complete now and were not before.
      const due = (Math.floor(used / step) - Math.floor((used - points) / step)) * step;
      if (!counter || due === 0) return null;
      try {
        const { total, left } = await counter.add(`${name}/${key}`, due);
        // Never longer than a window, should another replica's clock be ahead; a block of no length would be for ever.
        const wait = Math.min(left, windowSeconds * 1000);
        if (total <= limit || wait <= 0) return null;
        await local.block(key, wait / 1000);
        return wait;
      } catch (error) {
        onFailure(error);
        return null;
      }
    },
  };

  async function consumeLocally(key: string, points: number): Promise<number | { wait: number }> {
    try {
      return (await local.consume(key, points)).consumedPoints;
    } catch (error) {
      if (error instanceof RateLimiterRes) return { wait: error.msBeforeNext };
      throw error;
    }
  }
}
