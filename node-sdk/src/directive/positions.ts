import { collectFields, collectSubFields } from '@graphql-tools/utils';
import { getNamedType, getNullableType, isListType, isNonNullType } from 'graphql';
import type { FieldNode, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo } from 'graphql';
import { possibleTypes } from './operation.js';
import type { Operation } from './operation.js';

export type ResponsePath = readonly (string | number)[];

/** A place in a response: a field, or an item of a list. */
export interface Position {
  nonNull: boolean;
  /** The field that it is of: type name and field name; several if the object's type is not certain. */
  fields: readonly { typeName: string; fieldName: string }[];
}

interface Alternative {
  parent: GraphQLObjectType;
  fieldName: string;
  type: GraphQLOutputType;
  nodes: FieldNode[];
}

/**
 * Finds out what is at each step of a path into a response; shorter than the path where that leads into a custom
 * scalar's value, empty where it leads to nothing selected. `typenames`, where known, are the types of the objects.
 */
export type Locate = (
  data: unknown,
  path: ResponsePath,
  typenames?: readonly (string | undefined)[],
) => Position[];

/** `inPayloads`: the response is sent in several, so that an object in one of them need not have all its keys. */
export function createLocate(
  { schema, definition, fragments, variables }: Operation,
  { inPayloads }: { inPayloads: boolean },
): Locate {
  const root = schema.getRootType(definition.operation)!;
  const rootFields = withDeferred(collectFields(schema, fragments, variables, root, definition.selectionSet));

  const subfields = (type: GraphQLObjectType, nodes: FieldNode[]) =>
    withDeferred(collectSubFields(schema, fragments, variables, type, nodes));

  function enter(
    objects: readonly { type: GraphQLObjectType; selected: Map<string, FieldNode[]> }[],
    key: string,
    value: unknown,
    typename: string | undefined,
  ): Alternative[] {
    const candidates = objects.filter(
      ({ type, selected }) => selected.has(key) && (typename === undefined || type.name === typename),
    );
    const fitting = candidates.filter(({ type, selected }) => fits(value, type, selected));
    return (fitting.length > 0 ? fitting : candidates).flatMap(({ type, selected }) => {
      const nodes = selected.get(key)!;
      const fieldName = nodes[0]!.name.value;
      const field = type.getFields()[fieldName];
      return field ? [{ parent: type, fieldName, type: field.type, nodes }] : [];
    });
  }

  /** Whether an object in the response can be of a type: it has what is selected there, that `__typename` included. */
  function fits(value: unknown, type: GraphQLObjectType, selected: Selected): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const entries = Object.entries(value);
    return (
      (inPayloads || entries.length === selected.size) &&
      entries.every(([key, content]) => {
        const [node] = selected.get(key) ?? [];
        return node && (node.name.value !== '__typename' || content === type.name);
      })
    );
  }

  return (data, path, typenames = []) => {
    const positions: Position[] = [];
    let alternatives: Alternative[] = [];
    let value = data;
    for (const [depth, key] of path.entries()) {
      if (typeof key === 'number') {
        alternatives = alternatives.flatMap((each) => {
          const list = getNullableType(each.type);
          return isListType(list) ? [{ ...each, type: list.ofType }] : [];
        });
      } else {
        const objects =
          depth === 0
            ? [{ type: root, selected: rootFields }]
            : alternatives.flatMap(({ type, nodes }) =>
                possibleTypes(schema, getNamedType(type)).map((each) => ({
                  type: each,
                  selected: subfields(each, nodes),
                })),
              );
        alternatives = enter(objects, key, value, typenames[depth]);
      }
      if (alternatives.length === 0) break;
      positions.push({
        nonNull: alternatives.some(({ type }) => isNonNullType(type)),
        fields: alternatives.map(({ parent, fieldName }) => ({ typeName: parent.name, fieldName })),
      });
      value = childOf(value, key);
    }
    return positions;
  };
}

type Selected = Map<string, FieldNode[]>;
const merged = new WeakMap<Selected, Selected>();

/** All fields of an object, those that arrive in a later payload included. Always the same map for the same fields. */
function withDeferred({ fields, patches }: { fields: Selected; patches: { fields: Selected }[] }): Selected {
  if (patches.length === 0) return fields;
  let all = merged.get(fields);
  if (!all) {
    all = new Map(fields);
    for (const patch of patches)
      for (const [key, nodes] of patch.fields) all.set(key, [...(all.get(key) ?? []), ...nodes]);
    merged.set(fields, all);
  }
  return all;
}

/** What is at a path; undefined when a step on the way is missing or null. */
export function valueAt(data: unknown, path: ResponsePath): unknown {
  let value = data;
  for (const key of path) value = childOf(value, key);
  return value;
}

/** {@link valueAt} for a path as graphql-js writes it down. */
export function valueAtPath(data: unknown, path: GraphQLResolveInfo['path'] | undefined): unknown {
  return path ? childOf(valueAtPath(data, path.prev), path.key) : data;
}

const childOf = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;

/**
 * Puts null at a path, or at the nearest place above it that may be null (GraphQL specification, October 2021, §6.4.4).
 * Returns that place; undefined when there is none, and all of the data has to be null. The first `sent` steps of the
 * path are not in this payload: they left before, and can no longer be null.
 */
export function nullAt(
  data: unknown,
  path: ResponsePath,
  positions: readonly Position[],
  sent = 0,
): ResponsePath | undefined {
  for (let last = positions.length - 1; last >= sent; last--) {
    if (positions[last]!.nonNull) continue;
    const container = valueAt(data, path.slice(0, last)) as Record<string | number, unknown>;
    container[path[last]!] = null;
    return path.slice(0, last + 1);
  }
  return undefined;
}
