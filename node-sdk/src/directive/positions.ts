import { collectFields, collectSubFields } from '@graphql-tools/utils';
import { getNamedType, getNullableType, isListType, isNonNullType } from 'graphql';
import type { FieldNode, GraphQLObjectType, GraphQLOutputType } from 'graphql';
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

export function createLocate({ schema, definition, fragments, variables }: Operation): Locate {
  const root = schema.getRootType(definition.operation)!;
  const rootFields = collectFields(schema, fragments, variables, root, definition.selectionSet).fields;

  const subfields = (type: GraphQLObjectType, nodes: FieldNode[]) =>
    collectSubFields(schema, fragments, variables, type, nodes).fields;

  function enter(
    objects: readonly { type: GraphQLObjectType; selected: Map<string, FieldNode[]> }[],
    key: string,
    value: unknown,
    typename: string | undefined,
  ): Alternative[] {
    let candidates = objects.filter(
      ({ type, selected }) => selected.has(key) && (typename === undefined || type.name === typename),
    );
    if (candidates.length > 1) {
      // An object in a response has exactly the keys that were selected on its type.
      const keys = Object.keys(value as object)
        .toSorted()
        .join();
      const exact = candidates.filter(({ selected }) => [...selected.keys()].toSorted().join() === keys);
      if (exact.length > 0) candidates = exact;
    }
    return candidates.flatMap(({ type, selected }) => {
      const nodes = selected.get(key)!;
      const fieldName = nodes[0]!.name.value;
      const field = type.getFields()[fieldName];
      return field ? [{ parent: type, fieldName, type: field.type, nodes }] : [];
    });
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
      value = (value as Record<string | number, unknown>)[key];
    }
    return positions;
  };
}

/** What is at a path; undefined when a step on the way is missing or null. */
export function valueAt(data: unknown, path: ResponsePath): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/**
 * Puts null at a path, or at the nearest place above it that may be null (GraphQL specification, October 2021, §6.4.4).
 * Returns the new response data, which is null itself when no place may be.
 */
export function nullAt<Data>(data: Data, path: ResponsePath, positions: readonly Position[]): Data | null {
  for (let last = positions.length - 1; last >= 0; last--) {
    if (positions[last]!.nonNull) continue;
    const container = valueAt(data, path.slice(0, last)) as Record<string | number, unknown>;
    container[path[last]!] = null;
    return data;
  }
  return null;
}
