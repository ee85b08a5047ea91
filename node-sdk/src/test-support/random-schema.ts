/** Where random choices come from: `below(n)` is a whole number from 0 up to, but not including, n. */
export interface Random {
  below(n: number): number;
}

/** The same choices for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return {
    below(n) {
      state = (state + 0x6d2b79f5) >>> 0;
      let value = Math.imul(state ^ (state >>> 15), state | 1);
      value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
      return ((((value ^ (value >>> 14)) >>> 0) / 2 ** 32) * n) | 0;
    },
  };
}

export const flip = (random: Random): boolean => random.below(2) === 1;
/** True once in n times. */
export const rarely = (random: Random, n: number): boolean => random.below(n) === n - 1;
export const pick = <T>(random: Random, all: readonly T[]): T => all[random.below(all.length)]!;

/** A number from 0 to 2³² - 1 that is the same for the same text (FNV-1a). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** A token that is the same for the same text. */
export function tokenFor(text: string): string {
  const hex = (part: number) => hash(`${part} ${text}`).toString(16).padStart(8, '0');
  const [a, b, c, d] = [hex(1), hex(2), hex(3), hex(4)];
  return `lunasec-${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(0, 3)}-${c.slice(3)}${d.slice(0, 7)}`;
}

export const namedType = (type: string): string => type.replace(/[[\]!]/g, '');

export interface RandomMark {
  binding?: string;
  duration?: string;
}

/** A random schema as plain data: what is marked is known here without asking the directive. */
export interface Model {
  sdl: string;
  /** By `Type.field`, `Type.field(arg)` and `Input.field`. */
  marks: Map<string, RandomMark>;
  /** Object types with their fields: SDL types by field name. */
  objects: Record<string, Record<string, string>>;
  /** Input types with their fields, those of which exactly one must be given among them. */
  inputs: Record<string, Record<string, string>>;
  /** Arguments of every field, by `Type.field`. */
  args: Record<string, Record<string, string>>;
  /** Abstract types with the object types that they can be. */
  abstract: Record<string, string[]>;
}

const markedOutputs = [
  'String',
  'String!',
  'ID',
  'ID!',
  'Box',
  '[String]',
  '[ID!]',
  '[Box!]',
  '[String!]!',
  '[[ID]]',
  '[[String!]!]',
];
const otherOutputs = ['String', 'ID!', 'Int', 'Kind', 'Any', '[String]', '[Any!]'];
const markedInputs = ['String', 'String!', 'ID', 'Box', '[String]', '[Box!]', '[[ID]]', '[ID!]!'];
const otherInputs = ['String', 'Int', 'Kind', 'Any', '[String]'];
const bindings = [undefined, undefined, undefined, 'fixed', 'P:{id}', '{id}/{kind}', '{kind}'];
const durations = [undefined, undefined, '5m', '1h'];
const objectTypes = ['A', 'B!', '[C!]', '[[A]]', '[N]', '[N!]', '[N]!', '[U!]!'];

