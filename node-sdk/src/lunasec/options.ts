import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Secrets } from '../auth/secrets.js';
import type { ResilienceOptions } from '../client/index.js';
import type { LeakPolicy } from '../directive/index.js';

declare global {
  // Where the types of Express middleware, express-session for one, declare what they add to requests.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface Request {}
  }
}

/** A request as Node has it, with what Express middleware declares to have added. */
export type AppRequest = IncomingMessage & Express.Request;

/**
 * `TRequest` is what the server framework calls a request: AppRequest with Express, FastifyRequest with Fastify. It is
 * inferred from the parameter of `sessionIdProvider`.
 */
export interface LunaSecOptions<TRequest extends object = AppRequest> {
  /** The app's id in the tokenizer's configuration. */
  applicationId: string;
  /** The tokenizer's public URL, as browsers reach it. */
  tokenizerURL: string;
  /** Origin of the app's pages, such as `https://app.example.com`. */
  origin: string;
  auth: {
    /** The private keys that the app signs its statements with. The public ones are served by the plugins. */
    secrets: Secrets;
    /**
     * The app's own session id of a request; null when nobody is logged in. Two sessions must never have the same. The
     * tokenizer gets a digest of it.
     */
    sessionIdProvider(request: TRequest): string | null | Promise<string | null>;
  };
  /**
   * Finds the request in the context of a GraphQL operation. Default: `contextValue.req`. It is passed to
   * `sessionIdProvider`.
   */
  request?(contextValue: object): NoInfer<TRequest> | undefined;
  /**
   * What happens to tokens in fields and arguments that are not marked: `warn` reports each place once, `error` fails
   * the field or the operation. Default: `warn`.
   */
  leaks?: LeakPolicy | undefined;
  /** How calls to the tokenizer are timed, repeated and stopped. */
  client?: ResilienceOptions | undefined;
}

/** Names that browsers take for this machine, where plain HTTP is a secure context. */
const isLoopback = (hostname: string) =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname);

const secureURL = z.string('must be a URL').transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    context.addIssue('must be a URL such as https://example.com, without user name or password');
    return z.NEVER;
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    context.addIssue('must begin with https: (http: is for localhost only: encryption in browsers needs it)');
    return z.NEVER;
  }
  if (url.search || url.hash) {
    context.addIssue('must not have a query or a fragment');
    return z.NEVER;
  }
  return url;
});

const origin = secureURL.transform((url, context) => {
  if (url.pathname === '/') return url.origin;
  context.addIssue(`must be an origin, without a path; did you mean ${url.origin}?`);
  return z.NEVER;
});

const text = z.string('must be a text').min(1, 'must not be empty');
const callback = <F>() => z.custom<F>((value) => typeof value === 'function', 'must be a function');
const milliseconds = z.int('must be whole milliseconds').min(1).max(600_000).optional();

const secrets = z.discriminatedUnion(
  'source',
  [
    z.strictObject({ source: z.literal('environment'), variable: text.optional() }),
    z.strictObject({ source: z.literal('file'), path: text, createIfMissing: z.boolean().optional() }),
    z.strictObject({
      source: z.literal('aws-secrets-manager'),
      secretId: text,
      region: text.optional(),
    }),
  ],
  'must have the source "environment", "file" or "aws-secrets-manager"',
);

const optionsSchema = z.strictObject({
  applicationId: z
    .string('must be a text')
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
  tokenizerURL: secureURL.transform((url) => url.href.replace(/\/+$/, '')),
  origin,
  auth: z.strictObject({
    secrets,
    sessionIdProvider: callback<(request: object) => string | null | Promise<string | null>>(),
  }),
  request: callback<(contextValue: object) => object | undefined>().optional(),
  leaks: z.enum(['warn', 'error', 'off'], 'must be "warn", "error" or "off"').default('warn'),
  client: z
    .strictObject({
      deadline: milliseconds,
      attemptTimeout: milliseconds,
      retries: z.int().min(0).max(10).optional(),
      firstPause: milliseconds,
      breakAfter: z.int().min(1).optional(),
      breakFor: milliseconds,
    })
    .default({}),
});
export type ValidOptions = z.infer<typeof optionsSchema>;

/** Checks the options of LunaSec. Throws an error with a line for each that is missing or wrong. */
export function parseOptions<TRequest extends object>(options: LunaSecOptions<TRequest>): ValidOptions {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new Error(`The options of LunaSec are wrong:\n${z.prettifyError(parsed.error)}`);
}
