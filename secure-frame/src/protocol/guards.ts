/**
 * Type guards for messages between windows, built from small pieces. A description gives both the check and, through
 * {@link Guarded}, the TypeScript type, so that the two cannot drift apart. Every text and list has an upper limit.
 * Making one has no side effect, and says so: bundlers leave out the messages that a page or frame does not take.
 */
export type Guard<T> = (value: unknown) => value is T;
export type Guarded<G> = G extends Guard<infer T> ? T : never;

type Fields = Record<string, Guard<unknown>>;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: undefined extends Guarded<F[K]> ? K : never;
}[keyof F];
type ShapeOf<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: Guarded<F[K]> } & {
  [K in OptionalKeys<F>]?: Guarded<F[K]>;
};

/** A string of at most `max` UTF-16 units that matches `pattern`, if one is given. */
/* @__NO_SIDE_EFFECTS__ */
export const text =
  (max: number, pattern?: RegExp): Guard<string> =>
  (value): value is string =>
    typeof value === 'string' && value.length <= max && (pattern === undefined || pattern.test(value));

/** For what is looked at later, piece by piece. */
export const anything: Guard<unknown> = (_value): _value is unknown => true;

export const bool: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

/* @__NO_SIDE_EFFECTS__ */
export const integer =
  (min: number, max: number): Guard<number> =>
  (value): value is number =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

/** One of the values of a list. */
/* @__NO_SIDE_EFFECTS__ */
export const among =
  <const T extends string | number | null>(values: readonly T[]): Guard<T> =>
  (value): value is T =>
    values.includes(value as T);

/** One of the given values. */
/* @__NO_SIDE_EFFECTS__ */
export const exactly =
  <const T extends string | number | null>(...values: readonly T[]): Guard<T> =>
  (value): value is T =>
    values.includes(value as T);

/* @__NO_SIDE_EFFECTS__ */
export const nullable =
  <T>(guard: Guard<T>): Guard<T | null> =>
  (value): value is T | null =>
    value === null || guard(value);

/* @__NO_SIDE_EFFECTS__ */
export const optional =
  <T>(guard: Guard<T>): Guard<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || guard(value);

/* @__NO_SIDE_EFFECTS__ */
export const list =
  <T>(item: Guard<T>, max: number): Guard<T[]> =>
  (value): value is T[] =>
    // `every` alone would pass over the holes of a sparse list.
    Array.isArray(value) && value.length <= max && Array.from<unknown>(value).every(item);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object with at most `max` entries. */
/* @__NO_SIDE_EFFECTS__ */
export const dictionary =
  <T>(key: Guard<string>, item: Guard<T>, max: number): Guard<Record<string, T>> =>
  (value): value is Record<string, T> => {
    if (!isObject(value)) return false;
    const entries = Object.entries(value);
    return entries.length <= max && entries.every(([name, content]) => key(name) && item(content));
  };

/** An object with exactly these fields: an unknown one makes the whole value invalid. */
/* @__NO_SIDE_EFFECTS__ */
export const shape =
  <F extends Fields>(fields: F): Guard<ShapeOf<F>> =>
  (value): value is ShapeOf<F> =>
    isObject(value) &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, guard]) =>
      guard(Object.hasOwn(value, name) ? value[name] : undefined),
    );

type Messages<M extends Record<string, Fields>> = {
  [T in keyof M & string]: { type: T } & ShapeOf<M[T]>;
}[keyof M & string];

/** A union of messages, told apart by `type`. */
/* @__NO_SIDE_EFFECTS__ */
export const messages = <M extends Record<string, Fields>>(kinds: M): Guard<Messages<M>> => {
  const guards = new Map(
    Object.entries(kinds).map(([type, fields]) => [type, shape({ type: exactly(type), ...fields })]),
  );
  return (value): value is Messages<M> =>
    isObject(value) && (guards.get(value.type as string)?.(value) ?? false);
};
