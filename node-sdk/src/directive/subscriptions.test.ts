import { describe, expect, test } from '@jest/globals';
import { parse, subscribe } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { failures, harness, summarize } from '../test-support/harness.js';

const typeDefs = `
  type Query { ok: Boolean }
  type Subscription { ssn(of: String @token): String @token }
`;

function setUp() {
  const events: unknown[] = [];
  const log: string[] = [];
  const it = harness(typeDefs, {
    Subscription: {
      ssn: {
        async *subscribe() {
          log.push('subscribed');
          try {
            for (const ssn of events) yield { ssn };
          } finally {
            log.push('ended');
          }
        },
      },
    },
  });
  const start = (source: string, variableValues = {}) =>
    it.lunaSec.subscribe({
      schema: it.schema,
      document: parse(source),
      variableValues,
      contextValue: it.context('alice'),
    });
  return { ...it, events, log, start };
}

const isStream = (
  result: AsyncIterable<ExecutionResult> | ExecutionResult,
): result is AsyncGenerator<ExecutionResult> => Symbol.asyncIterator in result;

describe('subscribe', () => {
  test('grants the tokens of each event, in one call per event', async () => {
    const { start, events, tokenizer, lunaSec } = setUp();
    const tokens = [tokenizer.tokenize('bob'), tokenizer.tokenize('bob')];
    await lunaSec.grants.verify('bob', tokens);
    events.push(tokens[0], 'not a token', null, tokens[1]);
    const stream = await start('subscription { ssn }');
    if (!isStream(stream)) throw new Error('no stream');
    const answers = [];
    for await (const result of stream) {
      answers.push(summarize(result));
    }
    expect(answers.map(({ data }) => data)).toEqual([
      { ssn: tokens[0] },
      { ssn: null },
      { ssn: null },
      { ssn: tokens[1] },
    ]);
    expect(answers.map(failures)).toEqual([[], [['ssn', 'TOKEN_NOT_FOUND']], [], []]);
    expect(tokens.map((token) => tokenizer.detokenize('alice', token))).toEqual(['granted', 'granted']);
    expect(tokenizer.calls.filter(({ operation }) => operation === 'createReadGrants')).toHaveLength(2);
  });

  test('verifies marked arguments before it subscribes', async () => {
    const { start, tokenizer, log } = setUp();
    const refused = await start('subscription ($t: String) { ssn(of: $t) }', {
      t: tokenizer.tokenize('bob'),
    });
    expect(failures(summarize(refused as ExecutionResult))).toEqual([['ssn.of', 'STORE_GRANT_MISSING']]);
    expect(log).toEqual([]);

    const mine = tokenizer.tokenize('alice');
    const stream = await start('subscription ($t: String) { ssn(of: $t) }', { t: mine });
    if (!isStream(stream)) throw new Error('no stream');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['subscribed', 'ended']);
  });

  test('can be ended between events', async () => {
    const { start, events, log } = setUp();
    events.push(null, null);
    const stream = await start('subscription { ssn }');
    if (!isStream(stream)) throw new Error('no stream');
    await stream.next();
    expect(await stream.return(undefined)).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['subscribed', 'ended']);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('without it, a marked subscription does not start', async () => {
    const { schema, log } = setUp();
    const result = await subscribe({ schema, document: parse('subscription { ssn }') });
    expect(failures(summarize(result as ExecutionResult))).toEqual([['ssn', 'UNAVAILABLE']]);
    expect(log).toEqual([]);
  });
});
