import { Directive } from 'type-graphql';
import { printUsage } from '../directive/definition.js';

export interface TokenOptions {
  /** How long a session may read the field's tokens, such as `5m30s`. Means nothing on arguments and input fields. */
  duration?: string | undefined;
  /** The one place that the token may be read from, such as `User.ssn:{id}`; `{id}` is the field or argument beside it. */
  binding?: string | undefined;
}

/**
 * `@token` for type-graphql: on fields, input fields, arguments, field resolvers, queries and mutations, above or below
 * type-graphql's own decorator. The schema needs `buildSchema({ directives: lunaSec.tokenDirective.directives })`.
 */
export function Token(options: TokenOptions = {}): PropertyDecorator & MethodDecorator & ParameterDecorator {
  return Directive(printUsage({ duration: options.duration, binding: options.binding }));
}
