import type { z } from 'zod';
import type { ApplicationJWT } from '../auth/jwt.js';
import { createError, problemCodes, UnavailableError } from '../errors/index.js';
import type { LunaSecError } from '../errors/index.js';
import { envelope } from './answers.js';
import { PassingFailure } from './resilience.js';

export type Fetch = typeof globalThis.fetch;

/** One attempt at one GraphQL operation with a single root field. Throws PassingFailure or a LunaSecError. */
export type Send = <T>(
  operation: { query: string; field: string; variables: object; answer: z.ZodType<T> },
  signal: AbortSignal,
) => Promise<T>;

/** Node's own fetch keeps its connections alive, so calls in a row share one. */
export function createTransport({
  tokenizerURL,
  jwt,
  fetch,
}: {
  tokenizerURL: string;
  jwt: ApplicationJWT;
  fetch: Fetch;
}): Send {
  return async ({ query, field, variables, answer }, signal) => {
    const authorization = `Bearer ${await jwt.current()}`;
    const { status, body, retryAfter } = await exchange(fetch, `${tokenizerURL}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization },
      body: JSON.stringify({ query, variables }),
      // A redirect would carry the JWT elsewhere.
      redirect: 'error',
      signal,
    });
    const parsed = envelope.safeParse(body);
    const failure = parsed.data?.errors?.[0];
    if (failure) {
      const { code } = failure.extensions ?? {};
      if (code === 'UNAUTHENTICATED') {
        jwt.forget();
        throw refusal(failure.message);
      }
      const known = problemCodes.find((it) => it === code);
      if (known && known !== 'UNAVAILABLE')
        throw createError(known, failure.message, { retryAfter: failure.extensions?.retryAfter });
    }
    if (status >= 500 || failure?.extensions?.code === 'UNAVAILABLE')
      throw new PassingFailure(
        `The tokenizer answered with status ${status}${failure ? ' and UNAVAILABLE' : ''}.`,
        { retryAfter: failure?.extensions?.retryAfter ?? retryAfter },
      );
    if (status === 429) throw createError('RATE_LIMITED', 'The tokenizer refused the call: too many calls.');
    const data = parsed.success && !failure ? parsed.data.data?.[field] : undefined;
    const result = answer.safeParse(data);
    if (status !== 200 || !result.success)
      throw new UnavailableError(`The tokenizer gave an unexpected answer (status ${status}).`);
    return result.data;
  };
}

async function exchange(fetch: Fetch, url: string, init: RequestInit) {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    return {
      status: response.status,
      body: parseJSON(text),
      retryAfter: secondsOf(response.headers.get('retry-after')),
    };
  } catch (cause) {
    throw new PassingFailure('The tokenizer cannot be reached.', { cause });
  }
}

/** A number of seconds (RFC 9110 §10.2.3); a date is left to be told otherwise. */
const secondsOf = (header: string | null): number | undefined =>
  header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined;

function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** It is the app that was refused, not its user: a setting is wrong. */
const refusal = (reason: string): LunaSecError =>
  new UnavailableError(
    `The tokenizer refused this application. Check applicationId, tokenizerURL, the published keys and the clocks. It said: ${reason}`,
  );
