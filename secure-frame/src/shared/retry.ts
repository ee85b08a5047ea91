export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Rejects with `reason` if a promise takes longer. */
export function within<T>(milliseconds: number, promise: Promise<T>, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(reason()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const attempts = 4;
const firstPause = 250;

/** Repeats a safe-to-repeat task that failed in a passing way, with growing pauses and jitter: ~2 s in all. */
export async function retry<T>(task: () => Promise<T>, isPassing: (error: unknown) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      if (attempt === attempts || !isPassing(error)) throw error;
      await sleep(firstPause * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
