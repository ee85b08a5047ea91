/** Code that stands in a sample as it is, such as the name of a variable. */
export interface Raw {
  raw: string;
}
export const raw = (code: string): Raw => ({ raw: code });

const lineWidth = 62;
const indent = (text: string, by = '  ') => text.replace(/^(?=.)/gm, by);

const isRaw = (value: object): value is Raw => 'raw' in value && typeof value.raw === 'string';

function expression(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? quoted(value) : String(value);
  if (isRaw(value)) return value.raw;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${entries.map(([name, each]) => `${name}: ${expression(each)}`).join(', ')} }`;
}

const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;

function attribute(name: string, value: unknown): string {
  if (value === true) return name;
  // In an attribute's string a backslash is a backslash, but a quote ends it and `&` begins an entity.
  if (typeof value === 'string' && !/["&\n]/.test(value)) return `${name}="${value}"`;
  return `${name}={${expression(value)}}`;
}

/** The source of an element. Properties that are `undefined`, `false` or empty text are left out: those are the defaults. */
export function jsx(tag: string, props: object = {}, ...children: (string | false | undefined)[]): string {
  const attributes = Object.entries(props)
    .filter(([, value]) => value !== undefined && value !== false && value !== '')
    .map(([name, value]) => attribute(name, value));
  const inside = children.filter((child) => child !== undefined && child !== false);
  const oneLine = ['<' + tag, ...attributes].join(' ');
  const fits = oneLine.length <= lineWidth && !oneLine.includes('\n');
  const open = fits ? oneLine : `<${tag}\n${indent(attributes.join('\n'))}\n`;
  if (inside.length === 0) return `${open}${fits ? ' />' : '/>'}`;
  const whole = `${open}>${inside.join('')}</${tag}>`;
  if (fits && inside.length === 1 && !whole.includes('\n') && whole.length <= lineWidth) return whole;
  return `${open}>\n${indent(inside.join('\n'))}\n</${tag}>`;
}

/** A whole sample: what it imports, then its code. */
export const sample = (imports: readonly string[], body: string, from = '@lunasec/react-sdk') =>
  `import { ${[...imports].sort().join(', ')} } from '${from}';\n\n${body}${/[;}]$/.test(body) ? '' : ';'}\n`;

/** The body of a component: statements, and what it returns. */
export const component = (name: string, statements: string, returned: string) =>
  `export function ${name}() {\n${indent(statements)}\n\n  return (\n${indent(returned, '    ')}\n  );\n}`;
