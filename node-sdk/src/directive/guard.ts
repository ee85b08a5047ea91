import { mapSchema, MapperKind } from '@graphql-tools/utils';
import {
  defaultFieldResolver,
  getNullableType,
  GraphQLSchema,
  isLeafType,
  responsePathAsArray,
  specifiedDirectives,
} from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { BindingMismatchError, StoreGrantMissingError, UnavailableError } from '../errors/index.js';
import { bindingText, fillBinding } from './binding.js';
import type { BindingTemplate } from './binding.js';
import { chargeOf, refKey } from './charge.js';
import type { Charge, Resolver } from './charge.js';
import { collectFieldInputs } from './inputs.js';
import type { Inputs } from './inputs.js';
import { planOf } from './plan.js';
import type { FieldPlan } from './plan.js';

/**
 * Makes a schema's marked fields refuse to run unless an engine is in charge of the operation, and report to it what
 * they return. Returns a new schema; apply it last, after other directives. Throws an error that lists every `@token`
 * that cannot work.
 */
export function transform(schema: GraphQLSchema): GraphQLSchema {
  const plan = planOf(schema);
  return mapSchema(withSpecified(schema), {
    [MapperKind.OBJECT_FIELD]: (config, fieldName, typeName) => {
      const planned = plan.field(typeName, fieldName);
      if (!planned) return undefined;
      const { resolve, subscribe } = config;
      const guarded: Resolver = (source, args, contextValue, info) => {
        const charge = guardPlanned(planned, source, args, contextValue, info);
        return (resolve ?? charge?.fieldResolver ?? defaultFieldResolver)(source, args, contextValue, info);
      };
      const guardedSubscribe: Resolver | undefined =
        subscribe &&
        ((source, args, contextValue, info) => {
          guardArguments(planned, args, contextValue, info);
          return subscribe(source, args, contextValue, info);
        });
      return { ...config, resolve: guarded, ...(guardedSubscribe ? { subscribe: guardedSubscribe } : {}) };
    },
  });
}

/** Schemas made in code may have lost `@skip` and the like, when they were given another directive. */
function withSpecified(schema: GraphQLSchema): GraphQLSchema {
  const missing = specifiedDirectives.filter(({ name }) => !schema.getDirective(name));
  if (missing.length === 0) return schema;
  return new GraphQLSchema({ ...schema.toConfig(), directives: [...schema.getDirectives(), ...missing] });
}

/** Called before a field's resolver, with the same values. Throws when the resolver must not run. */
export function guardField(
  source: unknown,
  args: Readonly<Record<string, unknown>>,
  contextValue: unknown,
  info: GraphQLResolveInfo,
): Charge | undefined {
  const planned = planOf(info.schema).field(info.parentType.name, info.fieldName);
  return planned && guardPlanned(planned, source, args, contextValue, info);
}

function guardPlanned(
  planned: FieldPlan,
  source: unknown,
  args: Readonly<Record<string, unknown>>,
  contextValue: unknown,
  info: GraphQLResolveInfo,
): Charge | undefined {
  const charge = guardArguments(planned, args, contextValue, info);
  const { output } = planned;
  if (!output) return charge;
  const owner = charge ?? requireCharge(contextValue, info);
  const { binding } = output;
  owner.outputs.push({
    path: info.path,
    mark: output,
    binding: binding && (async () => outputBinding(binding, source, contextValue, info, owner)),
  });
  return owner;
}

/** Queries may take any token as an argument; what they return is what counts. */
function guardArguments(
  { takesTokens }: FieldPlan,
  args: Readonly<Record<string, unknown>>,
  contextValue: unknown,
  info: GraphQLResolveInfo,
): Charge | undefined {
  if (!takesTokens || info.operation.operation === 'query') return undefined;
  const charge = requireCharge(contextValue, info);
  const inputs: Inputs = { tokens: [], problems: [], leaks: [] };
  const field = info.parentType.getFields()[info.fieldName]!;
  collectFieldInputs(
    planOf(info.schema),
    info.parentType.name,
    field,
    args,
    responsePathAsArray(info.path),
    inputs,
  );
  const [problem] = inputs.problems;
  if (problem) throw problem;
  // All were verified before; this catches whatever changed the arguments on their way here.
  for (const ref of inputs.tokens)
    if (!charge.verified.has(refKey(ref)))
      throw new StoreGrantMissingError('A token reached a resolver without having been verified.');
  return charge;
}

function requireCharge(contextValue: unknown, info: GraphQLResolveInfo): Charge {
  const charge = chargeOf(contextValue, info);
  if (charge) return charge;
  throw new UnavailableError(
    `${info.parentType.name}.${info.fieldName} handles tokens, but nothing verifies and grants them in this operation. ` +
      'Add lunaSec.apolloPlugin() to the plugins of Apollo Server, or execute with lunaSec.execute().',
  );
}

/** Reads the fields that a binding names from the same object, the way a query would. */
async function outputBinding(
  template: BindingTemplate,
  source: unknown,
  contextValue: unknown,
  info: GraphQLResolveInfo,
  { fieldResolver }: Charge,
): Promise<string> {
  const texts = new Map<string, string>();
  for (const name of template.names) {
    const field = info.parentType.getFields()[name];
    const type = field && getNullableType(field.type);
    if (!field || !isLeafType(type)) throw unbound(info, name);
    const args = Object.fromEntries(
      field.args.flatMap((arg) => (arg.defaultValue === undefined ? [] : [[arg.name, arg.defaultValue]])),
    );
    const value: unknown = await (field.resolve ?? fieldResolver ?? defaultFieldResolver)(
      source,
      args,
      contextValue,
      {
        ...info,
        fieldName: name,
        returnType: field.type,
        path: { prev: info.path.prev, key: name, typename: info.path.typename },
      },
    );
    const text = bindingText(type, value);
    if (text === undefined) throw unbound(info, name);
    texts.set(name, text);
  }
  return fillBinding(template, texts);
}

const unbound = (info: GraphQLResolveInfo, name: string) =>
  new BindingMismatchError(
    `${info.parentType.name}.${info.fieldName} is bound to "${name}" beside it, which has no value.`,
  );
