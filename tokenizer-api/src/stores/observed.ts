/** Does a call of a store, and tells of it. */
export type ObserveCall = <T>(store: string, method: string, call: () => Promise<T>) => Promise<T>;

/** The same store, with all calls observed but those of `except`, which cost nothing or are nobody's. */
export function observed<T extends object>(
  target: T,
  store: string,
  { except, observe }: { except: readonly (keyof T)[]; observe: ObserveCall },
): T {
  const entries = Object.entries(target).map(([name, value]: [string, unknown]) => {
    if (typeof value !== 'function' || except.includes(name as keyof T)) return [name, value];
    const method = value as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => observe(store, name, () => method.apply(target, args))];
  });
  return Object.fromEntries(entries) as T;
}
