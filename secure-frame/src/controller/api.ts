import {
  completeResult,
  detokenizeResult,
  maxCompleted,
  maxParts,
  partResult,
  sessionResult,
  tokenizeResult,
} from '../protocol/internal.js';
import type { CompleteResult, PartResult, TokenizeInput, UploadPart } from '../protocol/internal.js';
import { invalid, list } from '../protocol/parsers.js';
import type { Parsed, Parser } from '../protocol/parsers.js';
import { problemCodes, ProblemError } from '../protocol/problem.js';
import type { ProblemCode } from '../protocol/problem.js';
import { retry } from '../shared/retry.js';

/** The calls of a frame. Each throws {@link ProblemError}. */
export interface Api {
  /** Not repeated here: an assertion is good for one call. `lifetime` is in milliseconds, by the server's clock. */
  createSession(assertion: string): Promise<{ accessToken: string; lifetime: number }>;
  /** Repeated when the network fails: a frame's own token names make it idempotent. At most 1000 inputs. */
  tokenize(accessToken: string, inputs: TokenizeInput[]): Promise<TokenizeResult[]>;
  /** Repeated when the network fails. At most 1000 tokens. */
  detokenize(accessToken: string, tokens: string[]): Promise<DetokenizeResult[]>;
  /** Repeated when the network fails. At most 100 parts. */
  signParts(accessToken: string, token: string, parts: UploadPart[]): Promise<PartResult[]>;
  /** Repeated when the network fails. At most 1000 tokens. */
  completeUploads(accessToken: string, tokens: string[]): Promise<CompleteResult[]>;
}
export type TokenizeResult = Parsed<typeof tokenizeResult>;
export type DetokenizeResult = Parsed<typeof detokenizeResult>;

/** Most tokens or inputs of one call. */
export const maxBatch = 1000;
const callTimeout = 20_000;
/** An object store may copy a large value before it answers. */
const completionTimeout = 150_000;

const createSession =
  'mutation($assertion:String!){createSession(assertion:$assertion){accessToken expiresAt}}';
const tokenize =
  'mutation($inputs:[TokenizeInput!]!){tokenize(inputs:$inputs){token upload{url method headers expiresAt}multipart{partSize}problem{code message}}}';
const detokenize =
  'mutation($tokens:[ID!]!){detokenize(tokens:$tokens){token download{url method headers expiresAt size dataKey}problem{code message}}}';

const signParts =
  'mutation($token:ID!,$parts:[UploadPartInput!]!){presignUploadParts(token:$token,parts:$parts){number upload{url method headers expiresAt}problem{code message}}}';
const completeUploads =
  'mutation($tokens:[ID!]!){completeUploads(tokens:$tokens){token problem{code message}}}';

export function createApi(fetch: typeof globalThis.fetch): Api {
  async function call<T>(
    query: string,
    variables: object,
    parse: Parser<T>,
    accessToken?: string,
    timeout = callTimeout,
  ) {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify({ query, variables }),
      // No cookie of this origin is ever wanted: the bearer token is the session.
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      // The token is for the tokenizer: it does not follow a redirect.
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    }).catch(() => {
      throw unavailable();
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (failed(body)) throw errorOf(body.errors[0]);
    if (!answered(body)) throw unavailable();
    const data = parse(Object.values(body.data)[0]);
    if (data === invalid) throw unavailable();
    return { data, date: response.headers.get('date') };
  }

  return {
    async createSession(assertion) {
      const { data, date } = await call(createSession, { assertion }, sessionResult);
      // Both times are the server's, so a wrong clock here does not matter.
      const lifetime = Date.parse(data.expiresAt) - (Date.parse(date ?? '') || Date.now());
      if (Number.isNaN(lifetime)) throw unavailable();
      return { accessToken: data.accessToken, lifetime };
    },
    tokenize: async (accessToken, inputs) =>
      (await retryCall(() => call(tokenize, { inputs }, list(tokenizeResult, maxBatch), accessToken))).data,
    detokenize: async (accessToken, tokens) =>
      (await retryCall(() => call(detokenize, { tokens }, list(detokenizeResult, maxBatch), accessToken)))
        .data,
    signParts: async (accessToken, token, parts) =>
      (await retryCall(() => call(signParts, { token, parts }, list(partResult, maxParts), accessToken)))
        .data,
    completeUploads: async (accessToken, tokens) =>
      (
        await retryCall(() =>
          call(
            completeUploads,
            { tokens },
            list(completeResult, maxCompleted),
            accessToken,
            completionTimeout,
          ),
        )
      ).data,
  };
}

/** Longest pause that a frame waits for when it is asked to, in milliseconds. The page's patience with a frame is longer. */
const longestPause = 5000;

/** An error of an answer that says when to try again, as an overloaded tokenizer's does. */
class AnsweredProblem extends ProblemError {
  constructor(
    code: ProblemCode,
    message: string,
    /** Milliseconds. */
    readonly pause: number,
  ) {
    super(code, message);
  }
}

/** Repeats a call that a tokenizer could not answer, and not before it wants to be asked again. */
export const retryCall = <T>(call: () => Promise<T>): Promise<T> =>
  retry(call, isUnavailable, (error) => (error instanceof AnsweredProblem ? error.pause : 0));

const isUnavailable = (error: unknown): boolean =>
  error instanceof ProblemError && error.code === 'UNAVAILABLE';

export const unavailable = (): ProblemError =>
  new ProblemError(
    'UNAVAILABLE',
    'The tokenizer could not be reached. Check the connection, then try again.',
  );

interface GraphQLFailure {
  errors: [unknown, ...unknown[]];
}
const failed = (body: unknown): body is GraphQLFailure =>
  Array.isArray((body as GraphQLFailure | null)?.errors) && (body as GraphQLFailure).errors.length > 0;
const answered = (body: unknown): body is { data: object } =>
  typeof (body as { data?: unknown } | null)?.data === 'object' && (body as { data: unknown }).data !== null;

function errorOf(error: unknown): ProblemError {
  const { message, extensions } = (error ?? {}) as {
    message?: unknown;
    extensions?: { code?: unknown; retryAfter?: unknown } | null;
  };
  const code: ProblemCode = problemCodes.find((known) => known === extensions?.code) ?? 'UNAVAILABLE';
  return new AnsweredProblem(
    code,
    typeof message === 'string' ? message : 'The tokenizer refused the call.',
    Math.min((Number(extensions?.retryAfter) || 0) * 1000, longestPause),
  );
}
