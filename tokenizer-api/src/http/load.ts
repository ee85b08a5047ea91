import type { Server } from 'node:http';

export interface LoadWatch {
  /**
   * How long what arrives now has waited, or will, in milliseconds. Of the database only when asked: one that few calls wait
   * for may be slow, or come back from an outage, but has no queue.
   */
  delay(ofDatabase: boolean): number;
  stop(): void;
}

/** How often the event loop is asked to come round, in milliseconds. */
const tick = 20;
/** How often the database is asked, at most, and for how long its answer is told, in milliseconds. */
const askEvery = 250;
const answerLasts = 1000;
/** Steps of a call: it waits for the database, keys, signatures and files, and each time for the turn to end. */
const stepsOfCall = 4;

/**
 * Measures how far a server is behind, by the three places where calls wait. A histogram of delays (perf_hooks) would tell of
 * none of them while it lasts.
 *
 * - The turn that the event loop is in. A busy process does in one turn all that arrived in the turn before, so that turns
 *   grow for as long as more arrives than it can do.
 * - The database, which answers an empty question only after those that were asked before it. Asked only while many calls are
 *   worked on.
 * - The queue of connections that wait to be accepted. Node accepts one in a turn, so with turns of 100 ms the fiftieth waits
 *   for 5 s. A turn that accepted none found the queue empty: nobody in it has waited for longer than since then.
 */
export function watchServerLoad(
  server: Pick<Server, 'on' | 'off'>,
  pingDatabase: () => Promise<void>,
): LoadWatch {
  let lastTick = performance.now();
  const timer = setInterval(() => {
    lastTick = performance.now();
  }, tick);
  timer.unref();

  /** Since when every turn has accepted a connection; undefined when the last one did not. */
  let queueSince: number | undefined;
  let accepted = false;
  /** Runs after connections of a turn were accepted. */
  function endTurn(): void {
    if (!accepted) {
      queueSince = undefined;
      return;
    }
    accepted = false;
    setImmediate(endTurn);
  }
  function onConnection(): void {
    accepted = true;
    if (queueSince !== undefined) return;
    queueSince = performance.now();
    setImmediate(endTurn);
  }
  server.on('connection', onConnection);

  let askedAt = -Infinity;
  let answer: { took: number; at: number } | undefined;
  let isAsking = false;
  async function ask(): Promise<void> {
    isAsking = true;
    askedAt = performance.now();
    try {
      await pingDatabase();
      const at = performance.now();
      answer = { took: at - askedAt, at };
    } catch {
      // It is away, and not late: calls hear of that by themselves.
      answer = undefined;
    } finally {
      isAsking = false;
    }
  }
  /** How long the database takes for a question, or has been taking already. */
  function databaseDelay(now: number): number {
    if (!isAsking && now - askedAt >= askEvery) void ask();
    const last = answer && now - answer.at < answerLasts ? answer.took : 0;
    return Math.max(last, isAsking ? now - askedAt : 0);
  }

  return {
    delay(ofDatabase) {
      const now = performance.now();
      const step = Math.max(0, now - lastTick - tick, ofDatabase ? databaseDelay(now) : 0);
      return Math.max(step * stepsOfCall, queueSince === undefined ? 0 : now - queueSince);
    },
    stop() {
      clearInterval(timer);
      server.off('connection', onConnection);
    },
  };
}
