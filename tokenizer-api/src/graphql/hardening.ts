import { ApolloArmor } from '@escape.tech/graphql-armor';
import { GraphQLError } from 'graphql';
import type { ValidationRule } from 'graphql';

/**
 * Limits of one document. The deepest useful one has 6 levels; batches travel as variables, which cost nothing here and
 * are limited by their own number and by the size of the body.
 */
export const documentLimits = {
  /** Lexical tokens: so many that 100 entries can still be written as literals. */
  tokens: 2000,
  depth: 8,
  aliases: 10,
  directives: 10,
  cost: 20_000,
};

export function createHardening() {
  const { validationRules, plugins } = new ApolloArmor({
    maxDepth: { n: documentLimits.depth },
    maxAliases: { n: documentLimits.aliases },
    maxDirectives: { n: documentLimits.directives },
    costLimit: { maxCost: documentLimits.cost },
    // The parser counts tokens itself, and says so as an ordinary syntax error.
    maxTokens: { enabled: false },
    blockFieldSuggestion: { enabled: true },
  }).protect();
  return { validationRules: [...validationRules, knownOperationTypes], plugins };
}

/** Without it, a subscription is found to be impossible only when it is executed, which looks like a failure inside. */
const knownOperationTypes: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (!context.getSchema().getRootType(node.operation))
      context.reportError(new GraphQLError(`There are no ${node.operation}s here.`, { nodes: node }));
  },
});
