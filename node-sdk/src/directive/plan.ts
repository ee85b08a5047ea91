import { getDirective } from '@graphql-tools/utils';
import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isScalarType,
} from 'graphql';
import type {
  GraphQLArgument,
  GraphQLField,
  GraphQLInputField,
  GraphQLInterfaceType,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLType,
} from 'graphql';
import { z } from 'zod';
import { notABinding, parseBinding } from './binding.js';
import type { BindingTemplate } from './binding.js';
import { findUnboundNames, unknownId } from './binding-names.js';
import { directiveName } from './definition.js';
import { parseDuration } from './duration.js';

/** One `@token` of a schema. */
export interface Mark {
  /** Schema coordinate, such as `User.ssn` or `Mutation.save(ssn:)`. */
  coordinate: string;
  duration: string | undefined;
  binding: BindingTemplate | undefined;
}

export interface FieldPlan {
  /** The field returns tokens. */
  output: Mark | undefined;
  arguments: ReadonlyMap<string, Mark>;
  /** An argument is marked, or holds something marked. */
  takesTokens: boolean;
}

/** Where the tokens of a schema are. By names, so that it also fits schemas that other directives derived from it. */
export interface Plan {
  /** Of an object type's field; undefined when nothing about it is marked. */
  field(typeName: string, fieldName: string): FieldPlan | undefined;
  inputField(typeName: string, fieldName: string): Mark | undefined;
  /** Some field of an object type returns tokens. */
  hasOutputs: boolean;
  /** Some field of an object type takes tokens. */
  hasInputs: boolean;
}

/** A `@token` that cannot work, and why. */
export interface Mistake {
  coordinate: string;
  text: string;
}

/** All that a schema says about tokens, right or wrong. */
export interface Inspection {
  plan: Plan;
  /** By coordinate, those included that come from an interface. */
  marks: ReadonlyMap<string, Mark>;
  mistakes: readonly Mistake[];
}

const usage = z.object({ duration: z.string().nullish(), binding: z.string().nullish() });
const plans = new WeakMap<GraphQLSchema, Plan>();

/** The plan of a schema, made once. Throws an error that lists every `@token` that cannot work, and why. */
export function planOf(schema: GraphQLSchema): Plan {
  let plan = plans.get(schema);
  if (!plan) {
    const inspection = inspectSchema(schema);
    const lines = inspection.mistakes.map(({ coordinate, text }) => `${coordinate}: ${text}`);
    if (lines.length > 0)
      throw new Error(`The schema uses @${directiveName} in ways that cannot work:\n${lines.join('\n')}`);
    plans.set(schema, (plan = inspection.plan));
  }
  return plan;
}

