import type { z } from 'zod';
import type { ApplicationJWT } from '../auth/jwt.js';
import { LunaSecError, UnavailableError } from '../errors/index.js';
import type { Log } from '../log.js';
import {
  count,
  deleteResults,
  downloadResults,
  grantResults,
  tokenPage,
  tokenRecord,
  uploadResults,
} from './answers.js';
import * as operations from './operations.js';
import type { Operation } from './operations.js';
import type { CallOptions, CallReport, TokenizerClient } from './port.js';
import { createResilience } from './resilience.js';
import type { ResilienceOptions } from './resilience.js';
import { createTransport } from './transport.js';
import type { Fetch } from './transport.js';

/** Most entries of one request; larger batches are sent in several. */
const maxBatch = 1000;

export interface ClientParts {
  tokenizerURL: string;
  jwt: ApplicationJWT;
  fetch: Fetch;
  log: Log;
  resilience: ResilienceOptions;
  /** Hears of every call that has ended. */
  onCall?: ((report: CallReport) => void) | undefined;
}

/** A client of a tokenizer's GraphQL API over HTTP. Fails closed: whatever is not the expected answer is UNAVAILABLE. */
export function createClient({ resilience, log, onCall, ...parts }: ClientParts): TokenizerClient {
  const send = createTransport(parts);
  const run = createResilience(resilience, log);

  /** Makes one call of an operation, whose one root field has the name given. */
  async function call<Data extends object, Variables extends object, Field extends keyof Data & string, T>(
    { query }: Operation<Data, Variables>,
    field: Field,
    variables: Variables,
    answer: z.ZodType<T>,
    { signal, entries = 1 }: CallOptions & { entries?: number } = {},
  ): Promise<T> {
    const start = performance.now();
    let attempts = 0;
    const report = (code: CallReport['code']) => {
      const seconds = (performance.now() - start) / 1000;
      try {
        onCall?.({
          operation: field,
          entries,
          attempts,
          seconds,
          code,
          aborted: code !== null && signal?.aborted === true,
        });
      } catch (error) {
        // What only watches must not change how a call ends.
        log.warn('onCall failed.', error);
      }
    };
    try {
      const result = await run((aborted) => {
        attempts++;
        return send({ query, field, variables, answer }, aborted);
      }, signal);
      report(null);
      return result;
    } catch (error) {
      report(error instanceof LunaSecError ? error.code : 'UNAVAILABLE');
      throw error;
    }
  }

  /** Makes one call per 1000 entries, each answered for itself and in order. */
  async function batch<E, T extends { token: string }>(
    entries: readonly E[],
    tokenOf: (entry: E) => string,
    one: (chunk: E[], options: { entries: number }) => Promise<T[]>,
  ): Promise<T[]> {
    const chunks = chunksOf(entries);
    const results = (await Promise.all(chunks.map((chunk) => one(chunk, { entries: chunk.length })))).flat();
    if (results.length !== entries.length || results.some(({ token }, i) => token !== tokenOf(entries[i]!)))
      throw new UnavailableError('The tokenizer answered about other tokens than it was asked about.');
    return results;
  }

  return {
    verifyStoreGrants: (sid, tokens, options) =>
      batch(
        tokens.map(({ token, binding }) => ({ token, binding })),
        (ref) => ref.token,
        (chunk, size) =>
          call(
            operations.verifyStoreGrants,
            'verifyStoreGrants',
            { sessionId: sid, tokens: chunk },
            grantResults,
            { ...options, ...size },
          ),
      ),
    createReadGrants: (sid, tokens, options) =>
      batch(
        tokens.map(({ token, binding, duration }) => ({ token, binding, duration })),
        (ref) => ref.token,
        (chunk, size) =>
          call(
            operations.createReadGrants,
            'createReadGrants',
            { sessionId: sid, tokens: chunk },
            grantResults,
            { ...options, ...size },
          ),
      ),
    revokeReadGrants: async (sid, tokens, options) => {
      const counts = await Promise.all(
        chunksOf(tokens).map((chunk) =>
          call(operations.revokeReadGrants, 'revokeReadGrants', { sessionId: sid, tokens: chunk }, count, {
            ...options,
            entries: chunk.length,
          }),
        ),
      );
      return counts.reduce((sum, each) => sum + each, 0);
    },
    endSession: (sid, options) =>
      call(operations.endSession, 'endSession', { sessionId: sid }, count, { ...options, entries: 0 }),
    deleteTokens: (tokens, options) =>
      batch(
        tokens,
        (token) => token,
        (chunk, size) =>
          call(operations.deleteTokens, 'deleteTokens', { tokens: chunk }, deleteResults, {
            ...options,
            ...size,
          }),
      ),
    findToken: (token, options) =>
      call(operations.findToken, 'token', { token }, tokenRecord.nullable(), options),
    findTokens: ({ createdAfter, createdBefore, ...filter }, page, options) =>
      call(
        operations.findTokens,
        'tokens',
        {
          filter: {
            ...filter,
            createdAfter: createdAfter?.toISOString(),
            createdBefore: createdBefore?.toISOString(),
          },
          ...page,
        },
        tokenPage,
        { ...options, entries: 0 },
      ),
    updateTokenMetadata: (token, metadata, options) =>
      call(operations.updateTokenMetadata, 'updateTokenMetadata', { token, metadata }, tokenRecord, options),
    requestUploads: (requests, options) =>
      batch(
        requests,
        ({ token }) => token,
        (chunk, size) =>
          call(operations.tokenize, 'tokenize', { inputs: chunk }, uploadResults, { ...options, ...size }),
      ),
    requestDownloads: (refs, options) =>
      batch(
        refs,
        ({ token }) => token,
        (chunk, size) =>
          call(
            operations.detokenize,
            'detokenize',
            {
              tokens: chunk.map(({ token }) => token),
              bindings: chunk.map(({ binding }) => binding ?? null),
            },
            downloadResults,
            { ...options, ...size },
          ),
      ),
  };
}

function chunksOf<E>(entries: readonly E[]): E[][] {
  const chunks: E[][] = [];
  for (let start = 0; start < entries.length; start += maxBatch)
    chunks.push(entries.slice(start, start + maxBatch));
  return chunks;
}
