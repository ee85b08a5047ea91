import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { ExecutionArgs, ExecutionResult, GraphQLDirective, GraphQLSchema } from 'graphql';
import { createApolloPlugin } from '../apollo/plugin.js';
import type { ApolloPluginOptions } from '../apollo/plugin.js';
import { createApplicationJWT } from '../auth/jwt.js';
import { createSigner } from '../auth/signer.js';
import type { FindKeys } from '../auth/keep-fresh.js';
import { fetchSecrets, openSecrets } from '../auth/secrets.js';
import type { SigningKey } from '../auth/signing-key.js';
import { createClient } from '../client/index.js';
import type { CallOptions, CallReport, Fetch, TokenizerClient, TokenRecord } from '../client/index.js';
import {
  createEngine,
  definition,
  directives,
  executeWithTokens,
  subscribeWithTokens,
  transform,
  typeDefs,
} from '../directive/index.js';
import type { Engine } from '../directive/index.js';
import { createEnvelopPlugin } from '../envelop/plugin.js';
import type { EnvelopPlugin, EnvelopPluginOptions } from '../envelop/plugin.js';
import { createError } from '../errors/index.js';
import { createExpressPlugin } from '../express/plugin.js';
import type { Middleware } from '../express/plugin.js';
import { createFastifyPlugin } from '../fastify/plugin.js';
import type { FastifyPlugin } from '../fastify/plugin.js';
import { createFetchHandler } from '../fetch/handler.js';
import type { FetchHandler } from '../fetch/handler.js';
import type { HandshakeParts } from '../http/handshake.js';
import { processLog } from '../log.js';
import type { Log } from '../log.js';
import { createGrants, refsOf, tokensOf } from './grants.js';
import type { Grants, TokenInput } from './grants.js';
import { logOut } from './log-out.js';
import { findTokens } from './lookups.js';
import type { TokenSearch } from './lookups.js';
import { parseOptions } from './options.js';
import type { AppRequest, LunaSecOptions } from './options.js';
import { createSessions } from './sessions.js';
import type { Sessions } from './sessions.js';
import { isToken } from '../token.js';
import { createObjectTransfer } from '../values/objects.js';
import type { ObjectTransfer } from '../values/objects.js';
import { readLargeValue, readValues } from '../values/read.js';
import { storeValues } from '../values/store.js';
import type { LargeValue, Value, ValueInput } from '../values/values.js';

/** What LunaSec works with; each has a default. */
export interface LunaSecParts {
  /** Where warnings go. Default: Node's process warnings. */
  log?: Log | undefined;
  /** Default: Node's own, which keeps its connections alive. */
  fetch?: Fetch | undefined;
  now?: (() => Date) | undefined;
  /** Hears how every call to the tokenizer went, for metrics. Not used with a `client` of one's own. */
  onCall?: ((report: CallReport) => void) | undefined;
  /** Default: the tokenizer at `tokenizerURL`. */
  client?: TokenizerClient | undefined;
  /** The way to the object store, for `tokenize` and `detokenize`. Default: HTTP. */
  objects?: ObjectTransfer | undefined;
  /** Default: loaded as `auth.secrets` says. */
  signingKey?: SigningKey | undefined;
  /** The same as a function, for keys that change. */
  findKeys?: FindKeys | undefined;
}

export interface TokenDirective {
  /** For schemas made in code. */
  definition: GraphQLDirective;
  /**
   * The same with `@skip`, `@include` and all others of GraphQL itself, for `buildSchema({ directives })` of type-graphql, which
   * leaves out what it is not given.
   */
  directives: GraphQLDirective[];
  /** For schemas in SDL: add it to the type definitions. */
  typeDefs: string;
  /**
   * Makes the marked fields of a schema work, and refuse to work unless this package's plugin or `execute` runs the
   * operation. Apply it last, after other directives. Throws an error that lists every `@token` that cannot work.
   */
  transform(schema: GraphQLSchema): GraphQLSchema;
}

/**
 * The app server's side of LunaSec: one object per application, made at start. `TRequest` is what the server framework
 * calls a request.
 */
