import {
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { canHoldTokens, inspectSchema, parseDuration } from '../directive/index.js';
import type { Mark } from '../directive/index.js';
import { elementsOf } from './elements.js';
import type { SchemaElement } from './elements.js';
import { isIgnoredInSource, locationOf } from './locations.js';
import type { SourceLocation } from './locations.js';
import { defaultPatterns, looksLike } from './patterns.js';
import type { SensitivePattern } from './patterns.js';

export type LintRule =
  /** A `@token` that cannot work: on a number, with a malformed duration, with a binding that names nothing. */
  | 'invalid-token'
  /** A name that looks sensitive, without `@token`. */
  | 'unmarked'
  /** Marked where it goes out, and not where it comes in. */
  | 'unmarked-input'
  /** Marked where it comes in, and not where it goes out. */
  | 'unmarked-output'
  /** Bound to one place where it comes in, and to another, or none, where it goes out. */
  | 'binding-differs'
  /** Bound where it goes out, but not where it comes in: the resolver has to bind it. */
  | 'binding-missing'
  /** Bound to something that an operation may leave out; then it fails. */
  | 'binding-optional'
  /** Readable for longer than the tokenizer allows by default. */
  | 'long-duration';

export interface LintFinding {
  rule: LintRule;
  /** The field, argument or input field, such as `User.ssn`, `Mutation.save(ssn:)` or `UserInput.ssn`. */
  coordinate: string;
  /** What is wrong with it, and what to do. */
  message: string;
  /** Undefined for schemas that were not made from SDL. */
  location: SourceLocation | undefined;
}

export interface LintOptions {
  /**
   * Coordinates to say nothing about; `*` stands for any text: `User.notes`, `Audit*`, `*.birthday`. In SDL, the words
   * `lunasec-ignore` in a description or a comment do the same.
   */
  ignore?: readonly string[] | undefined;
  /** What looks sensitive. Default: {@link defaultPatterns}. */
  patterns?: readonly SensitivePattern[] | undefined;
  /** Longest duration to say nothing about, in seconds. Default: 3600, the tokenizer's default maximum. */
  maxDuration?: number | undefined;
}

/**
 * Looks for what a schema seems to have forgotten about `@token`: sensitive names without it, marks on one side only,
 * bindings that differ. It judges by names, so what it finds are hints, apart from `invalid-token`.
 */
export function lintSchema(schema: GraphQLSchema, options: LintOptions = {}): LintFinding[] {
  const { ignore = [], patterns = defaultPatterns, maxDuration = 3600 } = options;
  const ignored = ignore.map(toPattern);
  const { marks, mistakes } = inspectSchema(schema);
  const elements = elementsOf(schema);
  const findings: LintFinding[] = [];
  const silent = new Set(
    elements
      .filter(
        ({ coordinate, node }) =>
          ignored.some((pattern) => pattern.test(coordinate)) ||
          isIgnoredInSource(node.astNode, node.description),
      )
      .map(({ coordinate }) => coordinate),
  );
  const byCoordinate = new Map(elements.map((element) => [element.coordinate, element]));

  function report(rule: LintRule, coordinate: string, message: string): void {
    if (silent.has(coordinate)) return;
    const location = locationOf(byCoordinate.get(coordinate)?.node.astNode);
    findings.push({ rule, coordinate, message, location });
  }

  const faulty = new Set(mistakes.map(({ coordinate }) => coordinate));
  for (const { coordinate, text } of mistakes) report('invalid-token', coordinate, text);

  for (const { coordinate, name, parent, type } of elements) {
    if (marks.has(coordinate) || faulty.has(coordinate)) continue;
    const subject = ['Boolean'].includes(getNamedType(type).name)
      ? undefined
      : looksLike(parent.name, name, patterns);
    if (!subject) continue;
    const advice = canHoldTokens(type)
      ? 'Mark it @token'
      : `Make it a String and mark it @token (${type} cannot hold one)`;
    report(
      'unmarked',
      coordinate,
      `looks like ${subject}. ${advice}, or say lunasec-ignore in its description.`,
    );
  }

  for (const [coordinate, { duration }] of marks) {
    const seconds = duration === undefined ? undefined : parseDuration(duration);
    if (seconds !== undefined && seconds > maxDuration)
      report(
        'long-duration',
        coordinate,
        `lets tokens be read for ${duration}, longer than ${maxDuration} s: the tokenizer refuses that unless it is configured for it.`,
      );
  }

  checkSides(elements, marks, schema, (rule, coordinate, message) => {
    // Said already, as something that looks sensitive by itself.
    if (!findings.some((each) => each.coordinate === coordinate && each.rule === 'unmarked'))
      report(rule, coordinate, message);
  });
  checkBindings(elements, marks, report);

  return findings.toSorted(byPlace);
}

type Report = (rule: LintRule, coordinate: string, message: string) => void;
type Marks = ReadonlyMap<string, Mark>;

/** Compares what goes out with what comes in under the same name. */
function checkSides(
  elements: readonly SchemaElement[],
  marks: Marks,
  schema: GraphQLSchema,
  report: Report,
): void {
  const outputs = elements.filter(({ kind }) => kind === 'field');
  const inputs = elements.filter((element) => element.kind !== 'field' && comesIn(element, schema));
  const users = usersOfInputs(schema);
  for (const output of outputs)
    for (const input of inputs) {
      if (output.name !== input.name || !belongTogether(output, input, users)) continue;
      const [goesOut, comesIn] = [marks.get(output.coordinate), marks.get(input.coordinate)];
      if (goesOut && !comesIn && canHoldTokens(input.type))
        report(
          'unmarked-input',
          input.coordinate,
          `takes what ${output.coordinate} returns, which is marked @token. Mark it as well: else anybody's token is accepted here.`,
        );
      if (comesIn && !goesOut && canHoldTokens(output.type))
        report(
          'unmarked-output',
          output.coordinate,
          `returns what ${input.coordinate} takes, which is marked @token. Mark it as well: else nobody can read the value.`,
        );
      if (goesOut && comesIn) compareBindings(output.coordinate, goesOut, input.coordinate, comesIn, report);
    }
}

function compareBindings(
  output: string,
  { binding: outside }: Mark,
  input: string,
  { binding: inside }: Mark,
  report: Report,
): void {
  if (inside && shapeOf(inside.text) !== shapeOf(outside?.text))
    report(
      'binding-differs',
      input,
      `is bound to "${inside.text}", but ${output} ${outside ? `to "${outside.text}"` : 'has no binding'}: its tokens could not be read there. Write the same binding on both.`,
    );
  else if (outside && !inside)
    report(
      'binding-missing',
      input,
      `takes tokens for ${output}, which is bound to "${outside.text}", without binding them. If the mutation itself makes the id, bind them in its resolver with lunaSec.grants.verify(), and say lunasec-ignore here.`,
    );
}

/** The names of placeholders may differ on both sides: `{id}` of the object may be `{userId}` of the input. */
const shapeOf = (binding: string | undefined) => binding?.replace(/\{[^}]*\}/g, '{}');

