/** The page about the tokenizer's GraphQL API, from schema.graphql. */
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/workspace.mjs';

export async function writeSchemaReference(folder) {
  mkdirSync(folder, { recursive: true });
  const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
  writeFileSync(join(folder, 'graphql.md'), schemaReference(schema));
}

/** Markdown with a section for each operation and type. */
export function schemaReference(schema) {
  const roots = [schema.getMutationType(), schema.getQueryType()].filter(Boolean);
  const types = Object.values(schema.getTypeMap())
    .filter((type) => !roots.includes(type) && !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  // Headings that differ in case only share an anchor, and the later one gets a number.
  const operations = roots.flatMap((type) => Object.keys(type.getFields()).map((name) => name.toLowerCase()));
  const link = (type) => linkTo(type, operations);
  return [
    '# GraphQL API of the tokenizer',
    'Secure frames and the SDKs call it; an application rarely does by itself. It is served at `/graphql`, by POST. Who may call what is said at each operation, as what goes into the header `Authorization`.',
    ...roots.flatMap((type) => [
      `## ${type === schema.getMutationType() ? 'Mutations' : 'Queries'}`,
      ...Object.values(type.getFields()).flatMap((field) => operation(field, link)),
    ]),
    '## Types',
    ...types.flatMap((type) => section(type, link)),
    '',
  ].join('\n\n');
}

const operation = (field, link) => [
  `### ${field.name}`,
  text(field.description),
  `Returns ${link(field.type)}.`,
  ...(field.args.length > 0 ? [table('argument', field.args, link)] : []),
];

function section(type, link) {
  const heading = [`### ${type.name}`, `${kindOf(type)}. ${text(type.description)}`.trim()];
  if (isScalarType(type)) return heading;
  if (isEnumType(type))
    return [
      ...heading,
      rows(
        ['value', 'meaning'],
        type.getValues().map(({ name, description }) => [`\`${name}\``, text(description)]),
      ),
    ];
  return [...heading, table('field', Object.values(type.getFields()), link)];
}

function kindOf(type) {
  if (isScalarType(type)) return 'Scalar';
  if (isEnumType(type)) return 'Enumeration';
  return isInputObjectType(type) ? 'Input' : 'Object';
}

const table = (what, fields, link) =>
  rows(
    [what, 'type', 'meaning'],
    fields.map(({ name, type, description, defaultValue }) => [
      `\`${name}\``,
      link(type),
      [text(description), defaultValue === undefined ? '' : `Default: \`${JSON.stringify(defaultValue)}\`.`]
        .filter(Boolean)
        .join(' '),
    ]),
  );

const rows = (head, body) =>
  [head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function linkTo(type, operations) {
  const named = getNamedType(type);
  const shown = `\`${String(type)}\``;
  if (isSpecifiedScalarType(named)) return shown;
  const anchor = named.name.toLowerCase();
  return `[${shown}](#${anchor}${operations.includes(anchor) ? '-1' : ''})`;
}

/** A description in one line, with nothing that Markdown or Vue would take for markup. */
const text = (description) =>
  (description ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll('|', String.raw`\|`)
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '{&#123;')))
    .join('');
