import { Parser } from 'acorn';
import type { AnyNode, CallExpression, Program } from 'acorn';
import { tsPlugin } from '@sveltejs/acorn-typescript';

/** A source file, read but not run. */
export interface Source {
  text: string;
  program: Program;
}

/** A text in the place of another. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

const ScriptParser = Parser.extend(tsPlugin() as never);
const ElementParser = Parser.extend(tsPlugin({ jsx: true }) as never);

/** Undefined when it is not an ECMAScript module in JavaScript or TypeScript that the parser understands. */
export function parseModule(text: string, { jsx = false } = {}): Source | undefined {
  try {
    const program = (jsx ? ElementParser : ScriptParser).parse(text, {
      ecmaVersion: 'latest',
      sourceType: 'module',
      locations: true,
    });
    return { text, program };
  } catch {
    return undefined;
  }
}

/** Puts the edits, which must not overlap, into a text. */
export function edited(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { start, end, text: replacement } of edits.toSorted((a, b) => b.start - a.start))
    result = result.slice(0, start) + replacement + result.slice(end);
  return result;
}

/** All nodes of a kind below one, with those around each, the outermost first. */
export function find<K extends AnyNode['type']>(
  root: AnyNode,
  type: K,
): { node: Extract<AnyNode, { type: K }>; around: AnyNode[] }[] {
  const found: { node: Extract<AnyNode, { type: K }>; around: AnyNode[] }[] = [];
  const visit = (node: AnyNode, around: AnyNode[]): void => {
    if (node.type === type) found.push({ node: node as Extract<AnyNode, { type: K }>, around });
    const inside = [...around, node];
    for (const value of Object.values(node) as unknown[])
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
        if (isNode(child)) visit(child, inside);
  };
  visit(root, []);
  return found;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** The name under which a module's export is imported; undefined when it is not. */
export function importedAs({ program }: Source, from: RegExp, name: string): string | undefined {
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration' || !from.test(String(statement.source.value))) continue;
    for (const specifier of statement.specifiers)
      if (
        specifier.type === 'ImportSpecifier' &&
        specifier.imported.type === 'Identifier' &&
        specifier.imported.name === name
      )
        return specifier.local.name;
  }
  return undefined;
}

/** Calls of a function by its name, with what is around each; none when there is no name. */
export const callsOf = ({ program }: Source, name: string | undefined): Call[] =>
  name === undefined
    ? []
    : find(program, 'CallExpression').filter(
        ({ node: { callee } }) => callee.type === 'Identifier' && callee.name === name,
      );
export interface Call {
  node: CallExpression;
  around: AnyNode[];
}

export const isUsed = ({ program }: Source, name: string): boolean =>
  find(program, 'Identifier').some(({ node }) => node.name === name);

export const newlineOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** White space at the start of the line of a position. */
export const indentAt = (text: string, position: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', position - 1) + 1))![0];

/** An import after the last one, written as that is. */
export function importAfterLast({ program, text }: Source, names: string, from: string): Edit {
  const last = program.body.findLast((it) => it.type === 'ImportDeclaration')!;
  const statement = text.slice(last.start, last.end);
  const quote = statement.includes('"') ? '"' : "'";
  const end = statement.endsWith(';') ? ';' : '';
  return {
    start: last.end,
    end: last.end,
    text: `${newlineOf(text)}import { ${names} } from ${quote}${from}${quote}${end}`,
  };
}
