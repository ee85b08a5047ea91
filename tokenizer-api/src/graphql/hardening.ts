import { ApolloArmor } from '@escape.tech/graphql-armor';

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
  return { validationRules, plugins };
}
