import { getFieldEntryKey, shouldIncludeNode } from '@graphql-tools/utils';
import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
} from 'graphql';
import type {
  ASTNode,
  FieldNode,
  GraphQLField,
  GraphQLInputType,
  GraphQLLeafType,
  GraphQLObjectType,
  NamedTypeNode,
  SelectionSetNode,
} from 'graphql';
import { BadUserInputError } from '../errors/index.js';
import type { ErrorPath, LunaSecError } from '../errors/index.js';
import { isToken } from '../token.js';
import type { TokenRef } from '../token.js';
import { bindingText, fillBinding } from './binding.js';
import { findTokens } from './leaks.js';
import { possibleTypes } from './operation.js';
import type { Operation } from './operation.js';
import type { FieldPlan, Mark, Plan } from './plan.js';

export interface InputToken extends TokenRef {
  /** Response keys down to the field, then the argument, then keys and indices inside it. */
  path: ErrorPath;
}

export interface Inputs {
  tokens: InputToken[];
  /** Marked values that are no tokens, or whose binding cannot be written. */
  problems: LunaSecError[];
  /** Tokens in arguments and input fields without `@token`. */
  leaks: { path: ErrorPath; coordinate: string }[];
}

/**
 * Finds the marked values in all arguments of an operation, as the resolvers would get them: through variables,
 * literals and defaults, in every selected field at any depth.
 *
 * A field that is selected on an interface or a union counts for every object type that it may turn out to be, because
 * the values must be verified before anybody knows.
 */
export function collectInputTokens(plan: Plan, operation: Operation): Inputs {
  const { schema, definition, fragments, variables } = operation;
  const inputs: Inputs = { tokens: [], problems: [], leaks: [] };
  const root = schema.getRootType(definition.operation);
  // Each node counts once per type, however often its fragment is spread. Repetition would find the same values again,
  // and nested spreads could be made to take exponential time.
  const seen = new Map<ASTNode, Set<GraphQLObjectType>>();

  function unseen(node: ASTNode, types: readonly GraphQLObjectType[]): GraphQLObjectType[] {
    let before = seen.get(node);
    if (!before) seen.set(node, (before = new Set()));
    const fresh = types.filter((type) => !before.has(type));
    for (const type of fresh) before.add(type);
    return fresh;
  }

  function visit(selections: SelectionSetNode, types: readonly GraphQLObjectType[], path: ErrorPath): void {
    for (const node of selections.selections) {
      if (!shouldIncludeNode(variables, node)) continue;
      if (node.kind === Kind.FIELD) {
        visitField(node, unseen(node, types), [...path, getFieldEntryKey(node)]);
        continue;
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node;
      if (!fragment) continue;
      const narrowed = unseen(fragment, narrow(types, fragment.typeCondition));
      if (narrowed.length > 0) visit(fragment.selectionSet, narrowed, path);
    }
  }

  function narrow(types: readonly GraphQLObjectType[], condition: NamedTypeNode | undefined) {
    if (!condition) return types;
    const wanted = typeFromAST(schema, condition);
    const possible = wanted ? possibleTypes(schema, wanted) : [];
    return types.filter((type) => possible.includes(type));
  }

  function visitField(node: FieldNode, types: readonly GraphQLObjectType[], path: ErrorPath): void {
    const below = new Set<GraphQLObjectType>();
    for (const type of types) {
      const field = type.getFields()[node.name.value];
      if (!field) continue;
      collectFieldInputs(plan, type.name, field, argumentsOf(field, node), path, inputs);
      for (const possible of possibleTypes(schema, getNamedType(field.type))) below.add(possible);
    }
    if (node.selectionSet && below.size > 0) visit(node.selectionSet, [...below], path);
  }

  function argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> {
    if (field.args.length === 0) return {};
    try {
      return getArgumentValues(field, node, variables);
    } catch {
      // graphql-js will fail the field for the same reason, without calling its resolver.
      return {};
    }
  }

  if (root) visit(definition.selectionSet, [root], []);
  return withoutRepetition(inputs);
}

/**
 * Where a router of Apollo Federation passes on what other subgraphs returned for `@key` and `@requires`: fields that
 * are marked there, in a scalar of Federation's own that cannot be marked.
 */
const representations = 'Query._entities(representations:)';

/** A field on an interface is looked at for each type that implements it; what was found is usually the same. */
function withoutRepetition({ tokens, problems, leaks }: Inputs): Inputs {
  const unique = <T>(all: T[], keyOf: (each: T) => unknown[]) => [
    ...new Map(all.map((each) => [JSON.stringify(keyOf(each)), each])).values(),
  ];
  return {
    tokens: unique(tokens, ({ path, token, binding }) => [path, token, binding]),
    problems: unique(problems, ({ path, message }) => [path, message]),
    leaks: unique(leaks, ({ path, coordinate }) => [path, coordinate]),
  };
}

/** Finds the marked values in the coerced arguments of one field; adds them to `inputs`. */
export function collectFieldInputs(
  plan: Plan,
  typeName: string,
  field: GraphQLField<unknown, unknown>,
  args: Readonly<Record<string, unknown>>,
  path: ErrorPath,
  inputs: Inputs,
): void {
  const planned: FieldPlan | undefined = plan.field(typeName, field.name);
  const types = new Map(field.args.map((argument) => [argument.name, argument.type]));
  const scope: Scope = { types, values: args, around: undefined };

  for (const [name, type] of types) {
    if (Object.hasOwn(args, name))
      visit(type, args[name], {
        path: [...path, name],
        coordinate: `${typeName}.${field.name}(${name}:)`,
        mark: planned?.arguments.get(name),
        scope,
      });
  }

  function visit(type: GraphQLInputType, value: unknown, at: Place): void {
    if (value === null || value === undefined) return;
    if (isNonNullType(type)) return visit(type.ofType as GraphQLInputType, value, at);
    if (isListType(type)) {
      const items: unknown[] = Array.isArray(value) ? value : [value];
      for (const [index, item] of items.entries())
        visit(type.ofType, item, { ...at, path: [...at.path, index] });
      return;
    }
    if (isInputObjectType(type)) {
      const fields = type.getFields();
      const values = value as Record<string, unknown>;
      const scope: Scope = {
        types: new Map(Object.values(fields).map((each) => [each.name, each.type])),
        values,
        around: at.scope,
      };
      for (const each of Object.values(fields))
        if (Object.hasOwn(values, each.name))
          visit(each.type, values[each.name], {
            path: [...at.path, each.name],
            coordinate: `${type.name}.${each.name}`,
            mark: plan.inputField(type.name, each.name),
            scope,
          });
      return;
    }
    if (at.mark) visitMarked(type, value, at.mark, at);
    else if (at.coordinate !== representations && findTokens(value).length > 0)
      inputs.leaks.push({ path: at.path, coordinate: at.coordinate });
  }

  function visitMarked(type: GraphQLLeafType, value: unknown, mark: Mark, at: Place): void {
    // Of a custom scalar, such as JSON, that takes whole lists.
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries())
        if (item !== null && item !== undefined)
          visitMarked(type, item, mark, { ...at, path: [...at.path, index] });
      return;
    }
    const { path, scope } = at;
    const token = tokenOf(type, value);
    if (token === undefined) {
      inputs.problems.push(
        new BadUserInputError(`${mark.coordinate} takes a token, and got something else.`, { path }),
      );
      return;
    }
    if (!mark.binding) {
      inputs.tokens.push({ token, path });
      return;
    }
    const binding = bindingOf(mark.binding, scope);
    if (typeof binding === 'object')
      inputs.problems.push(
        new BadUserInputError(
          `${mark.coordinate} is bound to "${binding.missing}" beside it, which has no value.`,
          {
            path,
          },
        ),
      );
    else inputs.tokens.push({ token, binding, path });
  }
}

