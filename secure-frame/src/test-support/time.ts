import { jest } from '@jest/globals';
import { webcrypto } from 'node:crypto';
import { setImmediate as realImmediate } from 'node:timers';

/** Cryptography runs on other threads: faked timers do not know of it. */
const working = new Set<Promise<unknown>>();
const { subtle } = webcrypto;
for (const name of ['importKey', 'encrypt', 'decrypt', 'digest'] as const) {
  const original = subtle[name].bind(subtle) as (...values: unknown[]) => Promise<unknown>;
  const watched = (...values: unknown[]) => {
    const work = original(...values);
    working.add(work);
    const done = () => working.delete(work);
    work.then(done, done);
    return work;
  };
  Object.defineProperty(subtle, name, { value: watched, configurable: true });
}

/** Lets promises settle, those of real cryptography too, without moving faked timers. */
export async function settled(): Promise<void> {
  do {
    await Promise.allSettled(working);
    await new Promise<void>((resolve) => realImmediate(resolve));
  } while (working.size > 0);
}

/** Moves faked time, and lets settle what that starts. */
export async function pass(milliseconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
  await settled();
}

/** What comes of a promise, a value or a reason, while faked time passes. */
export async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  let isPending = true;
  const outcome = promise
    .catch((error: unknown) => error)
    .finally(() => {
      isPending = false;
    });
  while (isPending) await pass(100);
  return outcome;
}
