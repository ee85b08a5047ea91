import type { ASTNode } from 'graphql';

/** Where in the SDL something is; lines and columns count from 1. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** Undefined for what was not made from SDL, or from SDL without a file name that means something. */
export function locationOf(node: ASTNode | null | undefined): SourceLocation | undefined {
  const token = tokenOf(node);
  if (!token) return undefined;
  const { source } = node!.loc!;
  // What graphql-js calls a text without a name.
  if (source.name === 'GraphQL request') return undefined;
  return { file: source.name, line: token.line, column: token.column };
}

/** Written in a comment of the line, the line before, or the description, it says that a finding is not one. */
const marker = /\blunasec-ignore\b/;

export function isIgnoredInSource(
  node: ASTNode | null | undefined,
  description: string | null | undefined,
): boolean {
  if (description && marker.test(description)) return true;
  const token = tokenOf(node);
  if (!token) return false;
  const lines = node!.loc!.source.body.split(/\r\n|[\n\r]/);
  const comment = (line: string | undefined) =>
    line?.slice(line.indexOf('#') < 0 ? line.length : line.indexOf('#'));
  const before = lines[token.line - 2];
  return (
    marker.test(comment(lines[token.line - 1]) ?? '') ||
    // A comment on a line of its own is about the next one.
    (/^\s*#/.test(before ?? '') && marker.test(before!))
  );
}

/** The name rather than the description, which comes before it. */
function tokenOf(node: ASTNode | null | undefined) {
  if (!node?.loc) return undefined;
  return 'name' in node && node.name?.loc ? node.name.loc.startToken : node.loc.startToken;
}
