import { z } from 'zod';
import { configSchema } from './schema.js';

/** One setting, as the schema tells it. */
export interface SettingDescription {
  /** Names from the root; `[]` stands for any entry of a list. */
  path: readonly string[];
  description: string;
  /** The environment variable that sets it. */
  variable?: string;
  /** Never shown; may be given as a file, by `<variable>_FILE`. */
  secret: boolean;
  type: 'text' | 'number' | 'boolean' | 'list' | 'object' | 'kind';
  choices?: readonly string[];
  range?: readonly [number, number];
  default?: unknown;
  required: boolean;
  /** Of a section that has kinds: the one kind that has this setting. */
  kind?: string;
}

/** The part of JSON Schema that zod writes for the settings, with their own words in it. */
interface Node {
  type?: string;
  description?: string;
  variable?: string;
  secret?: boolean;
  default?: unknown;
  const?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  oneOf?: Node[];
}

const toJSONSchema = (override?: (node: Node) => void) =>
  z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => override?.(jsonSchema as Node),
  });

/** JSON Schema (draft 2020-12) of the configuration file, for editors. */
export function configJSONSchema(): object {
  const schema = toJSONSchema((node) => {
    delete node.variable;
    delete node.secret;
  });
  return {
    ...schema,
    title: 'Configuration of the LunaSec tokenizer',
    properties: {
      $schema: { type: 'string', description: 'Address of this schema, for editors.' },
      ...schema.properties,
    },
  };
}

/** Every setting in the order of the schema, sections before what is in them. */
export const settingDescriptions: readonly SettingDescription[] = describeAll(toJSONSchema() as Node, []);

function describeAll(
  { properties = {}, required = [] }: Node,
  path: readonly string[],
): SettingDescription[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const own = [...path, name];
    return [describe(node, own, required.includes(name)), ...describeInside(node, own)];
  });
}

function describeInside(node: Node, path: readonly string[]): SettingDescription[] {
  if (node.items) return describeAll(node.items, [...path, '[]']);
  if (!node.oneOf) return describeAll(node, path);
  return node.oneOf.flatMap((option) => {
    const { kind, ...properties } = option.properties ?? {};
    return describeAll({ ...option, properties }, path).map((it) => ({ ...it, kind: kind!.const! }));
  });
}

function typeOf({ type, oneOf }: Node): SettingDescription['type'] {
  if (oneOf) return 'kind';
  if (type === 'array') return 'list';
  if (type === 'integer' || type === 'number') return 'number';
  return type === 'boolean' || type === 'object' ? type : 'text';
}

function describe(node: Node, path: readonly string[], required: boolean): SettingDescription {
  const choices = node.oneOf?.map((option) => option.properties!.kind!.const!) ?? node.enum;
  const { minimum, maximum } = node;
  return {
    path,
    description: node.description ?? '',
    secret: node.secret ?? false,
    type: typeOf(node),
    required,
    ...(node.variable === undefined ? {} : { variable: node.variable }),
    ...(choices === undefined ? {} : { choices }),
    ...(minimum === undefined || maximum === undefined ? {} : { range: [minimum, maximum] as const }),
    ...(node.default === undefined
      ? {}
      : { default: node.oneOf ? (node.default as { kind: string }).kind : node.default }),
  };
}

/** The names that the schema knows below a path, whose list entries are numbers. */
export function namesBelow(path: readonly PropertyKey[]): string[] {
  const parent = path.map((part) => (typeof part === 'number' ? '[]' : String(part)));
  const names = settingDescriptions
    .filter((it) => it.path.length > parent.length && parent.every((part, index) => part === it.path[index]))
    .map((it) => it.path[parent.length]!);
  return [...new Set(names)];
}
