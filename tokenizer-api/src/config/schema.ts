import { z } from 'zod';
import { longestDuration } from '../duration.js';
import { count, duration, origin, secureURL } from './fields.js';

const jwk = z
  .looseObject({
    kty: z.enum(['OKP', 'EC', 'RSA'], 'must be OKP, EC or RSA: shared secrets are not accepted'),
  })
  .refine((key) => !['d', 'p', 'q', 'k'].some((part) => part in key), {
    error: 'holds a private key; publish the public one and replace this one, as it is no secret any more',
  });

export const jwks = z.object({ keys: z.array(jwk).min(1, 'must hold at least one key') });

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

/** Every setting of the tokenizer, with its limits and default. */
export const configSchema = z.strictObject({
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
  /**
   * How long an object must have been seen without a token before it is removed: 1 d to 366 d. Default: such objects
   * are counted (`lunasec_orphaned_objects`), none is removed. Choose more time than you need to notice that the
   * database was restored from an old backup, or that a wrong one was configured.
   */
  removeOrphansAfter: duration(86_400, longestDuration).optional(),
});