export class LunaSec<TRequest extends object = AppRequest> {
  readonly tokenDirective: TokenDirective = { definition, directives: [...directives], typeDefs, transform };
  readonly grants: Grants<TRequest>;
  /** `execute` of graphql-js with the rules of `@token`, for servers other than Apollo Server. */
  readonly execute: (args: ExecutionArgs) => Promise<ExecutionResult>;
  /** `subscribe` of graphql-js with the rules of `@token`, for graphql-ws and the like. */
  readonly subscribe: (
    args: ExecutionArgs,
  ) => Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult>;

  readonly #client: TokenizerClient;
  readonly #objects: ObjectTransfer;
  readonly #engine: Engine;
  readonly #sessions: Sessions;
  readonly #handshake: HandshakeParts;

  /**
   * The same as `new LunaSec`, for every source of secrets: waits until they are fetched. Rejects where the constructor
   * throws, and when they cannot be fetched.
   */
  static async create<TRequest extends object = AppRequest>(
    options: LunaSecOptions<TRequest>,
    parts: LunaSecParts = {},
  ): Promise<LunaSec<TRequest>> {
    const { secrets } = parseOptions(options).auth;
    const { log = processLog, now = () => new Date() } = parts;
    return new LunaSec(options, { ...parts, findKeys: await fetchSecrets(secrets, { log, now }) });
  }

