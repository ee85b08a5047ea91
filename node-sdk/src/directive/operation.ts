import { getVariableValues, isAbstractType, isObjectType, Kind } from 'graphql';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';

/** One operation that is about to run or has run, with what graphql-js would make of its variables. */
export interface Operation {
  schema: GraphQLSchema;
  definition: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  variables: Record<string, unknown>;
}

/** Reads an operation. The errors are those of variables that cannot be coerced: graphql-js will report them. */
export function readOperation(request: {
  schema: GraphQLSchema;
  document: DocumentNode;
  definition: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>> | null | undefined;
}): { operation: Operation } | { errors: readonly GraphQLError[] } {
  const { schema, document, definition } = request;
  const { coerced, errors } = getVariableValues(
    schema,
    definition.variableDefinitions ?? [],
    request.variables ?? {},
    { maxErrors: 50 },
  );
  if (errors) return { errors };
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return { operation: { schema, definition, fragments, variables: coerced } };
}

/** The object types that a value of a type can be at run time; none for leaf types. */
export function possibleTypes(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}
