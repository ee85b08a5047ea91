import {
  astFromValue,
  DirectiveLocation,
  GraphQLDirective,
  GraphQLString,
  print,
  specifiedDirectives,
} from 'graphql';

export const directiveName = 'token';

const description = 'Marks strings, IDs and custom scalars, or lists of them, that hold tokens.';
const argumentDescriptions = {
  duration:
    "How long a session may read the tokens of a response, such as 5m30s. Default: the tokenizer's. Means nothing on arguments and input fields.",
  binding:
    'The one place that the token may be read from, such as User.ssn:{id}; {id} is the value of the field or argument beside it.',
};

/** For schemas made in code. */
export const definition = new GraphQLDirective({
  name: directiveName,
  description,
  locations: [
    DirectiveLocation.FIELD_DEFINITION,
    DirectiveLocation.ARGUMENT_DEFINITION,
    DirectiveLocation.INPUT_FIELD_DEFINITION,
  ],
  args: {
    duration: { type: GraphQLString, description: argumentDescriptions.duration },
    binding: { type: GraphQLString, description: argumentDescriptions.binding },
  },
});

/** The same with those of GraphQL itself (specification, October 2021, §3.13), which must not get lost. */
export const directives: readonly GraphQLDirective[] = [...specifiedDirectives, definition];

/** The same as SDL. */
export const typeDefs = `"""${description}"""
directive @${directiveName}(
  """${argumentDescriptions.duration}"""
  duration: String
  """${argumentDescriptions.binding}"""
  binding: String
) on ${definition.locations.join(' | ')}
`;

/** The directive as one would write it in SDL. */
export function printUsage(options: { duration?: string | undefined; binding?: string | undefined }): string {
  const args = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${print(astFromValue(value, GraphQLString)!)}`],
  );
  return `@${directiveName}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
}
