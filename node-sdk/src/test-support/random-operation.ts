import { flip, namedType, pick, rarely, tokenFor } from './random-schema.js';
import type { Model, Random } from './random-schema.js';

export interface RandomOperation {
  kind: 'query' | 'mutation' | 'subscription';
  source: string;
  variables: Record<string, unknown>;
  /** Some fragment is spread more than once. */
  repeats: boolean;
}

export interface OperationOptions {
  kind: RandomOperation['kind'];
  /** With `@defer` and `@stream`, which plain graphql-js ignores. */
  incremental?: boolean;
  /** With marked values that are no tokens. */
  mistakes?: boolean;
  /** With `__typename` in every object, not only where there is nothing else. */
  typenames?: boolean;
}

/** Names that objects have by themselves are keys of a response like any other. */
const specialAliases = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];

export function randomOperation(
  random: Random,
  model: Model,
  { kind, incremental = false, mistakes = false, typenames = false }: OperationOptions,
): RandomOperation {
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const fragments: string[] = [];
  /** Those that are complete, by the type that they are on. */
  const spreadable: { name: string; on: string }[] = [];
  let aliases = 0;
  const unaliased = new Set<string>();
  let labels = 0;
  let repeats = false;

  function value(type: string, depth: number): unknown {
    if (type.endsWith('!')) return present(type.slice(0, -1), depth);
    return rarely(random, 6) ? null : present(type, depth);
  }

  /** What bindings name; mostly there, or most operations would fail for want of it. */
  function beside(name: string, type: string): unknown {
    if (!['id', 'kind'].includes(name) || rarely(random, 20)) return undefined;
    return type === 'ID' ? pick(random, ['1', 'u:2', 'ä/3', '{id}']) : pick(random, ['X', 'Y']);
  }

  function present(type: string, depth: number): unknown {
    if (type.startsWith('[')) {
      const item = type.slice(1, -1);
      // A single value stands for a list of one.
      if (rarely(random, 5) && !item.startsWith('[')) return present(item.replace('!', ''), depth);
      return Array.from({ length: random.below(3) }, () => value(item, depth));
    }
    if (type === 'Int') return random.below(9);
    if (type === 'Kind') return pick(random, ['X', 'Y']);
    if (type === 'Any')
      return pick(random, [
        1,
        'text',
        tokenFor('any'),
        { deep: [tokenFor('deep'), null] },
        [[tokenFor('list')]],
      ]);
    const fields = model.inputs[type];
    if (!fields)
      return mistakes && rarely(random, 40) ? 'not a token' : tokenFor(`input ${random.below(60)}`);
    if (type === 'One') {
      const [name, fieldType] = pick(random, Object.entries(fields));
      return { [name]: present(fieldType, depth) };
    }
    const chosen = Object.entries(fields).filter(
      ([name, fieldType]) =>
        fieldType.endsWith('!') ||
        // Most operations have what bindings need.
        (['id', 'kind'].includes(name) ? !rarely(random, 20) : depth < 3 && flip(random)),
    );
    return Object.fromEntries(
      chosen.map(([name, fieldType]) => {
        return [name, beside(name, fieldType) ?? value(fieldType, depth + 1)];
      }),
    );
  }

  /** Writes a value as a literal in which any part may be a variable, given, by its default, or not at all. */
  function literal(type: string, content: unknown, mayBeMissing: boolean): string {
    if (rarely(random, 4)) {
      const name = pick(random, [`v${declared.length}`, `constructor${declared.length}`]);
      if (mayBeMissing && !type.endsWith('!') && rarely(random, 8)) {
        declared.push(`$${name}: ${type}`);
        return `$${name}`;
      }
      const byDefault = flip(random);
      declared.push(`$${name}: ${type}${byDefault ? ` = ${constant(type, content)}` : ''}`);
      if (!byDefault) variables[name] = content;
      return `$${name}`;
    }
    return write(type, content, (partType, part, isField) => literal(partType, part, isField));
  }

  function constant(type: string, content: unknown): string {
    return write(type, content, constant);
  }

  function write(
    type: string,
    content: unknown,
    part: (type: string, content: unknown, isField: boolean) => string,
  ): string {
    const inner = type.replace(/!$/, '');
    if (content === null) return 'null';
    if (inner.startsWith('[')) {
      const item = inner.slice(1, -1);
      return Array.isArray(content)
        ? `[${content.map((each) => part(item, each, false)).join(', ')}]`
        : write(item, content, part);
    }
    const fields = model.inputs[inner];
    if (fields && typeof content === 'object') {
      const isOne = inner === 'One';
      const entries = Object.entries(content).map(([name, each]) => {
        // Inside a oneOf input, variables must not be null.
        const fieldType = isOne ? `${fields[name]!}!` : fields[name]!;
        return `${name}: ${part(fieldType, each, !isOne)}`;
      });
      return `{${entries.join(', ')}}`;
    }
    return inner === 'Kind' ? String(content) : plain(content);
  }

  function field(typeName: string, name: string, depth: number): string {
    const type = name === 'n' ? 'String' : model.objects[typeName]![name]!;
    const args = Object.entries(model.args[`${typeName}.${name}`] ?? (name === 'n' ? model.args['A.n']! : {}))
      .filter(
        ([arg, argType]) =>
          argType.endsWith('!') || (['id', 'kind'].includes(arg) ? !rarely(random, 15) : flip(random)),
      )
      .map(([arg, argType]) => {
        const content = beside(arg, argType) ?? value(argType, 0);
        return `${arg}: ${literal(argType, content, true)}`;
      });
    const below = namedType(type);
    const isLeaf = !(below in model.objects) && !(below in model.abstract);
    const selections = isLeaf ? '' : ` ${selectionSet(below, depth + 1)}`;
    const stream =
      incremental && type.startsWith('[') && rarely(random, 3)
        ? ` @stream(initialCount: ${random.below(2)}${later()})`
        : '';
    const directives = `${depth === 0 && kind === 'subscription' ? '' : condition()}${stream}`;
    return `${keyFor(name)}${name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directives}${selections}`;
  }

  /** Fields of the same name have keys of their own: with other arguments, they could not be merged. */
  function keyFor(name: string): string {
    if (rarely(random, 3) && !unaliased.has(name)) {
      unaliased.add(name);
      return '';
    }
    const count = aliases++;
    const alias = rarely(random, 10) && specialAliases[count] ? specialAliases[count] : `k${count}`;
    return `${alias}: `;
  }

  /** The other arguments of `@defer` and `@stream`. */
  function later(): string {
    const label = rarely(random, 3) ? `, label: "l${labels++}"` : '';
    if (!rarely(random, 4)) return label;
    const name = `v${declared.length}`;
    declared.push(`$${name}: Boolean!`);
    variables[name] = flip(random);
    return `${label}, if: $${name}`;
  }

  function condition(): string {
    const directive = pick(random, ['skip', 'include']);
    const isOn = flip(random);
    if (!rarely(random, 5)) return '';
    if (flip(random)) return ` @${directive}(if: ${isOn})`;
    const name = `v${declared.length}`;
    declared.push(`$${name}: Boolean!`);
    variables[name] = isOn;
    return ` @${directive}(if: $${name})`;
  }

  function selectionSet(typeName: string, depth: number): string {
    const selections: string[] = typenames ? ['__typename'] : [];
    const possible = model.abstract[typeName];
    const canDefer = depth > 0 || kind === 'query';
    const defer = () =>
      incremental && canDefer && flip(random) ? ` @defer(${later()})`.replace('()', '') : '';
    for (let count = random.below(depth > 2 ? 2 : 4); count >= 0; count--) {
      const choice = random.below(4);
      if (choice === 0 && depth <= 3) {
        const inside = pick(random, conditionsOf(typeName));
        const type = inside !== typeName || flip(random) ? ` on ${inside}` : '';
        selections.push(`...${type}${condition()}${defer()} ${selectionSet(inside, depth + 1)}`);
      } else if (choice === 1 && depth <= 3) {
        const inside = pick(random, conditionsOf(typeName));
        const again = spreadable.find(({ on }) => on === inside);
        if (again && rarely(random, 3)) {
          repeats = true;
          selections.push(`...${again.name}${condition()}${defer()}`);
        } else {
          const name = `F${fragments.length}`;
          const index = fragments.push('') - 1;
          fragments[index] = `fragment ${name} on ${inside} ${selectionSet(inside, depth + 1)}`;
          spreadable.push({ name, on: inside });
          selections.push(`...${name}${condition()}${defer()}`);
        }
      } else if (possible) {
        if (typeName === 'N') selections.push(field('N', 'n', depth));
      } else {
        const names = Object.keys(model.objects[typeName]!).filter((name) => !['id', 'kind'].includes(name));
        selections.push(field(typeName, pick(random, depth > 2 ? ['s', 't', 'v'] : names), depth));
      }
    }
    return `{ ${selections.length > 0 ? selections.join(' ') : '__typename'} }`;
  }

  /** Types that a fragment may be on: what the type can be, and what it can be taken for. */
  function conditionsOf(typeName: string): string[] {
    const possible = model.abstract[typeName] ?? [typeName];
    const wider = Object.keys(model.abstract).filter((name) =>
      model.abstract[name]!.some((each) => possible.includes(each)),
    );
    return [...possible, ...wider];
  }

  const body =
    kind === 'subscription'
      ? `{ ${field('Subscription', pick(random, ['s', 't', 'v', 'o', 'p']), 0)} }`
      : selectionSet(kind === 'query' ? 'Query' : 'Mutation', 0);
  const parameters = declared.length > 0 ? `(${declared.join(', ')})` : '';
  return { kind, source: [`${kind}${parameters} ${body}`, ...fragments].join('\n'), variables, repeats };
}

/** JSON as GraphQL writes it. */
function plain(content: unknown): string {
  if (Array.isArray(content)) return `[${content.map(plain).join(', ')}]`;
  if (typeof content === 'object' && content !== null)
    return `{${Object.entries(content)
      .map(([name, part]) => `${name}: ${plain(part)}`)
      .join(', ')}}`;
  return JSON.stringify(content);
}
