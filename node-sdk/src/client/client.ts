import type { z } from 'zod';
import type { ApplicationJWT } from '../auth/jwt.js';
import { UnavailableError } from '../errors/index.js';
import type { Log } from '../log.js';
import { count, deleteResults, grantResults } from './answers.js';
import type { CallOptions, TokenizerClient } from './port.js';
import { createResilience } from './resilience.js';
import type { ResilienceOptions } from './resilience.js';
import { createTransport } from './transport.js';
import type { Fetch } from './transport.js';

/** Most entries of one request; larger batches are sent in several. */
const maxBatch = 1000;

const grantFields = '{ token expiresAt problem { code message } }';
const queries = {
  verifyStoreGrants: `mutation ($sessionId: ID!, $tokens: [TokenRef!]!) { verifyStoreGrants(sessionId: $sessionId, tokens: $tokens) ${grantFields} }`,
  createReadGrants: `mutation ($sessionId: ID!, $tokens: [ReadGrantInput!]!) { createReadGrants(sessionId: $sessionId, tokens: $tokens) ${grantFields} }`,
  revokeReadGrants: `mutation ($sessionId: ID!, $tokens: [ID!]!) { revokeReadGrants(sessionId: $sessionId, tokens: $tokens) }`,
  endSession: `mutation ($sessionId: ID!) { endSession(sessionId: $sessionId) }`,
  deleteTokens: `mutation ($tokens: [ID!]!) { deleteTokens(tokens: $tokens) { token deleted problem { code message } } }`,
};

export interface ClientParts {
  tokenizerURL: string;
  jwt: ApplicationJWT;
  fetch: Fetch;
  log: Log;
  resilience: ResilienceOptions;
}

/** A client of a tokenizer's GraphQL API over HTTP. Fails closed: whatever is not the expected answer is UNAVAILABLE. */
export function createClient({ resilience, log, ...parts }: ClientParts): TokenizerClient {
  const send = createTransport(parts);
  const run = createResilience(resilience, log);

  const call = <T>(
    query: string,
    variables: Record<string, unknown>,
    answer: z.ZodType<T>,
    options?: CallOptions,
  ): Promise<T> => run((signal) => send({ query, variables, answer }, signal), options?.signal);

  async function batch<E, T extends { token: string }>(
    entries: readonly E[],
    tokenOf: (entry: E) => string,
    one: (chunk: readonly E[]) => Promise<T[]>,
  ): Promise<T[]> {
    const results = (await Promise.all(chunksOf(entries).map(one))).flat();
    if (results.length !== entries.length || results.some(({ token }, i) => token !== tokenOf(entries[i]!)))
      throw new UnavailableError('The tokenizer answered about other tokens than it was asked about.');
    return results;
  }

  return {
    verifyStoreGrants: (sid, tokens, options) =>
      batch(
        tokens.map(({ token, binding }) => ({ token, binding })),
        (ref) => ref.token,
        (chunk) => call(queries.verifyStoreGrants, { sessionId: sid, tokens: chunk }, grantResults, options),
      ),
    createReadGrants: (sid, tokens, options) =>
      batch(
        tokens.map(({ token, binding, duration }) => ({ token, binding, duration })),
        (ref) => ref.token,
        (chunk) => call(queries.createReadGrants, { sessionId: sid, tokens: chunk }, grantResults, options),
      ),
    revokeReadGrants: async (sid, tokens, options) => {
      const counts = await Promise.all(
        chunksOf(tokens).map((chunk) =>
          call(queries.revokeReadGrants, { sessionId: sid, tokens: chunk }, count, options),
        ),
      );
      return counts.reduce((sum, each) => sum + each, 0);
    },
    endSession: (sid, options) => call(queries.endSession, { sessionId: sid }, count, options),
    deleteTokens: (tokens, options) =>
      batch(
        tokens,
        (token) => token,
        (chunk) => call(queries.deleteTokens, { tokens: chunk }, deleteResults, options),
      ),
  };
}

function chunksOf<E>(entries: readonly E[]): E[][] {
  const chunks: E[][] = [];
  for (let start = 0; start < entries.length; start += maxBatch)
    chunks.push(entries.slice(start, start + maxBatch));
  return chunks;
}
