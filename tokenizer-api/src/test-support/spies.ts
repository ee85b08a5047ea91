import type { Stores } from '../stores.js';

/** Calls of stores, by method, such as `insertTokens` or `head`. */
export interface Calls {
  counts: Record<string, number>;
  /** What was called since the last time, in order. */
  take(): string[];
}

/** Counts every call of the token store and the object store. */
export function countCalls(): { calls: Calls; wrapStores: (stores: Stores) => Stores } {
  let names: string[] = [];
  const calls: Calls = {
    counts: {},
    take: () => {
      const taken = names;
      names = [];
      return taken;
    },
  };
  const onCall = (name: string) => {
    names.push(name);
    calls.counts[name] = (calls.counts[name] ?? 0) + 1;
  };
  return {
    calls,
    wrapStores: (stores) => ({
      ...stores,
      tokens: intercept(stores.tokens, onCall),
      objects: intercept(stores.objects, onCall),
    }),
  };
}

/** Makes methods fail while their names are in `broken`, as a database or network would. */
export function breakCalls(): { broken: Set<string>; wrapStores: (stores: Stores) => Stores } {
  const broken = new Set<string>();
  const onCall = (name: string) => {
    if (broken.has(name))
      throw Object.assign(new Error(`connect ECONNREFUSED secret-host:27017 (${name})`), {
        code: 'ECONNREFUSED',
      });
  };
  return {
    broken,
    wrapStores: (stores) => ({
      ...stores,
      tokens: intercept(stores.tokens, onCall),
      objects: intercept(stores.objects, onCall),
      keys: intercept(stores.keys, onCall),
    }),
  };
}

function intercept<T extends object>(target: T, onCall: (name: string) => void | Promise<void>): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        await onCall(String(name));
        return (value as (...args: unknown[]) => unknown).apply(object, args);
      };
    },
  });
}

/** Holds one method of the token store until it is let go. */
export function holdCall(method: string): {
  /** Resolves when the method has been called. */
  reached: Promise<void>;
  /** How many calls have been held. */
  held(): number;
  letGo(): void;
  wrapStores: (stores: Stores) => Stores;
} {
  let onReached = () => {};
  let letGo = () => {};
  const reached = new Promise<void>((resolve) => (onReached = resolve));
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  let held = 0;
  const hold = async (name: string) => {
    if (name !== method) return;
    held++;
    onReached();
    await gate;
  };
  return {
    reached,
    held: () => held,
    letGo: () => letGo(),
    wrapStores: (stores) => ({ ...stores, tokens: intercept(stores.tokens, hold) }),
  };
}