  /** Throws an error with a line for each option that is missing or wrong, and when the signing key cannot be loaded. */
  constructor(options: LunaSecOptions<TRequest>, parts: LunaSecParts = {}) {
    const valid = parseOptions(options);
    const { applicationId, tokenizerURL, origin, auth, leaks, client: resilience } = valid;
    const {
      log = processLog,
      now = () => new Date(),
      fetch = (...args) => globalThis.fetch(...args),
    } = parts;
    const { signingKey } = parts;
    const findKeys =
      parts.findKeys ?? (signingKey ? () => [signingKey] : openSecrets(auth.secrets, { log, now }));
    const signer = createSigner({ findKeys, now });
    const statement = { applicationId, tokenizerURL, signer, now };
    const sessions = (this.#sessions = createSessions(valid, log));
    this.#client =
      parts.client ??
      createClient({
        tokenizerURL,
        jwt: createApplicationJWT(statement),
        fetch,
        log,
        resilience,
        onCall: parts.onCall,
      });
    this.#objects = parts.objects ?? createObjectTransfer();
    this.#engine = createEngine({
      client: this.#client,
      sidOf: sessions.fromContext,
      requestOf: sessions.requestOf,
      leaks,
      log,
    });
    this.#handshake = { ...statement, origin, sidOf: sessions.fromRequest };
    this.grants = createGrants(this.#client, sessions);
    this.execute = (args) => executeWithTokens(this.#engine, args);
    this.subscribe = (args) => subscribeWithTokens(this.#engine, args);
  }

  /** For `app.use()`, after the session's own middleware: the addresses that frames and the tokenizer ask. */
  expressPlugin(): Middleware {
    return createExpressPlugin(this.#handshake);
  }

  /** The same for Fastify 5: `app.register(lunaSec.fastifyPlugin())`, after the plugin of the session. */
  fastifyPlugin(): FastifyPlugin {
    return createFastifyPlugin(this.#handshake);
  }

  /**
   * The same as a function from a Fetch `Request` to a `Response`, for Next.js, Hono and others: `export const GET =
   * lunaSec.fetchHandler()` at each of the two addresses. Rejects with UNAVAILABLE when the session cannot be read.
   */
  fetchHandler(): FetchHandler<TRequest> {
    return createFetchHandler(this.#handshake);
  }

  /** For the `plugins` of Apollo Server, whose schema went through `tokenDirective.transform()`. */
  apolloPlugin<TContext extends BaseContext = BaseContext>(
    options: ApolloPluginOptions<TContext> = {},
  ): ApolloServerPlugin<TContext> {
    return createApolloPlugin(this.#engine, options);
  }

  /** For the `plugins` of GraphQL Yoga or Envelop, as the last; the schema went through `tokenDirective.transform()`. */
  envelopPlugin<TContext extends object = object>(
    options: EnvelopPluginOptions<TContext> = {},
  ): EnvelopPlugin {
    return createEnvelopPlugin(this.#engine, options);
  }

  /**
   * For a logout, while the request still has its session: revokes all grants of that session at once; returns how many
   * there were, 0 when nobody was logged in. What the session's frames show stays until the page is left.
   */
  async endSession(request: TRequest, options?: CallOptions): Promise<number> {
    const sid = await this.#sessions.fromRequest(request);
    return sid === null ? 0 : this.#client.endSession(sid, options);
  }

  /**
   * A whole logout for express-session and @fastify/session: destroys `request.session`, and does what `endSession`
   * does. Each is done even if the other fails; then it rejects. Cookies are left to you.
   */
  async logOut(request: TRequest, options?: CallOptions): Promise<number> {
    return logOut(
      request,
      () => this.#sessions.fromRequest(request),
      (sid) => this.#client.endSession(sid, options),
    );
  }

  /**
   * Stores values that this server holds, for jobs and partners; pages use the secure frame. The tokenizer's settings
   * must allow it for this application. All or nothing; the tokens come in the order of the values, and are accepted.
   * Values are encrypted here; large ones given as `{ size, chunks }` take a segment of memory, and their ciphertext a
   * temporary file. Throws UNAVAILABLE, TOO_LARGE, BAD_USER_INPUT, RATE_LIMITED.
   */
  tokenize(values: readonly ValueInput[], options?: CallOptions): Promise<string[]> {
    return storeValues({ client: this.#client, objects: this.#objects }, values, options);
  }

  /**
   * Reads values, for jobs and partners: no session and no grant is needed, so the tokenizer's settings must allow it
   * for this application, and every read is audited. A bound token needs its binding. All or nothing. Throws
   * TOKEN_NOT_FOUND, TOKEN_DELETED, BINDING_MISMATCH, UNAVAILABLE.
   */
  async detokenize(tokens: TokenInput | readonly TokenInput[], options?: CallOptions): Promise<Value[]> {
    return readValues({ client: this.#client, objects: this.#objects }, refsOf(tokens), options);
  }

  /** `detokenize` of one large value, piece by piece: with a segment of 1 MiB in memory, whatever its size. */
  async detokenizeLarge(token: TokenInput, options?: CallOptions): Promise<LargeValue> {
    return readLargeValue({ client: this.#client, objects: this.#objects }, refsOf(token)[0]!, options);
  }

  /**
   * Destroys tokens for good, with their keys and values. Repeating it is harmless; a token that never existed is
   * reported as not deleted. Throws a LunaSecError for the first token that could not be deleted: call again.
   */
  async deleteTokens(
    tokens: string | readonly string[],
    options?: CallOptions,
  ): Promise<{ token: string; deleted: boolean }[]> {
    const wanted = tokensOf(tokens);
    if (wanted.length === 0) return [];
    const results = await this.#client.deleteTokens(wanted, options);
    return results.map(({ token, deleted, problem }) => {
      if (problem && problem.code !== 'TOKEN_NOT_FOUND')
        throw createError(problem.code, problem.message, { token });
      return { token, deleted: deleted && !problem };
    });
  }

  /** What is known of a token, tombstones included; null when the application has no such token. */
  findToken(token: string, options?: CallOptions): Promise<TokenRecord | null> {
    return isToken(token) ? this.#client.findToken(token, options) : Promise.resolve(null);
  }

  /**
   * The application's tokens that meet all conditions, newest first, fetched page by page as they are asked for:
   * `for await (const { token } of lunaSec.findTokens({ metadata: { patient: 42 } }))`.
   */
  findTokens(search: TokenSearch = {}, options?: CallOptions): AsyncGenerator<TokenRecord, void, void> {
    return findTokens(this.#client, this.#sessions, search, options);
  }

  /**
   * Replaces the metadata of a token: a JSON object of at most 4096 bytes, and never anything secret. Throws
   * TOKEN_NOT_FOUND, TOKEN_DELETED or BAD_USER_INPUT.
   */
  async updateTokenMetadata(
    token: string,
    metadata: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<TokenRecord> {
    const [wanted] = tokensOf(token);
    return this.#client.updateTokenMetadata(wanted!, metadata, options);
  }
}
