import {
  astFromValue,
  buildSchema,
  getNamedType,
  isEnumType,
  isObjectType,
  isScalarType,
  print,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../schema.graphql'), 'utf8'));

export interface Operation {
  name: string;
  kind: 'query' | 'mutation';
  /** With every argument as a variable of the same name, and every field of the answer. */
  document: string;
  arguments: string[];
}

function selectionOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  if (isScalarType(named) || isEnumType(named)) return '';
  const fields = Object.values((named as GraphQLObjectType).getFields());
  return ` { ${fields.map(({ name, type: inner }) => `${name}${selectionOf(inner)}`).join(' ')} }`;
}

function operationOf(kind: Operation['kind'], field: GraphQLField<unknown, unknown>): Operation {
  const variables = field.args.map(({ name, type, defaultValue }) => {
    const value = defaultValue === undefined ? undefined : astFromValue(defaultValue, type);
    return `$${name}: ${String(type)}${value ? ` = ${print(value)}` : ''}`;
  });
  const given = field.args.map(({ name }) => `${name}: $${name}`);
  const inParentheses = (list: string[]) => (list.length === 0 ? '' : `(${list.join(', ')})`);
  return {
    name: field.name,
    kind,
    document: `${kind} ${inParentheses(variables)} { ${field.name}${inParentheses(given)}${selectionOf(field.type)} }`,
    arguments: field.args.map(({ name }) => name),
  };
}

const rootFields = (kind: Operation['kind'], type: unknown): Operation[] =>
  isObjectType(type) ? Object.values(type.getFields()).map((field) => operationOf(kind, field)) : [];

/** Every operation of schema.graphql. */
export const operations: Operation[] = [
  ...rootFields('query', schema.getQueryType()),
  ...rootFields('mutation', schema.getMutationType()),
];

/** The document that calls an operation. */
export function documentOf(name: string): string {
  const operation = operations.find((it) => it.name === name);
  if (!operation) throw new Error(`schema.graphql has no operation "${name}".`);
  return operation.document;
}
