import { join, resolve } from 'node:path';
import { z } from 'zod';
import { longestDuration, parseDuration } from './duration.js';
import type { Limits } from './services/limits.js';

/** A setting is missing or wrong. The message has one line per setting, with what to do about it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const duration = (min: number, max: number) =>
  z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= min && seconds <= max) return seconds;
    context.addIssue(
      seconds === undefined
        ? 'is not a duration; write one like 5m30s, 1h or 45s'
        : `must be from ${min} s to ${max} s`,
    );
    return z.NEVER;
  });

const count = (min: number, max: number) =>
  z
    .number(`must be a whole number from ${min} to ${max}`)
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

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
  return url;
});

const origin = secureURL.transform((url, context) => {
  if (url.pathname === '/' && url.search === '' && url.hash === '') return url.origin;
  context.addIssue(`must be an origin, without a path; did you mean ${url.origin}?`);
  return z.NEVER;
});

const jwk = z
  .looseObject({
    kty: z.enum(['OKP', 'EC', 'RSA'], 'must be OKP, EC or RSA: shared secrets are not accepted'),
  })
  .refine((key) => !['d', 'p', 'q', 'k'].some((part) => part in key), {
    error: 'holds a private key; publish the public one and replace this one, as it is no secret any more',
  });

const jwks = z.object({ keys: z.array(jwk).min(1, 'must hold at least one key') });

const limitFields = {
  /** Most entries of one call: 1 to 10000, default 1000. */
  maxBatch: count(1, 10_000),
  /** Largest ciphertext in bytes: up to 2 GiB less one byte, default 64 MiB. */
  maxSize: count(1, 2 ** 31 - 1),
  /** How long a server may accept a new token: 1 s to 1 d, default 15 m. */
  storeGrant: duration(1, 86_400),
  /** Read grants whose server names no duration: 1 s to `maxReadGrant`, default 15 m or `maxReadGrant` if shorter. */
  readGrant: duration(1, longestDuration),
  /** Longest read grant: 1 s to 30 d, default 1 h. */
  maxReadGrant: duration(1, 30 * 86_400),
  /** A frame's access token: 3 m to 15 m, default 15 m. Not shorter, so that no assertion outlives its record. */
  frameSession: duration(180, 900),
};
const limits = z.strictObject(limitFields).partial();

const defaultLimits: Limits = {
  maxBatch: 1000,
  maxSize: 64 * 1024 * 1024,
  storeGrant: 900,
  readGrant: 900,
  maxReadGrant: 3600,
  frameSession: 900,
};

/** Calls per minute, counted per root field and, so far, per process. */
const rates = z.strictObject({
  /** `tokenize` and `detokenize` of one session. */
  session: count(1, 10_000_000).default(1200),
  /** Calls of one application's servers. */
  application: count(1, 10_000_000).default(120_000),
  /** `createSession` from one network address. Behind a proxy, set `trustProxy`, or all users share one address. */
  createSession: count(1, 10_000_000).default(600),
});

const application = z
  .strictObject({
    /** Also the first part of object keys. */
    id: z
      .string('must be a text')
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"'),
    /** Where the application publishes its public keys: `<app>/.lunasec/jwks.json`. */
    jwksURL: secureURL.optional(),
    /** The public keys themselves, instead of their address. */
    jwks: jwks.optional(),
    /** Origins of the pages that may embed the frames. */
    origins: z.array(origin, 'must be a list of origins').min(1, 'must name at least one origin').max(100),
    limits: limits.optional(),
  })
  .refine((it) => (it.jwksURL === undefined) !== (it.jwks === undefined), {
    error: 'needs either jwksURL (an address of public keys) or jwks (the keys themselves)',
  });

const mongodbURI = z
  .string('must be a text')
  .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://');

