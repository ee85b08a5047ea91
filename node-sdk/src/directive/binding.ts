import type { GraphQLLeafType } from 'graphql';
import { BadUserInputError } from '../errors/index.js';

/** `User.ssn:{id}` as its texts and placeholders. */
export interface BindingTemplate {
  text: string;
  parts: readonly (string | { name: string })[];
  /** Names of the placeholders. */
  names: readonly string[];
}

const placeholder = /\{([_A-Za-z][_0-9A-Za-z]*)\}/;

/** A text with a sign that no percent-encoded value has, so that it shows where the value before it ends. */
const separator = /[^\w.!~*'()%-]/;
const halves = /\p{Surrogate}/u;

/** What is said of a text that {@link parseBinding} does not read. */
export const notABinding = (text: string): string =>
  `"${text}" is not a binding; write one like User.ssn:{id}, with a sign such as ":" or "/" between placeholders.`;

/**
 * Reads a binding; undefined when it is empty, a brace is not part of a `{placeholder}`, or nothing tells where the value
 * of one placeholder ends and the next begins: `{a}-{b}` would be the same with `1-2` and `3` as with `1` and `2-3`.
 */
export function parseBinding(text: string): BindingTemplate | undefined {
  // Splitting by a pattern with a group gives texts and names in turn.
  const pieces = text.split(new RegExp(placeholder, 'g'));
  if (text === '' || pieces.some((piece) => /[{}]/.test(piece))) return undefined;
  const between = pieces.filter((_, index) => index % 2 === 0).slice(1, -1);
  if (!between.every((piece) => separator.test(piece))) return undefined;
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

/**
 * Writes a binding as `@token(binding: …)` does, for grants by hand: `writeBinding('User.ssn:{id}', { id: 42 })` is
 * `User.ssn:42`. Throws BAD_USER_INPUT when the template is malformed, or a value is missing or empty.
 */
export function writeBinding(
  template: string,
  values: Readonly<Record<string, string | number | boolean>>,
): string {
  const parsed = parseBinding(template);
  if (!parsed) throw new BadUserInputError(notABinding(template));
  const texts = new Map(
    parsed.names.map((name) => {
      const value: unknown = Object.hasOwn(values, name) ? values[name] : undefined;
      if (!['string', 'number', 'boolean'].includes(typeof value) || !isBindable(String(value)))
        throw new BadUserInputError(`{${name}} of the binding "${template}" has no value.`);
      return [name, String(value)];
    }),
  );
  return fillBinding(parsed, texts);
}

/** A value as text, the same whether it came in or goes out; undefined when there is none to bind to. */
export function bindingText(type: GraphQLLeafType, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const outside: unknown = type.serialize(value);
  if (typeof outside !== 'string' && typeof outside !== 'number' && typeof outside !== 'boolean')
    return undefined;
  const text = String(outside);
  return isBindable(text) ? text : undefined;
}

/** Half a character cannot be percent-encoded. */
const isBindable = (text: string): boolean => text !== '' && !halves.test(text);
