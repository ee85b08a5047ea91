import {
  buildASTSchema,
  concatAST,
  isSchema,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  Source,
  specifiedScalarTypes,
  visit,
} from 'graphql';
import type { DefinitionNode, DocumentNode, GraphQLSchema } from 'graphql';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { directiveName, typeDefs } from '../directive/index.js';
import { UsageError } from './io.js';

const modules = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']);

/**
 * Reads a schema from SDL files, or from a module that exports it. Throws an error that names the file.
 *
 * A subgraph's SDL need not be complete: `extend type` of what another subgraph defines, scalars and directives of a
 * linked specification are taken as they are.
 */
export async function loadSchema(files: readonly string[]): Promise<GraphQLSchema> {
  const documents: DocumentNode[] = [];
  for (const file of files) {
    const path = resolve(file);
    if (!modules.has(extname(path)))
      documents.push(parseText(new Source(await read(path, file), path), file));
    else {
      const exported = await exportOf(path, file);
      if (!isSchema(exported)) documents.push(...exported);
      else if (files.length === 1) return exported;
      else throw new UsageError(`${file} exports a whole schema: give it alone.`);
    }
  }
  return build(concatAST(documents), files);
}

async function read(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** A text with the name of its file, if that is where its lines are. */
function parseText(text: string | Source, file: string): DocumentNode {
  try {
    return parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not GraphQL: ${String(error)}`, { cause: error });
  }
}

async function exportOf(path: string, file: string): Promise<GraphQLSchema | DocumentNode[]> {
  let exports: Record<string, unknown>;
  try {
    exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    const hint = /\.[mc]?ts$/.test(path) ? ' Build it first, or run this with a loader for TypeScript.' : '';
    throw new UsageError(`${file} cannot be loaded: ${messageOf(error)}${hint}`, { cause: error });
  }
  const found: unknown = await (exports.schema ?? exports.typeDefs ?? exports.default);
  if (isSchema(found)) return found;
  const parts: unknown[] = Array.isArray(found) ? found : [found];
  if (found !== undefined && parts.every((part) => typeof part === 'string' || isDocument(part)))
    return parts.map((part) => (isDocument(part) ? part : parseText(part as string, file)));
  throw new UsageError(
    `${file} exports no schema: it needs an export "schema", "typeDefs" or a default one, which is a GraphQLSchema or SDL.`,
  );
}

const isDocument = (value: unknown): value is DocumentNode =>
  typeof value === 'object' && value !== null && (value as DocumentNode).kind === Kind.DOCUMENT;

function build(document: DocumentNode, files: readonly string[]): GraphQLSchema {
  const definitions = [...withoutOrphans(document.definitions)];
  const declared = new Set(definitions.filter(isTypeDefinitionNode).map(({ name }) => name.value));
  for (const { name } of specifiedScalarTypes) declared.add(name);
  const missing = new Set<string>();
  visit(document, { NamedType: ({ name }) => void (declared.has(name.value) || missing.add(name.value)) });
  const scalars = [...missing].map((name) => `scalar ${name}`);
  const hasToken = definitions.some(
    (node) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === directiveName,
  );
  const additions = [...scalars, ...(hasToken ? [] : [typeDefs])].join('\n');
  try {
    return buildASTSchema(
      {
        kind: Kind.DOCUMENT,
        definitions: [
          ...definitions,
          ...(additions ? parse(additions, { noLocation: true }).definitions : []),
        ],
      },
      { assumeValidSDL: true },
    );
  } catch (error) {
    throw new UsageError(`${files.join(', ')} make no schema: ${messageOf(error)}`, { cause: error });
  }
}

/** Extensions of types that are defined elsewhere become their definitions. */
function* withoutOrphans(definitions: readonly DefinitionNode[]): Generator<DefinitionNode> {
  const declared = new Set(definitions.filter(isTypeDefinitionNode).map(({ name }) => name.value));
  for (const node of definitions) {
    if (!isTypeExtensionNode(node) || declared.has(node.name.value)) yield node;
    else {
      declared.add(node.name.value);
      yield { ...node, kind: node.kind.replace('Extension', 'Definition') } as DefinitionNode;
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