const schema = z.strictObject({
  /** Address to listen on. */
  host: z.string('must be a text').min(1, 'must not be empty').default('127.0.0.1'),
  /** 0: any free port. */
  port: count(0, 65_535).default(4010),
  /** Origin under which browsers and servers reach this tokenizer. Default: the address it listens on. */
  publicURL: origin.optional(),
  /** Keeps the database and objects of the embedded stores, and the key file. */
  dataDirectory: z.string('must be a text').min(1, 'must not be empty').default('.lunasec/tokenizer'),
  /** The key that wraps data keys; made on first start. Default: `keys.json` in the data directory. */
  keyFile: z.string('must be a text').min(1, 'must not be empty').optional(),
  applications: z
    .array(
      application,
      'must be a list of applications, such as [{"id":"my-app","jwksURL":"…","origins":["…"]}]',
    )
    .min(1, 'must name at least one application')
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must not repeat an id'),
  tokenStore: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('sqlite') }),
      z.strictObject({ kind: z.literal('mongodb'), uri: mongodbURI, database: z.string().min(1).optional() }),
    ])
    .default({ kind: 'sqlite' }),
  objectStore: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('disk') }),
      z.strictObject({
        kind: z.literal('s3'),
        bucket: z.string('must be a text').min(3, 'must be the name of a bucket'),
        region: z
          .string('must be a region such as eu-central-1')
          .min(1, 'must be a region such as eu-central-1'),
        /** Of S3 compatibles, as this server reaches it. */
        endpoint: z.url('must be a URL').optional(),
        /** The same, as browsers reach it. Default: `endpoint`. */
        publicEndpoint: z.url('must be a URL').optional(),
        forcePathStyle: z.boolean('must be true or false').optional(),
        /** What S3 encrypts with besides, requested with every upload. Default: AES256 on AWS, nothing elsewhere. */
        serverSideEncryption: z.enum(['AES256', 'aws:kms'], 'must be AES256 or aws:kms').optional(),
        /** A key of AWS KMS, for `aws:kms`. Default: the account's own. */
        kmsKeyId: z.string('must be a text').min(1, 'must not be empty').optional(),
      }),
    ])
    .default({ kind: 'disk' }),
  limits: limits.default({}),
  rates: rates.prefault({}),
  /** Whether clients may ask for the schema. Default: not in production (`NODE_ENV`). */
  introspection: z.boolean('must be true or false').optional(),
  /** How many reverse proxies stand in front, to find out the client's address. 0 trusts no `X-Forwarded-For`. */
  trustProxy: count(0, 10).default(0),
  logLevel: z
    .enum(
      ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'must be a level such as info or warn',
    )
    .default('warn'),
  /** How often unaccepted tokens and deleted objects are removed: 1 s to 1 h. */
  sweepInterval: duration(1, 3600).prefault('1m'),
});

/** What {@link startTokenizer} takes. Durations are texts such as `15m`; everything but `applications` has a default. */
export type TokenizerConfig = z.input<typeof schema>;
type Parsed = z.output<typeof schema>;

export interface ApplicationSettings {
  id: string;
  keys: { url: URL } | { jwks: z.output<typeof jwks> };
  origins: string[];
  limits: Limits;
}

/** Validated settings, with every default filled in. */
export type Settings = Omit<Parsed, 'applications' | 'limits' | 'introspection' | 'keyFile'> & {
  keyFile: string;
  introspection: boolean;
  applications: ApplicationSettings[];
};

/** Throws {@link ConfigError}. `nameOf` says how the user knows a setting, for messages. */
export function parseConfig(
  config: unknown,
  { environment = process.env, nameOf = defaultName }: ParseOptions = {},
): Settings {
  const result = schema.safeParse(config);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${nameOf(issue.path)}: ${issue.message}`);
    throw new ConfigError(`The tokenizer's settings are wrong:\n- ${lines.join('\n- ')}`);
  }
  const { applications, limits: shared, introspection, keyFile, ...rest } = result.data;
  const dataDirectory = resolve(rest.dataDirectory);
  if (!rest.publicURL && ['0.0.0.0', '::'].includes(rest.host))
    throw new ConfigError(
      `The tokenizer's settings are wrong:\n- ${nameOf(['publicURL'])}: is needed, because ${rest.host} is no address ` +
        'that a browser can open; set it to the origin of this tokenizer, such as https://tokens.example.com',
    );
  return {
    ...rest,
    dataDirectory,
    keyFile: keyFile === undefined ? join(dataDirectory, 'keys.json') : resolve(keyFile),
    introspection: introspection ?? environment.NODE_ENV !== 'production',
    applications: applications.map((it, index) => ({
      id: it.id,
      keys: it.jwksURL ? { url: it.jwksURL } : { jwks: it.jwks! },
      origins: it.origins,
      limits: mergeLimits(
        { ...shared, ...it.limits },
        nameOf(['applications', index, 'limits', 'readGrant']),
      ),
    })),
  };
}