export function randomModel(random: Random): Model {
  const marks: Model['marks'] = new Map();
  const abstract: Model['abstract'] = { N: ['A', 'B'], U: ['B', 'C'] };
  const objects: Model['objects'] = {};
  const inputs: Model['inputs'] = {};
  const args: Model['args'] = {};
  const sdl: string[] = ['scalar Any  enum Kind { X Y }  union U = B | C'];

  function mark(coordinate: string): string {
    const [binding, duration] = [pick(random, bindings), pick(random, durations)];
    const entries = Object.entries({ binding, duration }).filter(([, value]) => value !== undefined);
    marks.set(coordinate, Object.fromEntries(entries) as RandomMark);
    const written = entries.map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    return ` @token${written.length > 0 ? `(${written.join(', ')})` : ''}`;
  }

  /** A type for a leaf that may be marked, its default, and the mark. */
  function leaf(
    coordinate: string,
    marked: readonly string[],
    others: readonly string[],
    withDefault: boolean,
  ) {
    const isMarked = random.below(3) > 0;
    const type = pick(random, isMarked ? marked : others);
    const named = namedType(type);
    const isText = ['String', 'ID', 'Box'].includes(named);
    const usesDefault = withDefault && isText && rarely(random, 4);
    // A single value stands for a list of one.
    const written = usesDefault ? ` = ${JSON.stringify(tokenFor(`default ${random.below(9)}`))}` : '';
    return { type, written: `${type}${written}${isMarked ? mark(coordinate) : ''}` };
  }

  /** Prints a type, some of its fields in an extension. */
  function define(kind: string, head: string, name: string, fields: readonly string[]): void {
    const split = rarely(random, 3) ? 1 + random.below(fields.length - 1) : fields.length;
    sdl.push(`${kind} ${name}${head} { ${fields.slice(0, split).join('  ')} }`);
    if (split < fields.length) sdl.push(`extend ${kind} ${name} { ${fields.slice(split).join('  ')} }`);
  }

  // What bindings name is in In itself, and in what is around Inner.
  for (const [name, nested] of [
    ['In', ['In', '[Inner]', '[[In]]', 'One']],
    ['Inner', ['Inner', '[Inner!]']],
  ] as const) {
    const t = leaf(`${name}.t`, markedInputs, otherInputs, true);
    const l = leaf(`${name}.l`, markedInputs, otherInputs, true);
    const n = pick(random, nested);
    inputs[name] = { t: t.type, l: l.type, n, ...(name === 'In' ? { id: 'ID', kind: 'Kind' } : {}) };
    const fields = [`t: ${t.written}`, `l: ${l.written}`, `n: ${n}`];
    define(
      'input',
      '',
      name,
      name === 'In' ? [...fields, 'id: ID = 7', `kind: Kind${rarely(random, 3) ? ' = Y' : ''}`] : fields,
    );
  }
  inputs.One = { t: 'String', l: '[ID]', n: 'Int' };
  marks.set('One.t', {}).set('One.l', {});
  sdl.push('input One @oneOf { t: String @token  l: [ID] @token  n: Int }');

  const onInterface = flip(random) ? mark('N.n') : '';
  const argumentOfInterface = flip(random) ? mark('N.n(x)') : '';
  sdl.push(
    `interface N { id: ID  kind: Kind  n(x: String${argumentOfInterface} id: ID kind: Kind): String${onInterface} }`,
  );

  for (const name of ['Query', 'Mutation', 'Subscription', 'A', 'B', 'C']) {
    const fields: Record<string, string> = {};
    const printed: string[] = [];
    for (const field of ['s', 't', 'v']) {
      const coordinate = `${name}.${field}`;
      const { type, written } = leaf(coordinate, markedOutputs, otherOutputs, false);
      fields[field] = type;
      printed.push(`${field}${argumentsOf(coordinate)}: ${written}`);
    }
    for (const field of ['o', 'p']) {
      fields[field] = pick(random, objectTypes);
      printed.push(`${field}${argumentsOf(`${name}.${field}`)}: ${fields[field]}`);
    }
    if (name === 'A' || name === 'B') {
      fields.n = 'String';
      args[`${name}.n`] = { x: 'String', id: 'ID', kind: 'Kind' };
      // Its own mark wins; without one, that of the interface holds.
      const own = rarely(random, 3) ? mark(`${name}.n`) : '';
      const inherited = marks.get('N.n');
      if (!own && inherited) marks.set(`${name}.n`, inherited);
      const ownArgument = rarely(random, 3) ? mark(`${name}.n(x)`) : '';
      const inheritedArgument = marks.get('N.n(x)');
      if (!ownArgument && inheritedArgument) marks.set(`${name}.n(x)`, inheritedArgument);
      printed.push(`n(x: String${ownArgument} id: ID kind: Kind): String${own}`);
    }
    objects[name] = { ...fields, id: 'ID', kind: 'Kind' };
    define('type', fields.n ? ' implements N' : '', name, [...printed, 'id: ID', 'kind: Kind']);
  }
  // Bindings of an input type that no mutation takes cannot be written, and schemas with those are refused.
  sdl.push('extend type Mutation { takesInner(i: [Inner] id: ID kind: Kind): Int }');
  return { sdl: sdl.join('\n'), marks, objects, inputs, args, abstract };

  function argumentsOf(coordinate: string): string {
    const x = leaf(`${coordinate}(x)`, markedInputs, otherInputs, true);
    const i = pick(random, ['In', '[Inner]', 'One', '[[In!]]']);
    args[coordinate] = { x: x.type, i, id: 'ID', kind: 'Kind' };
    return `(x: ${x.written} i: ${i}${i === 'In' && rarely(random, 6) ? defaultOfIn() : ''} id: ID = 8 kind: Kind)`;
  }

  function defaultOfIn(): string {
    const { t, l } = inputs.In!;
    if (l!.endsWith('!')) return '';
    const isText = ['String', 'ID', 'Box'].includes(namedType(t!));
    if (isText && flip(random)) return ` = { t: "${tokenFor(`default ${random.below(9)}`)}", id: "in" }`;
    return t!.endsWith('!') ? '' : ' = { t: null, id: "in" }';
  }
}
