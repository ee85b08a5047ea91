import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { GeneratorValue } from 'fast-check';

/** A random schema as plain data: what is marked is known here without asking the directive. */
export interface Model {
  sdl: string;
  /** `Type.field`, `Type.field(arg)` and `Input.field` that are marked. */
  marked: Set<string>;
  /** Object types with their fields: SDL types by field name. */
  objects: Record<string, Record<string, string>>;
  /** Input types with their fields. */
  inputs: Record<string, Record<string, string>>;
  /** Arguments of every field. */
  args: Record<string, Record<string, string>>;
  /** Abstract types with the object types that they can be. */
  abstract: Record<string, string[]>;
}

export interface RandomOperation {
  source: string;
  variables: Record<string, unknown>;
}

const leafTypes = ['String', 'String!', 'ID', '[String]', '[ID!]', '[String!]!', '[[ID]]', '[[String!]!]'];
const leafInputs = ['String', 'ID', '[String]', '[[ID]]'];
export const namedType = (type: string): string => type.replace(/[[\]!]/g, '');

/** A token that is the same for the same text. */
export function tokenFor(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `lunasec-${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function randomModel(g: GeneratorValue): Model {
  const flag = () => g(fc.boolean);
  const pick = <T>(all: readonly T[]): T => all[g(fc.nat, { max: all.length - 1 })]!;
  const marked = new Set<string>();
  const mark = (coordinate: string): string => {
    if (!flag()) return '';
    marked.add(coordinate);
    return ' @token';
  };
  const abstract: Record<string, string[]> = { N: ['A', 'B'], U: ['B', 'C'] };
  const objects: Model['objects'] = {};
  const inputs: Model['inputs'] = {};
  const args: Model['args'] = {};
  const sdl: string[] = ['union U = B | C'];

  for (const name of ['In', 'Inner']) {
    inputs[name] = { t: pick(leafInputs), l: pick(leafInputs), n: pick(['In', '[Inner]', '[[In]]']) };
    const fields = Object.entries(inputs[name]).map(([field, type]) =>
      namedType(type).startsWith('In') ? `${field}: ${type}` : `${field}: ${type}${mark(`${name}.${field}`)}`,
    );
    sdl.push(`input ${name} { ${fields.join(' ')} }`);
  }

  const named = `n(x: String): String${mark('N.n')}`;
  sdl.push(`interface N { ${named} }`);
  for (const name of ['Query', 'Mutation', 'A', 'B', 'C']) {
    const fields: Record<string, string> = { s: pick(leafTypes), t: pick(leafTypes) };
    for (const field of ['o', 'p']) fields[field] = pick(['A', 'B!', '[C!]', '[[A]]', '[N]', '[U!]!']);
    if (name === 'A' || name === 'B') fields.n = 'String';
    objects[name] = fields;
    const printed = Object.entries(fields).map(([field, type]) => {
      const coordinate = `${name}.${field}`;
      args[coordinate] =
        field === 'n' ? { x: 'String' } : { x: pick(leafInputs), i: pick(['In', '[Inner]']) };
      const parameters = Object.entries(args[coordinate]).map(([arg, argType]) =>
        namedType(argType).startsWith('In')
          ? `${arg}: ${argType}`
          : `${arg}: ${argType}${mark(`${coordinate}(${arg})`)}`,
      );
      const isLeaf = ['String', 'ID'].includes(namedType(type));
      return `${field}(${parameters.join(' ')}): ${type}${isLeaf ? mark(coordinate) : ''}`;
    });
    sdl.push(`type ${name}${fields.n ? ' implements N' : ''} { ${printed.join(' ')} }`);
  }
  // What an interface marks is marked in the types that implement it.
  for (const name of ['A', 'B']) if (marked.has('N.n')) marked.add(`${name}.n`);
  return { sdl: sdl.join('\n'), marked, objects, inputs, args, abstract };
}

export function randomOperation(g: GeneratorValue, model: Model): RandomOperation {
  const flag = () => g(fc.boolean);
  const pick = <T>(all: readonly T[]): T => all[g(fc.nat, { max: all.length - 1 })]!;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fragments: string[] = [];
  let aliases = 0;

  function value(type: string, depth: number): unknown {
    if (g(fc.nat, { max: 5 }) === 0) return null;
    if (type.startsWith('[')) {
      const item = type.slice(1, -1);
      // A single value stands for a list of one.
      if (g(fc.nat, { max: 4 }) === 0 && !item.startsWith('[')) return value(item, depth);
      return Array.from({ length: g(fc.nat, { max: 2 }) }, () => value(item, depth));
    }
    const fields = model.inputs[type];
    if (!fields) return tokenFor(`input ${g(fc.nat, { max: 40 })}`);
    if (depth > 2) return {};
    return Object.fromEntries(
      Object.entries(fields)
        .filter(flag)
        .map(([name, fieldType]) => [name, value(fieldType, depth + 1)]),
    );
  }

  /** Writes a value as a literal in which any part may be a variable, given or by its default. */
  function literal(type: string, content: unknown): string {
    if (g(fc.nat, { max: 3 }) === 0) {
      const name = `v${declared.length}`;
      const byDefault = flag();
      declared.push(`$${name}: ${type}${byDefault ? ` = ${constant(content)}` : ''}`);
      if (!byDefault) variables[name] = content;
      return `$${name}`;
    }
    if (Array.isArray(content))
      return `[${content.map((item) => literal(type.slice(1, -1), item)).join(', ')}]`;
    if (typeof content === 'object' && content !== null) {
      const fields = model.inputs[namedType(type)]!;
      return `{${Object.entries(content)
        .map(([name, part]) => `${name}: ${literal(fields[name]!, part)}`)
        .join(', ')}}`;
    }
    return JSON.stringify(content);
  }

  function field(typeName: string, name: string, depth: number): string {
    const type = name === 'n' ? 'String' : model.objects[typeName]![name]!;
    const args = Object.entries(model.args[`${typeName}.${name}`] ?? { x: 'String' })
      .filter(flag)
      .map(([arg, argType]) => `${arg}: ${literal(argType, value(argType, 0))}`);
    const below = namedType(type);
    const selections = ['String', 'ID'].includes(below) ? '' : ` ${selectionSet(below, depth + 1)}`;
    // An alias of its own keeps fields from being merged, which they could not be with other arguments.
    return `k${aliases++}: ${name}${args.length > 0 ? `(${args.join(', ')})` : ''}${condition()}${selections}`;
  }

  function condition(): string {
    const kind = g(fc.nat, { max: 7 });
    if (kind === 0) return ' @skip(if: true)';
    if (kind === 1) return ' @include(if: true)';
    return '';
  }

  function selectionSet(typeName: string, depth: number): string {
    const selections: string[] = ['__typename'];
    const possible = model.abstract[typeName];
    for (let count = g(fc.nat, { max: depth > 2 ? 1 : 3 }); count >= 0; count--) {
      const kind = g(fc.nat, { max: 3 });
      if (kind === 0 && depth <= 3) {
        const inside = pick(possible ?? [typeName]);
        selections.push(`... on ${inside}${condition()} ${selectionSet(inside, depth + 1)}`);
      } else if (kind === 1 && depth <= 3) {
        const name = `F${fragments.length}`;
        fragments.push('');
        const inside = pick(possible ?? [typeName]);
        fragments[Number(name.slice(1))] = `fragment ${name} on ${inside} ${selectionSet(inside, depth + 1)}`;
        selections.push(`...${name}${condition()}`);
      } else if (possible) {
        if (typeName === 'N') selections.push(field('N', 'n', depth));
      } else {
        const names = Object.keys(model.objects[typeName]!);
        selections.push(field(typeName, pick(depth > 2 ? ['s', 't'] : names), depth));
      }
    }
    return `{ ${selections.join(' ')} }`;
  }

  const kind = pick(['query', 'mutation']);
  const body = selectionSet(kind === 'query' ? 'Query' : 'Mutation', 0);
  const parameters = declared.length > 0 ? `(${declared.join(', ')})` : '';
  return { source: [`${kind}${parameters} ${body}`, ...fragments].join('\n'), variables };
}

function constant(content: unknown): string {
  if (Array.isArray(content)) return `[${content.map(constant).join(', ')}]`;
  if (typeof content === 'object' && content !== null)
    return `{${Object.entries(content)
      .map(([name, part]) => `${name}: ${constant(part)}`)
      .join(', ')}}`;
  return JSON.stringify(content);
}
