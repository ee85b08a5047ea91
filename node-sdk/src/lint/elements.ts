import { getNamedType, isInputObjectType, isInterfaceType, isLeafType, isObjectType } from 'graphql';
import type {
  GraphQLArgument,
  GraphQLField,
  GraphQLInputField,
  GraphQLNamedType,
  GraphQLSchema,
  GraphQLType,
} from 'graphql';

/** Something that `@token` can mark, or a type it belongs to. */
export interface SchemaElement {
  kind: 'field' | 'argument' | 'inputField';
  /** Such as `User.ssn`, `Mutation.save(ssn:)` or `UserInput.ssn`. */
  coordinate: string;
  /** Its own name. */
  name: string;
  type: GraphQLType;
  parent: GraphQLNamedType;
  /** Of an argument: the field that it is of. */
  field: GraphQLField<unknown, unknown> | undefined;
  node: GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField;
}

/** All fields, arguments and input fields of a schema that hold plain values, in the order of the schema. */
export function elementsOf(schema: GraphQLSchema): SchemaElement[] {
  const elements: SchemaElement[] = [];
  for (const parent of Object.values(schema.getTypeMap())) {
    // Introspection has two underscores in front, federation's own types one.
    if (parent.name.startsWith('_')) continue;
    if (isInputObjectType(parent))
      for (const field of Object.values(parent.getFields()))
        add('inputField', `${parent.name}.${field.name}`, parent, field, undefined);
    if (isObjectType(parent) || isInterfaceType(parent))
      for (const field of Object.values(parent.getFields())) {
        if (field.name.startsWith('_')) continue;
        add('field', `${parent.name}.${field.name}`, parent, field, undefined);
        for (const argument of field.args)
          add('argument', `${parent.name}.${field.name}(${argument.name}:)`, parent, argument, field);
      }
  }
  return elements;

  function add(
    kind: SchemaElement['kind'],
    coordinate: string,
    parent: GraphQLNamedType,
    node: SchemaElement['node'],
    field: SchemaElement['field'],
  ): void {
    const { name, type } = node;
    if (isLeafType(getNamedType(type))) elements.push({ kind, coordinate, name, type, parent, field, node });
  }
}