/** The token itself, also where a custom scalar keeps it in an object of its own; undefined when it is none. */
function tokenOf(type: GraphQLLeafType, value: unknown): string | undefined {
  if (isToken(value)) return value;
  if (typeof value !== 'object') return undefined;
  try {
    const outside: unknown = type.serialize(value);
    return isToken(outside) ? outside : undefined;
  } catch {
    return undefined;
  }
}

/** The arguments of a field, or the fields of an input object: where the names in a binding are looked for. */
interface Scope {
  types: ReadonlyMap<string, GraphQLInputType>;
  values: Readonly<Record<string, unknown>>;
  /** What this input object is in. */
  around: Scope | undefined;
}

interface Place {
  path: ErrorPath;
  coordinate: string;
  mark: Mark | undefined;
  scope: Scope;
}

function bindingOf(template: NonNullable<Mark['binding']>, scope: Scope): string | { missing: string } {
  const texts = new Map<string, string>();
  for (const name of template.names) {
    const text = textOf(scope, name);
    if (text === undefined) return { missing: name };
    texts.set(name, text);
  }
  return fillBinding(template, texts);
}

/** What the schema declares nearest counts, given or not: no operation can choose another. */
function textOf({ types, values, around }: Scope, name: string): string | undefined {
  const declared = types.get(name);
  if (!declared) return around && textOf(around, name);
  const type = getNullableType(declared);
  if (!isLeafType(type) || !Object.hasOwn(values, name)) return undefined;
  try {
    return bindingText(type, values[name]);
  } catch {
    return undefined;
  }
}
