/** Types and texts of the SDK's operations, made from the tokenizer's schema: `npm run codegen -w node-sdk`. */
import { codegen } from '@graphql-codegen/core';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildASTSchema, Kind, parse, print, stripIgnoredCharacters, validate, visit } from 'graphql';
import { format, resolveConfig } from 'prettier';

const fileAt = (path) => fileURLToPath(new URL(path, import.meta.url));
const schemaFile = fileAt('../../schema.graphql');
const operationsFile = fileAt('../src/client/operations.graphql');
export const outputFile = fileAt('../src/client/operations.ts');

const banner =
  '// Generated from operations.graphql and schema.graphql by `npm run codegen -w node-sdk`. Do not edit.\n';

/** The text of `operations.ts`. Throws when an operation does not fit the schema. */
export async function generate() {
  const schema = parse(await readFile(schemaFile, 'utf8'));
  const document = parse(await readFile(operationsFile, 'utf8'));
  const faults = validate(buildASTSchema(schema), document);
  if (faults.length > 0) throw new Error(faults.map(String).join('\n'));
  const text = await codegen({
    filename: outputFile,
    schema,
    documents: [{ location: operationsFile, document }],
    pluginMap: { operationTypes, operations: { plugin: () => operationTexts(document) } },
    plugins: [
      {
        operationTypes: {
          scalars: {
            ID: 'string',
            DateTime: 'string',
            Duration: 'string',
            JSONObject: 'Record<string, unknown>',
          },
          enumType: 'string-literal',
          skipTypename: true,
          strictScalars: true,
          useTypeImports: true,
        },
      },
      { operations: {} },
    ],
    config: {},
  });
  return format(banner + text, { ...(await resolveConfig(outputFile)), parser: 'typescript' });
}

/** One constant per operation: its text, with the types of its variables and answer. */
function operationTexts(document) {
  const fragments = new Map(
    document.definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map((node) => [node.name.value, node]),
  );
  const used = (node, names = new Set()) => {
    visit(node, {
      FragmentSpread({ name: { value } }) {
        if (names.has(value)) return;
        names.add(value);
        used(fragments.get(value), names);
      },
    });
    return names;
  };
  const constants = document.definitions
    .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
    .map((node) => {
      const { value: name } = node.name;
      const parts = [node, ...[...used(node)].map((fragment) => fragments.get(fragment))];
      const text = stripIgnoredCharacters(parts.map(print).join('\n'));
      const kind = node.operation === 'query' ? 'Query' : 'Mutation';
      const constant = name[0].toLowerCase() + name.slice(1);
      return `export const ${constant}: Operation<${name}${kind}, ${name}${kind}Variables> = { query: ${JSON.stringify(text)} };`;
    });
  return `
/** The text of an operation with one root field, and the types of its answer and variables. */
export interface Operation<Data, Variables> {
  query: string;
  /** Only for the type checker: never there. */
  types?: (variables: Variables) => Data;
}

${constants.join('\n')}`;
}