/** Reads every `@token` of a schema. */
export function inspectSchema(schema: GraphQLSchema): Inspection {
  const mistakes: Mistake[] = [];
  const marks = new Map<string, Mark>();
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

  function markOf(
    element: GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField,
    coordinate: string,
    siblings: Siblings,
  ): Mark | undefined {
    const found = getDirective(schema, element, directiveName)?.[0];
    if (!found) return undefined;
    const mistake = (text: string) => void mistakes.push({ coordinate, text });
    if (!canHoldTokens(element.type))
      mistake(
        `@${directiveName} marks strings, IDs and custom scalars, or lists of them, not ${element.type}.`,
      );
    const { data } = usage.safeParse(found);
    if (!data) {
      mistake(`duration and binding of @${directiveName} must be strings.`);
      return undefined;
    }
    const duration = data.duration ?? undefined;
    if (duration !== undefined && parseDuration(duration) === undefined)
      mistake(`"${duration}" is not a duration; write one like 5m30s, 1h or 45s.`);
    const binding = data.binding == null ? undefined : parseBinding(data.binding);
    if (data.binding != null && !binding) mistake(notABinding(data.binding));
    for (const name of binding?.names ?? []) {
      const fault = siblings(name);
      if (fault) mistake(`{${name}} in its binding ${fault}.`);
    }
    const mark = { coordinate, duration, binding };
    marks.set(coordinate, mark);
    return mark;
  }

  const inputFields = new Map<string, Map<string, Mark>>();
  for (const type of types.filter(isInputObjectType)) {
    const fields = type.getFields();
    const marks = Object.values(fields).flatMap((field) => {
      const mark = markOf(field, `${type.name}.${field.name}`, amongInputs(fields, true));
      return mark ? [[field.name, mark] as const] : [];
    });
    if (marks.length > 0) inputFields.set(type.name, new Map(marks));
  }
  mistakes.push(...findUnboundNames(schema, inputFields));
  const holders = holdersOfMarks(schema, inputFields);

  const ownPlan = (type: GraphQLObjectType | GraphQLInterfaceType, field: GraphQLField<unknown, unknown>) => {
    const coordinate = `${type.name}.${field.name}`;
    const args = Object.fromEntries(field.args.map((argument) => [argument.name, argument]));
    return {
      output: markOf(field, coordinate, amongFields(schema, type.getFields())),
      arguments: new Map(
        field.args.flatMap((argument) => {
          const mark = markOf(argument, `${coordinate}(${argument.name}:)`, amongInputs(args));
          return mark ? [[argument.name, mark] as const] : [];
        }),
      ),
    };
  };
  const own = new Map(
    types
      .filter((type) => isObjectType(type) || isInterfaceType(type))
      .map((type) => [
        type.name,
        new Map(Object.values(type.getFields()).map((field) => [field.name, ownPlan(type, field)])),
      ]),
  );

  const fields = new Map<string, FieldPlan>();
  for (const type of types.filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      // What an interface marks is marked in all that implement it; the type's own mark says more about it.
      const sources = [type, ...type.getInterfaces()].flatMap(
        ({ name }) => own.get(name)?.get(field.name) ?? [],
      );
      const output = sources.find((source) => source.output)?.output;
      const args = new Map(sources.toReversed().flatMap((source) => [...source.arguments]));
      const takesTokens =
        args.size > 0 || field.args.some((argument) => holders.has(getNamedType(argument.type).name));
      if (output || takesTokens)
        fields.set(`${type.name}.${field.name}`, { output, arguments: args, takesTokens });
    }
  }

  for (const [coordinate, field] of fields) {
    if (field.output) marks.set(coordinate, field.output);
    for (const [name, mark] of field.arguments) marks.set(`${coordinate}(${name}:)`, mark);
  }
  const planned = [...fields.values()];
  return {
    plan: {
      field: (typeName, fieldName) => fields.get(`${typeName}.${fieldName}`),
      inputField: (typeName, fieldName) => inputFields.get(typeName)?.get(fieldName),
      hasOutputs: planned.some(({ output }) => output !== undefined),
      hasInputs: planned.some(({ takesTokens }) => takesTokens),
    },
    marks,
    mistakes,
  };
}

const builtInWithoutTokens = new Set(['Int', 'Float', 'Boolean']);

/** Whether a type is one that `@token` can mark: strings, IDs and custom scalars, or lists of them. */
export function canHoldTokens(type: GraphQLType): boolean {
  const named = getNamedType(type);
  return isScalarType(named) && !builtInWithoutTokens.has(named.name);
}

/** Names of the input types in which, at any depth, something is marked. */
function holdersOfMarks(schema: GraphQLSchema, marked: ReadonlyMap<string, unknown>): Set<string> {
  const holders = new Set(marked.keys());
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  for (let size = -1; size !== holders.size;) {
    size = holders.size;
    for (const type of inputs)
      if (Object.values(type.getFields()).some((field) => holders.has(getNamedType(field.type).name)))
        holders.add(type.name);
  }
  return holders;
}

/** Says what is wrong with a placeholder, if anything. */
type Siblings = (name: string) => string | undefined;

const amongFields =
  (schema: GraphQLSchema, fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>): Siblings =>
  (name) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) return 'is not a field beside it';
    if (!isLeafType(getNullableType(field.type))) return 'is not a scalar or enum';
    if (field.args.some(isRequiredArgument)) return 'has required arguments';
    if (getDirective(schema, field, directiveName)) return 'holds a token itself';
    return undefined;
  };

const amongInputs =
  (inputs: Readonly<Record<string, GraphQLArgument | GraphQLInputField>>, mayBeAround = false): Siblings =>
  (name) => {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (!input) return mayBeAround ? undefined : `is not an argument or input field beside it. ${unknownId}`;
    return isLeafType(getNullableType(input.type)) ? undefined : 'is not a scalar or enum';
  };
