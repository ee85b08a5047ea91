import type { GraphQLLeafType } from 'graphql';

/** `User.ssn:{id}` as its texts and placeholders. */
export interface BindingTemplate {
  text: string;
  parts: readonly (string | { name: string })[];
  /** Names of the placeholders. */
  names: readonly string[];
}

const placeholder = /\{([_A-Za-z][_0-9A-Za-z]*)\}/;

/** Reads a binding; undefined when it is empty or a brace is not part of a `{placeholder}`. */
export function parseBinding(text: string): BindingTemplate | undefined {
  // Splitting by a pattern with a group gives texts and names in turn.
  const pieces = text.split(new RegExp(placeholder, 'g'));
  if (text === '' || pieces.some((piece) => /[{}]/.test(piece))) return undefined;
  const parts = pieces.map((piece, index) => (index % 2 === 0 ? piece : { name: piece }));
  return { text, parts, names: pieces.filter((_, index) => index % 2 === 1) };
}

/**
 * Writes a binding. Values are percent-encoded (RFC 3986 §2.1), so that no value can imitate another place:
 * `{a}:{b}` with `1:2` and `3` is not what it is with `1` and `2:3`.
 */
export function fillBinding({ parts }: BindingTemplate, values: ReadonlyMap<string, string>): string {
  return parts
    .map((part) => (typeof part === 'string' ? part : encodeURIComponent(values.get(part.name)!)))
    .join('');
}

/** A value as text, the same whether it came in or goes out; undefined when there is none to bind to. */
export function bindingText(type: GraphQLLeafType, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const outside: unknown = type.serialize(value);
  if (typeof outside !== 'string' && typeof outside !== 'number' && typeof outside !== 'boolean')
    return undefined;
  return outside === '' ? undefined : String(outside);
}
