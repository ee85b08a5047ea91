/** A store did not answer in time. What it was asked to do may have been done, or may still be. */
export class DeadlineError extends Error {
  override name = 'DeadlineError';
}

/** The same promise, which rejects with a {@link DeadlineError} when it takes longer. */
export function inTime<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new DeadlineError(`No answer in ${milliseconds} ms.`)),
      milliseconds,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Longest wait for one call of a store, in milliseconds. */
const patience = 10_000;
/** The same for what has much to do at once, and for whom nobody waits, or who knows that it takes long. */
const longer: Record<string, number> = {
  completeMultipart: 120_000,
  delete: 60_000,
  list: 60_000,
  takeGarbage: 60_000,
  settleGarbage: 60_000,
  removeExpired: 60_000,
  noteOrphans: 60_000,
  forgetOrphans: 60_000,
  countUsage: 600_000,
};

/**
 * How long a caller waits for a method of a store. Drivers wait for long, or for ever, for a server that took a
 * request and fell silent.
 */
export const patienceWith = (method: string): number => longer[method] ?? patience;
