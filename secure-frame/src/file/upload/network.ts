/** Knows whether there is a network at all. */
export interface Network {
  isOnline(): boolean;
  /** Resolves when there is one. Rejects when `signal` is aborted. */
  online(signal: AbortSignal): Promise<void>;
}

export function createNetwork(window: Window): Network {
  const isOnline = () => window.navigator.onLine;
  return {
    isOnline,
    online: (signal) =>
      new Promise((resolve, reject) => {
        if (isOnline()) return resolve();
        const settle = (then: () => void) => () => {
          window.removeEventListener('online', arrived);
          signal.removeEventListener('abort', stopped);
          then();
        };
        const arrived = settle(resolve);
        const stopped = settle(() => reject(new DOMException('Stopped.', 'AbortError')));
        window.addEventListener('online', arrived);
        signal.addEventListener('abort', stopped);
      }),
  };
}

/** Runs at most `size` tasks at a time; the others wait in order. */
export function createLimit(size: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
