import fc from 'fast-check';

/**
 * What a value may be, as plain data: the protocol said a second time, for tests that do not trust its parsers. `judge` says
 * what must come out of a parser, `sampleOf` makes good values.
 */
export type Spec =
  | { kind: 'text'; max: number; samples: readonly string[]; accepts: (text: string) => boolean }
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'flag' }
  | { kind: 'one'; of: readonly (string | number)[] }
  | { kind: 'nullable'; spec: Spec }
  | { kind: 'list'; spec: Spec; max: number }
  | { kind: 'dictionary'; key: Spec; value: Spec; max: number }
  /** `lenient`: what is wrong is left out alone. A name that ends with `?` may be missing. */
  | { kind: 'fields'; fields: Readonly<Record<string, Spec>>; lenient: boolean }
  | { kind: 'union'; of: readonly Spec[] };

export const text = (
  max: number,
  samples: readonly string[] = ['', 'a', 'Grüße', '\ud800', 'x'.repeat(max)],
  accepts = (_text: string) => true,
): Spec => ({ kind: 'text', max, samples, accepts });
export const integer = (min: number, max: number): Spec => ({ kind: 'integer', min, max });
export const flag: Spec = { kind: 'flag' };
export const one = (...of: (string | number)[]): Spec => ({ kind: 'one', of });
export const nullable = (spec: Spec): Spec => ({ kind: 'nullable', spec });
export const list = (spec: Spec, max: number): Spec => ({ kind: 'list', spec, max });
export const dictionary = (key: Spec, value: Spec, max: number): Spec => ({
  kind: 'dictionary',
  key,
  value,
  max,
});
export const fields = (all: Record<string, Spec>): Spec => ({ kind: 'fields', fields: all, lenient: false });
export const lenient = (all: Record<string, Spec>): Spec => ({ kind: 'fields', fields: all, lenient: true });
/** Messages by their `type`. */
export const union = (all: Record<string, Record<string, Spec>>): Spec => ({
  kind: 'union',
  of: Object.entries(all).map(([type, its]) => fields({ type: one(type), ...its })),
});

/** What is left of a value; `wrong` if it must be refused. */
export const wrong = Symbol('wrong');

const isPlain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Of whatever realm it is: its prototype is the last one.
  return prototype === null || (Object.getPrototypeOf(prototype) === null && 'isPrototypeOf' in prototype);
};

export function judge(spec: Spec, value: unknown): unknown {
  switch (spec.kind) {
    case 'text':
      return typeof value === 'string' && value.length <= spec.max && spec.accepts(value) ? value : wrong;
    case 'integer':
      return typeof value === 'number' &&
        Math.floor(value) === value &&
        value >= spec.min &&
        value <= spec.max
        ? value
        : wrong;
    case 'flag':
      return value === true || value === false ? value : wrong;
    case 'one':
      return spec.of.some((each) => each === value) ? value : wrong;
    case 'nullable':
      return value === null ? null : judge(spec.spec, value);
    case 'list': {
      if (!Array.isArray(value) || value.length > spec.max) return wrong;
      const items: unknown[] = [];
      for (let at = 0; at < value.length; at++) items.push(judge(spec.spec, value[at]));
      return items.some((item) => item === wrong) ? wrong : items;
    }
    case 'dictionary': {
      if (!isPlain(value)) return wrong;
      const names = Object.keys(value);
      if (names.length > spec.max) return wrong;
      const result: Record<string, unknown> = {};
      for (const name of names) {
        const content = judge(spec.value, value[name]);
        if (judge(spec.key, name) === wrong || content === wrong) return wrong;
        put(result, name, content);
      }
      return result;
    }
    case 'fields': {
      if (!isPlain(value)) return wrong;
      const result: Record<string, unknown> = {};
      for (const [written, each] of Object.entries(spec.fields)) {
        const name = written.replace(/\?$/, '');
        const given = Object.getOwnPropertyDescriptor(value, name)?.value as unknown;
        if (given === undefined && (spec.lenient || written !== name)) continue;
        const content = judge(each, given);
        if (content !== wrong) put(result, name, content);
        else if (!spec.lenient) return wrong;
      }
      return result;
    }
    case 'union': {
      for (const each of spec.of) {
        const result = judge(each, value);
        if (result !== wrong) return result;
      }
      return wrong;
    }
  }
}

/** Also for a name such as `__proto__`. */
const put = (result: object, name: string, value: unknown) =>
  Object.defineProperty(result, name, { value, enumerable: true, writable: true, configurable: true });

/** Values that are as described; lists and dictionaries are short. */
export function sampleOf(spec: Spec): fc.Arbitrary<unknown> {
  switch (spec.kind) {
    case 'text':
      return fc.constantFrom(...spec.samples);
    case 'integer':
      return fc.integer({ min: spec.min, max: Math.min(spec.max, 2 ** 31 - 1) });
    case 'flag':
      return fc.boolean();
    case 'one':
      return fc.constantFrom(...spec.of);
    case 'nullable':
      return fc.option(sampleOf(spec.spec));
    case 'list':
      return fc.array(sampleOf(spec.spec), { maxLength: 3 });
    case 'dictionary':
      return fc
        .array(fc.tuple(sampleOf(spec.key) as fc.Arbitrary<string>, sampleOf(spec.value)), { maxLength: 3 })
        .map((entries) => Object.fromEntries(entries));
    case 'fields': {
      const names = Object.keys(spec.fields);
      return fc.record(
        Object.fromEntries(
          names.map((name) => [name.replace(/\?$/, ''), sampleOf(spec.fields[name]!)] as const),
        ),
        { requiredKeys: spec.lenient ? [] : names.filter((name) => !name.endsWith('?')) },
      );
    }
    case 'union':
      return fc.oneof(...spec.of.map(sampleOf));
  }
}