interface ParseOptions {
  environment?: Record<string, string | undefined>;
  nameOf?: (path: readonly PropertyKey[]) => string;
}

function mergeLimits(given: Partial<Limits>, nameOfReadGrant: string): Limits {
  const merged = { ...defaultLimits, ...given };
  if (given.readGrant !== undefined && given.readGrant > merged.maxReadGrant)
    throw new ConfigError(
      `The tokenizer's settings are wrong:\n- ${nameOfReadGrant}: must not be longer than maxReadGrant; shorten it, or ` +
        'raise maxReadGrant',
    );
  return { ...merged, readGrant: Math.min(merged.readGrant, merged.maxReadGrant) };
}

const writePath = (path: readonly PropertyKey[]) =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
const defaultName = (path: readonly PropertyKey[]) => writePath(path).replace(/^\./, '') || 'config';

/** Environment variables, and the settings that they give. */
const variables: Record<string, { path: [string, ...string[]]; kind?: 'number' | 'boolean' | 'json' }> = {
  LUNASEC_HOST: { path: ['host'] },
  LUNASEC_PORT: { path: ['port'], kind: 'number' },
  LUNASEC_PUBLIC_URL: { path: ['publicURL'] },
  LUNASEC_DATA_DIRECTORY: { path: ['dataDirectory'] },
  LUNASEC_KEY_FILE: { path: ['keyFile'] },
  LUNASEC_APPLICATIONS: { path: ['applications'], kind: 'json' },
  LUNASEC_MONGODB_URI: { path: ['tokenStore', 'uri'] },
  LUNASEC_MONGODB_DATABASE: { path: ['tokenStore', 'database'] },
  LUNASEC_S3_BUCKET: { path: ['objectStore', 'bucket'] },
  LUNASEC_S3_REGION: { path: ['objectStore', 'region'] },
  LUNASEC_S3_ENDPOINT: { path: ['objectStore', 'endpoint'] },
  LUNASEC_S3_PUBLIC_ENDPOINT: { path: ['objectStore', 'publicEndpoint'] },
  LUNASEC_S3_FORCE_PATH_STYLE: { path: ['objectStore', 'forcePathStyle'], kind: 'boolean' },
  LUNASEC_S3_SERVER_SIDE_ENCRYPTION: { path: ['objectStore', 'serverSideEncryption'] },
  LUNASEC_S3_KMS_KEY_ID: { path: ['objectStore', 'kmsKeyId'] },
  LUNASEC_LIMITS: { path: ['limits'], kind: 'json' },
  LUNASEC_RATES: { path: ['rates'], kind: 'json' },
  LUNASEC_INTROSPECTION: { path: ['introspection'], kind: 'boolean' },
  LUNASEC_TRUST_PROXY: { path: ['trustProxy'], kind: 'number' },
  LUNASEC_LOG_LEVEL: { path: ['logLevel'] },
  LUNASEC_SWEEP_INTERVAL: { path: ['sweepInterval'] },
};
const kinds: Record<string, string> = { tokenStore: 'mongodb', objectStore: 's3' };

/** Settings from `LUNASEC_…` variables; an empty one counts as not set. Throws {@link ConfigError}. */
export function readEnvironment(environment: Record<string, string | undefined>): Settings {
  const config: Record<string, unknown> = { logLevel: 'info' };
  for (const [name, { path, kind }] of Object.entries(variables)) {
    const text = environment[name];
    if (text === undefined || text === '') continue;
    const value = convert(name, text, kind);
    const [section, field] = path;
    if (field === undefined) config[section] = value;
    else
      config[section] = {
        ...(config[section] as object | undefined),
        kind: kinds[section],
        [field]: value,
      };
  }
  return parseConfig(config, { environment, nameOf: variableName });
}

function convert(name: string, text: string, kind?: 'number' | 'boolean' | 'json'): unknown {
  switch (kind) {
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'json':
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw new ConfigError(
          `The tokenizer's settings are wrong:\n- ${name}: is not JSON; check its quotes`,
        );
      }
    case undefined:
      return text;
  }
}

function variableName(path: readonly PropertyKey[]): string {
  for (const length of [2, 1]) {
    const head = path.slice(0, length);
    const found = Object.entries(variables).find(
      ([, it]) => it.path.length === length && it.path.every((part, index) => part === head[index]),
    );
    if (found) return found[0] + writePath(path.slice(length));
  }
  return defaultName(path);
}
