import { getNamedType, getNullableType, isInputObjectType, isLeafType, isObjectType } from 'graphql';
import type { GraphQLInputType, GraphQLSchema } from 'graphql';
import type { Mark, Mistake } from './plan.js';

/** What to do about an id that the client cannot know. */
export const unknownId =
  'If the mutation itself makes it, leave the binding out here and bind in the resolver, with lunaSec.grants.verify()';

/** A name that a binding of an input field looks for outside its own input type. */
interface Need {
  mark: Mark;
  name: string;
  /** Some way to the input type has it. */
  isMet: boolean;
  mistakes: Mistake[];
}

type Inputs = ReadonlyMap<string, GraphQLInputType>;

/**
 * Checks names in bindings that are not beside the input field: each way from an argument to its input type must pass
 * one of that name, in an input object around it or among the arguments. Input types are also used by queries, where
 * bindings of arguments mean nothing; those need not have it.
 */
export function findUnboundNames(
  schema: GraphQLSchema,
  marked: ReadonlyMap<string, ReadonlyMap<string, Mark>>,
): Mistake[] {
  const inputTypes = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const fieldsOf = new Map(inputTypes.map((type) => [type.name, typesOf(Object.values(type.getFields()))]));
  const needs: Need[] = [];
  /** By input type: what its fields, or those of input types in it, look for outside. */
  const open = new Map<string, Set<Need>>(inputTypes.map(({ name }) => [name, new Set()]));

  for (const [typeName, marks] of marked)
    for (const mark of marks.values())
      for (const name of mark.binding?.names ?? [])
        if (!fieldsOf.get(typeName)!.has(name)) {
          const need: Need = { mark, name, isMet: false, mistakes: [] };
          needs.push(need);
          open.get(typeName)!.add(need);
        }

  /** Whether one of that name is among these. */
  function meets(need: Need, inputs: Inputs): boolean {
    const type = inputs.get(need.name);
    if (!type) return false;
    need.isMet = true;
    if (!isLeafType(getNullableType(type))) mistake(need, 'around it is not a scalar or enum');
    return true;
  }

  for (let changed = true; changed;) {
    changed = false;
    for (const [typeName, fields] of fieldsOf)
      for (const type of fields.values())
        for (const need of open.get(getNamedType(type).name) ?? [])
          if (!open.get(typeName)!.has(need) && !meets(need, fields)) {
            open.get(typeName)!.add(need);
            changed = true;
          }
  }
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (type === schema.getQueryType()) continue;
    for (const field of Object.values(type.getFields()))
      for (const argument of field.args)
        for (const need of open.get(getNamedType(argument.type).name) ?? [])
          if (!meets(need, typesOf(field.args))) {
            need.isMet = true;
            mistake(
              need,
              `is neither beside it nor around it in ${type.name}.${field.name}(${argument.name}:). ${unknownId}`,
            );
          }
  }
  for (const need of needs)
    if (!need.isMet) mistake(need, `is not an argument or input field beside it or around it. ${unknownId}`);
  return needs.flatMap(({ mistakes }) => mistakes);
}

function mistake({ mark: { coordinate }, name, mistakes }: Need, fault: string): void {
  const text = `{${name}} in its binding ${fault}.`;
  if (!mistakes.some((each) => each.text === text)) mistakes.push({ coordinate, text });
}

const typesOf = (inputs: readonly { name: string; type: GraphQLInputType }[]): Inputs =>
  new Map(inputs.map(({ name, type }) => [name, type]));
