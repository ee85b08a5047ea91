import { GraphQLError } from 'graphql';
import type { ASTNode } from 'graphql';
import type { ProblemCode } from './codes.js';

/** Keys and indices from the root of an operation down to an argument or a response field. */
export type ErrorPath = readonly (string | number)[];

export interface LunaSecErrorOptions {
  /** The argument or response field at fault. */
  path?: ErrorPath | undefined;
  cause?: unknown;
  /** The token at fault, where one call is about several. */
  token?: string | undefined;
}

/** Base of all errors of this package: catch it, then decide by `code`. Messages never contain a value or a key. */
export abstract class LunaSecError extends Error {
  abstract readonly code: ProblemCode;
  readonly path: ErrorPath | undefined;
  readonly token: string | undefined;

  constructor(message: string, options: LunaSecErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.path = options.path;
    this.token = options.token;
  }

  /** What GraphQL answers beside the message. graphql-js reads it from errors that resolvers throw. */
  get extensions(): Record<string, unknown> {
    return { code: this.code };
  }

  /** The error as a GraphQL response carries it: `message`, `path` and `extensions.code`; the cause stays here. */
  toGraphQLError(options: { path?: ErrorPath | undefined; nodes?: readonly ASTNode[] } = {}): GraphQLError {
    return new GraphQLError(this.message, {
      path: options.path ?? this.path ?? null,
      nodes: options.nodes ?? null,
      extensions: this.extensions,
      originalError: this,
    });
  }
}
