export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Rejects with `reason` if a promise takes longer. */
export function within<T>(milliseconds: number, promise: Promise<T>, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(reason()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const attempts = 5;
const firstPause = 250;
/** Longest wait of a task for the network to come back. The page's own patience with a frame is longer. */
const offlinePatience = 40_000;

/**
 * Repeats a safe-to-repeat task that failed in a passing way, with growing pauses and jitter: ~4 s in all, and as long as failures ask
 * for (`leastPause`, in milliseconds), up to twice that. Without a network it waits for that, once, up to 40 s.
 */
export async function retry<T>(
  task: () => Promise<T>,
  isPassing: (error: unknown) => boolean,
  leastPause: (error: unknown) => number = () => 0,
): Promise<T> {
  const deadline = Date.now() + offlinePatience;
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      if (attempt === attempts || !isPassing(error)) throw error;
      await untilOnline(deadline);
      // Doubled each time, and half of that at least.
      await sleep((1 + Math.random()) * (leastPause(error) + (firstPause / 4) * 2 ** attempt));
    }
  }
}

/** Resolves when the browser says that there is a network, or at `deadline`. Only a "no" of a browser can be relied on. */
async function untilOnline(deadline: number): Promise<void> {
  if (globalThis.navigator?.onLine !== false) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, deadline - Date.now()));
    addEventListener('online', done);
  });
}
