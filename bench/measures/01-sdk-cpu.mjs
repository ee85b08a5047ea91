import { compareSides } from '../lib/compare-sides.mjs';

const query = '../sides/query.mjs';
const stubs = { client: 'the directive alone', fetch: 'with the client of the tokenizer' };

export const measure = {
  number: 1,
  id: 'sdk-cpu',
  title: 'SDK: CPU time of a query whose fields are marked `@token`',
  baseline: 'the same schema without the directive',
  target: { atMost: 1.15 },
  about:
    'Apollo Server’s `executeOperation`; every field of the response is marked. “The directive alone” has a stub in place of the ' +
    'SDK’s client; “with the client” has one in place of `fetch`, so that the request is written, and the answer parsed and checked. ' +
    'Stubs give answers that were made before.',
  why:
    'The query does nothing but return tokens from memory, so there is nothing else that the cost could be small against: a field ' +
    'costs graphql-js and Apollo Server a few microseconds, and the SDK has to write each token into a request, find it in an answer ' +
    'of about 100 bytes per token, and compare. What is left is JSON, and one call with its deadline, retries and circuit breaker.',

  async run({ isQuick }) {
    const figures = [];
    for (const count of [100, 1000])
      for (const [stub, what] of Object.entries(stubs)) {
        const taken = await compareSides({
          subject: { module: query, count, stub },
          baseline: { module: query, count },
          rounds: isQuick ? 3 : 15,
          times: isQuick ? 20_000 / count : 60_000 / count,
        });
        figures.push({
          id: `${count}-${stub}`,
          what: `${count} fields, ${what}`,
          ...taken,
          shown: `${taken.ours.toFixed(0)} µs against ${taken.theirs.toFixed(0)} µs per query`,
        });
      }
    return figures;
  },
};