function checkBindings(elements: readonly SchemaElement[], marks: Marks, report: Report): void {
  for (const { coordinate, kind, parent, field } of elements) {
    const binding = marks.get(coordinate)?.binding;
    if (!binding || kind === 'field') continue;
    for (const name of binding.names) {
      const argument = field?.args.find((each) => each.name === name);
      const inputField = isInputObjectType(parent) ? parent.getFields()[name] : undefined;
      const sibling = argument ?? inputField;
      if (!sibling || isNonNullType(sibling.type)) continue;
      if ((argument && isRequiredArgument(argument)) || (inputField && isRequiredInputField(inputField)))
        continue;
      report(
        'binding-optional',
        coordinate,
        `is bound to "${name}" beside it, which may be left out or null; then the operation fails. Make it ${sibling.type}!, or leave the binding out and bind in the resolver.`,
      );
    }
  }
}

/** Arguments of queries take any token: what they return is what counts. */
const comesIn = ({ kind, parent }: SchemaElement, schema: GraphQLSchema) =>
  kind === 'inputField' || (parent !== schema.getQueryType() && parent !== schema.getSubscriptionType());

/** For each input type: names of the types that fields of mutations which take it return. */
function usersOfInputs(schema: GraphQLSchema): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {}))
    for (const { type } of field.args) {
      const { name } = getNamedType(type);
      users.set(name, (users.get(name) ?? new Set()).add(getNamedType(field.type).name));
    }
  return users;
}

/** By names: `User` goes with `UserInput`, `createUser(…)` and whatever a mutation takes that returns a `User`. */
function belongTogether(
  output: SchemaElement,
  input: SchemaElement,
  users: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const type = output.parent.name;
  if (input.kind === 'inputField')
    return hasWord(input.parent.name, type) || (users.get(input.parent.name)?.has(type) ?? false);
  return getNamedType(input.field!.type).name === type || hasWord(input.field!.name, type);
}

/** `User` is a word of `CreateUserInput` and `updateUser`, and not of `Username`. */
const hasWord = (name: string, word: string): boolean =>
  new RegExp(`(^|[a-z0-9_])${word}(?![a-z0-9])`).test(name.charAt(0).toUpperCase() + name.slice(1));

function toPattern(text: string): RegExp {
  const escaped = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}

const byPlace = (a: LintFinding, b: LintFinding): number =>
  (a.location?.file ?? '').localeCompare(b.location?.file ?? '') ||
  (a.location?.line ?? 0) - (b.location?.line ?? 0) ||
  (a.location?.column ?? 0) - (b.location?.column ?? 0);
