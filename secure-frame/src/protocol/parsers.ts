/**
 * Parsers for messages between windows, built from small pieces. A description gives both the check and, through
 * {@link Parsed}, the TypeScript type, so that the two cannot drift apart. Every text and list has an upper limit. What
 * comes out is a new value that holds described fields only: a field that a later version added is left behind.
 */
export type Parser<T> = (value: unknown) => T | typeof invalid;
export type Parsed<P> = P extends Parser<infer T> ? T : never;

/** What a parser gives for a value that is not as described. */
export const invalid = Symbol('invalid');

type Fields = Record<string, Parser<unknown>>;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: undefined extends Parsed<F[K]> ? K : never;
}[keyof F];
type ShapeOf<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: Parsed<F[K]> } & {
  [K in OptionalKeys<F>]?: Parsed<F[K]>;
};

/** A string of at most `max` UTF-16 units that matches `pattern`, if one is given. */
export const text =
  (max: number, pattern?: RegExp): Parser<string> =>
  (value) =>
    typeof value === 'string' && value.length <= max && (pattern === undefined || pattern.test(value))
      ? value
      : invalid;

export const bool: Parser<boolean> = (value) => (typeof value === 'boolean' ? value : invalid);

export const integer =
  (min: number, max: number): Parser<number> =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : invalid;

/** One of the given values. */
export const exactly =
  <const T extends string | number | null>(...values: readonly T[]): Parser<T> =>
  (value) =>
    values.includes(value as T) ? (value as T) : invalid;

export const nullable =
  <T>(parse: Parser<T>): Parser<T | null> =>
  (value) =>
    value === null ? null : parse(value);

export const optional =
  <T>(parse: Parser<T>): Parser<T | undefined> =>
  (value) =>
    value === undefined ? undefined : parse(value);

export const list =
  <T>(item: Parser<T>, max: number): Parser<T[]> =>
  (value) => {
    if (!Array.isArray(value) || value.length > max) return invalid;
    // `map` alone would pass over the holes of a sparse list.
    const items = Array.from<unknown, T | typeof invalid>(value, (each) => item(each));
    return items.includes(invalid) ? invalid : (items as T[]);
  };

/** A plain one: bytes and boxed texts cost a page nothing to send, and each byte or character of them would be an entry. */
const isObject = (value: unknown): value is Record<string, unknown> =>
  ({}).toString.call(value) === '[object Object]';

/** An object with at most `max` entries. */
export const dictionary =
  <T>(key: Parser<string>, item: Parser<T>, max: number): Parser<Record<string, T>> =>
  (value) => {
    if (!isObject(value)) return invalid;
    const entries = Object.entries(value);
    if (entries.length > max) return invalid;
    const parsed = entries.map(([name, content]) => [key(name), item(content)] as const);
    return parsed.some((entry) => entry.includes(invalid))
      ? invalid
      : (Object.fromEntries(parsed) as Record<string, T>);
  };

/** An object with these fields. Others that it has are not looked at, and not in what comes out. */
export const shape =
  <F extends Fields>(fields: F): Parser<ShapeOf<F>> =>
  (value) => {
    if (!isObject(value)) return invalid;
    const result: Record<string, unknown> = {};
    for (const [name, parse] of Object.entries(fields)) {
      const parsed = parse(Object.hasOwn(value, name) ? value[name] : undefined);
      if (parsed === invalid) return invalid;
      if (parsed !== undefined) result[name] = parsed;
    }
    return result as ShapeOf<F>;
  };

/** An object with those of these fields that are as described. One that is wrong is left behind alone, like unknown ones. */
export const options =
  <F extends Record<string, Parser<unknown>>>(fields: F): Parser<{ [K in keyof F]?: Parsed<F[K]> }> =>
  (value) => {
    if (!isObject(value)) return invalid;
    const result: Record<string, unknown> = {};
    for (const [name, parse] of Object.entries(fields)) {
      const parsed = Object.hasOwn(value, name) ? parse(value[name]) : undefined;
      if (parsed !== invalid && parsed !== undefined) result[name] = parsed;
    }
    return result as { [K in keyof F]?: Parsed<F[K]> };
  };

type Messages<M extends Record<string, Fields>> = {
  [T in keyof M & string]: { type: T } & ShapeOf<M[T]>;
}[keyof M & string];

/** A union of messages, told apart by `type`. */
export const messages = <M extends Record<string, Fields>>(kinds: M): Parser<Messages<M>> => {
  const parsers = new Map(
    Object.entries(kinds).map(([type, fields]) => [type, shape({ type: exactly(type), ...fields })]),
  );
  return (value) =>
    isObject(value)
      ? ((parsers.get(value.type as string)?.(value) ?? invalid) as Messages<M> | typeof invalid)
      : invalid;
};
