import { z } from 'zod';
import { longestDuration } from '../duration.js';
import { shortKeyId } from '../stores/key-provider/aws-key-id.js';
import { parseKeys } from '../stores/key-provider/keys.js';
import { count, duration, flag, origin, secureURL, text } from './fields.js';
import { isPrivateKey, publicKeyFault } from './public-key.js';

/*
 * What a setting means is written in its `.meta()`: `description` for the reference and for editors; `variable`, the
 * environment variable that sets it; `secret` for what is never shown, and may be given as a file by `<variable>_FILE`.
 */

const jwk = z
  .looseObject({
    kty: z
      .enum(['OKP', 'EC', 'RSA'], 'must be OKP, EC or RSA: shared secrets are not accepted')
      .meta({ description: 'Type of the key (RFC 7517 §4.1).' }),
  })
  .superRefine((key, context) => {
    const fault = isPrivateKey(key)
      ? 'holds a private key; publish the public one and replace this one, as it is no secret any more'
      : publicKeyFault(key);
    if (fault !== undefined) context.addIssue(fault);
  });

export const jwks = z.object({
  keys: z
    .array(jwk, 'must be a list of keys')
    .min(1, 'must hold at least one key')
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'must not repeat a kid')
    .meta({ description: 'JSON Web Keys, public ones only: Ed25519, P-256, or RSA of at least 3072 bits.' }),
});

const limitFields = {
  maxBatch: count(1, 10_000).meta({ description: 'Most entries of one call. Default: 1000.' }),
  maxSize: count(1, 2 ** 31 - 1).meta({
    description:
      'Largest ciphertext, in bytes: up to an eighth more than the value. Default: 67108864 (64 MiB). For files of 1 GiB, set 1140850688.',
  }),
  storeGrant: duration(1, 86_400).meta({
    description: 'How long a server may accept a new token: from 1s to 24h. Default: 15m.',
  }),
  readGrant: duration(1, longestDuration).meta({
    description:
      'Length of read grants whose server names none: from 1s to `maxReadGrant`. Default: 15m, or `maxReadGrant` if that is shorter.',
  }),
  maxReadGrant: duration(1, 30 * 86_400).meta({
    description: 'Longest read grant that a server may ask for: from 1s to 720h. Default: 1h.',
  }),
  // Not shorter, so that no assertion outlives its record.
  frameSession: duration(180, 900).meta({
    description: "How long a frame's access token works: from 3m to 15m. Default: 15m.",
  }),
  maxTokens: count(1, Number.MAX_SAFE_INTEGER).meta({
    description: 'Most stored tokens, each counted until its value is removed. Default: no limit.',
  }),
  maxBytes: count(1, Number.MAX_SAFE_INTEGER).meta({
    description: 'Most bytes of all stored ciphertexts together. Default: no limit.',
  }),
};
const limits = z.strictObject(limitFields).partial();

const rates = z.strictObject({
  session: count(1, 10_000_000).default(1200).meta({
    description:
      'Calls of one session: `tokenize`, `detokenize`, and two for every 16 MiB of a file that is uploaded.',
  }),
  sessionTokens: count(1, 1_000_000_000)
    .default(20_000)
    .meta({ description: 'Entries of all those calls; not fewer than the largest `maxBatch`.' }),
  application: count(1, 10_000_000)
    .default(120_000)
    .meta({ description: "Calls of one application's servers." }),
  applicationTokens: count(1, 1_000_000_000)
    .default(2_000_000)
    .meta({ description: 'Entries of all those calls; not fewer than the largest `maxBatch`.' }),
  createSession: count(1, 10_000_000).default(600).meta({
    description:
      '`createSession` calls from one IPv4 address, or from one IPv6 network of 64 bits. Behind a proxy set `trustProxy`, or all users share one address.',
  }),
});

const overload = z.strictObject({
  maxCalls: count(1, 100_000).default(250).meta({
    description: 'GraphQL calls that are worked on at a time, per process.',
  }),
  maxDelay: count(10, 60_000).default(1000).meta({
    description:
      'How long requests may have to wait before work is done for them, in milliseconds: in the queues of new connections and of requests, or for four turns of the event loop or answers of the database.',
  }),
});

const application = z
  .strictObject({
    id: text()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, "-" or "_"')
      .meta({ description: 'Names the application in its JWTs; also the first part of its object keys.' }),
    jwksURL: secureURL.optional().meta({
      description:
        'Where the application publishes its public keys, such as `https://app.example.com/.lunasec/jwks.json`. Either this or `jwks`.',
    }),
    jwks: jwks.optional().meta({ description: 'The public keys themselves, instead of their address.' }),
    origins: z
      .array(origin, 'must be a list of origins')
      .min(1, 'must name at least one origin')
      .max(100, 'must name at most 100 origins')
      .meta({ description: 'Origins of the pages that may embed the secure frames.' }),
    serverSide: z
      .strictObject({
        tokenize: flag()
          .default(false)
          .meta({ description: 'Whether its servers may make tokens of values that they hold.' }),
        detokenize: flag().default(false).meta({
          description:
            'Whether its servers may read values, without any session or grant: whoever takes over such a server can read every value of the application.',
        }),
      })
      .prefault({})
      .meta({ description: "What the application's servers may do besides accepting and granting." }),
    limits: limits
      .optional()
      .meta({ description: 'Limits of this application alone; those not named are the common ones.' }),
  })
  .refine((it) => (it.jwksURL === undefined) !== (it.jwks === undefined), {
    error: 'needs either jwksURL (an address of public keys) or jwks (the keys themselves)',
  });

const names = (what: string) =>
  z.array(text(), `must be a list of ${what}`).max(1000, `must name at most 1000 ${what}`).default([]);

const tokenStore = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('sqlite') }),
    z.strictObject({
      kind: z.literal('mongodb'),
      uri: text()
        .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')
        .meta({
          description: 'Connection string of MongoDB.',
          variable: 'LUNASEC_MONGODB_URI',
          secret: true,
        }),
      database: text().optional().meta({
        description: "Name of the database. Default: the connection string's.",
        variable: 'LUNASEC_MONGODB_DATABASE',
      }),
    }),
  ],
  'must have a kind: sqlite or mongodb',
);

const objectStore = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('disk') }),
    z.strictObject({
      kind: z.literal('s3'),
      bucket: text()
        .min(3, 'must be the name of a bucket')
        .meta({ description: 'Name of the bucket.', variable: 'LUNASEC_S3_BUCKET' }),
      region: z
        .string('must be a region such as eu-central-1')
        .min(1, 'must be a region such as eu-central-1')
        .meta({
          description: 'Region of the bucket, such as `eu-central-1`.',
          variable: 'LUNASEC_S3_REGION',
        }),
      endpoint: z.url('must be a URL').optional().meta({
        description: 'Address of an S3-compatible store, as this server reaches it. Default: AWS.',
        variable: 'LUNASEC_S3_ENDPOINT',
      }),
      publicEndpoint: z.url('must be a URL').optional().meta({
        description: 'The same, as browsers reach it. Default: `endpoint`.',
        variable: 'LUNASEC_S3_PUBLIC_ENDPOINT',
      }),
      forcePathStyle: flag().optional().meta({
        description: "Puts the bucket's name into the path, not the host. Default: false.",
        variable: 'LUNASEC_S3_FORCE_PATH_STYLE',
      }),
      serverSideEncryption: z.enum(['AES256', 'aws:kms'], 'must be AES256 or aws:kms').optional().meta({
        description:
          'What S3 encrypts with besides, requested with every upload. Default: AES256 on AWS, nothing elsewhere.',
        variable: 'LUNASEC_S3_SERVER_SIDE_ENCRYPTION',
      }),
      kmsKeyId: text().optional().meta({
        description: "A key of AWS KMS, for `aws:kms`. Default: the account's own.",
        variable: 'LUNASEC_S3_KMS_KEY_ID',
      }),
    }),
  ],
  'must have a kind: disk or s3',
);

const awsKeyId = z
  .string('must be the id or ARN of a key of AWS KMS')
  .regex(
    /^(arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/)?[A-Za-z0-9-]{1,64}$/,
    'must be the id or ARN of a key, not an alias: what an alias names can change, and then nothing could be read',
  );

const keyProvider = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('local'),
      keys: text()
        .transform((json, context) => {
          const parsed = parseKeys(json);
          if ('keys' in parsed) return parsed.keys;
          context.addIssue(
            `must be JSON such as {"active":"a","keys":[{"id":"a","key":"<32 bytes in base64>"}]}\n${parsed.problem}`,
          );
          return z.NEVER;
        })
        .optional()
        .meta({
          description:
            'The keys themselves, as JSON text of the same form as a key file, instead of `keyFile`. They are as they were at the start until the tokenizer is started again.',
          variable: 'LUNASEC_KEYS',
          secret: true,
        }),
    }),
    z.strictObject({
      kind: z.literal('aws-kms'),
      keyIds: z
        .array(awsKeyId, 'must be a list of ids or ARNs of keys')
        .min(1, 'must name at least one key')
        .refine((ids) => new Set(ids.map(shortKeyId)).size === ids.length, 'must not repeat a key')
        .meta({
          description:
            'Ids or ARNs of symmetric keys of AWS KMS. The first one wraps, all unwrap: name a new one second, start every tokenizer again, and only then name it first.',
          variable: 'LUNASEC_KMS_KEY_IDS',
        }),
      region: text()
        .regex(/^[a-z0-9-]+$/, 'must be a region such as eu-central-1')
        .meta({ description: 'Region of the keys, such as `eu-central-1`.', variable: 'LUNASEC_KMS_REGION' }),
      endpoint: z.url('must be a URL').optional().meta({
        description: 'Address of KMS, as this server reaches it. Default: AWS.',
        variable: 'LUNASEC_KMS_ENDPOINT',
      }),
      cacheTime: duration(60, 86_400).prefault('1h').meta({
        description:
          'How long this server goes on by itself with a key that KMS decrypted: from 1m to 24h. So long it works on while KMS is away, and so long disabling a key takes to work.',
        variable: 'LUNASEC_KMS_CACHE_TIME',
      }),
    }),
  ],
  'must have a kind: local or aws-kms',
);

const consoleLogin = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('link') }),
    z
      .strictObject({
        kind: z.literal('oidc'),
        issuer: secureURL.meta({
          description:
            'Issuer of the OpenID provider; what it publishes is found below it, at `/.well-known/openid-configuration`.',
          variable: 'LUNASEC_CONSOLE_OIDC_ISSUER',
        }),
        clientId: text().meta({
          description:
            'Id of the console at the provider. Its redirect URI there: `<console.publicURL>/login/callback`.',
          variable: 'LUNASEC_CONSOLE_OIDC_CLIENT_ID',
        }),
        clientSecret: text().optional().meta({
          description: 'Secret of the console at the provider. Default: it has none (a public client).',
          variable: 'LUNASEC_CONSOLE_OIDC_CLIENT_SECRET',
          secret: true,
        }),
        scope: text()
          .regex(/(^| )openid( |$)/, 'must include openid')
          .default('openid email')
          .meta({
            description: 'What the provider is asked for, separated by spaces; `openid` must be among it.',
            variable: 'LUNASEC_CONSOLE_OIDC_SCOPE',
          }),
        subjects: names('subjects').meta({
          description:
            'Who may look, by the claim `sub`. At least one of `subjects`, `emails` and `groups` is needed.',
          variable: 'LUNASEC_CONSOLE_OIDC_SUBJECTS',
        }),
        emails: names('email addresses').meta({
          description: 'Who may look, by the claim `email`, where the provider says that it is verified.',
          variable: 'LUNASEC_CONSOLE_OIDC_EMAILS',
        }),
        groups: names('groups').meta({
          description: 'Who may look, by membership in any of these groups.',
          variable: 'LUNASEC_CONSOLE_OIDC_GROUPS',
        }),
        groupsClaim: text().default('groups').meta({
          description: 'The claim that lists groups, in the ID token or the answer about the user.',
          variable: 'LUNASEC_CONSOLE_OIDC_GROUPS_CLAIM',
        }),
      })
      .refine(({ subjects, emails, groups }) => subjects.length + emails.length + groups.length > 0, {
        error: 'must say who may look: name subjects, emails or groups',
      }),
  ],
  'must have a kind: link or oidc',
);

/** Every setting of the tokenizer, with its limits and default. */
export const configSchema = z.strictObject({
  host: text().default('127.0.0.1').meta({ description: 'Address to listen on.', variable: 'LUNASEC_HOST' }),
  port: count(0, 65_535)
    .default(4010)
    .meta({ description: 'Port to listen on. 0: any free one.', variable: 'LUNASEC_PORT' }),
  publicURL: origin.optional().meta({
    description:
      'Origin under which browsers and servers reach this tokenizer; JWTs must name it as their audience. Default: the address that it listens on.',
    variable: 'LUNASEC_PUBLIC_URL',
  }),
  dataDirectory: text().default('.lunasec/tokenizer').meta({
    description:
      'Keeps the database and objects of the embedded stores, and the key file. Relative to the working directory.',
    variable: 'LUNASEC_DATA_DIRECTORY',
  }),
  keyFile: text().optional().meta({
    description:
      'The file of keys that wrap data keys, for the `local` key provider; made on first start. Without it no value can be read. Default: `keys.json` in the data directory.',
    variable: 'LUNASEC_KEY_FILE',
  }),
  keyProvider: keyProvider.default({ kind: 'local' }).meta({
    description: 'What wraps data keys: keys of your own keeping, in `keyFile` or in a variable, or AWS KMS.',
    variable: 'LUNASEC_KEY_PROVIDER',
  }),
  applications: z
    .array(
      application,
      'must be a list of applications, such as [{"id":"my-app","jwksURL":"…","origins":["…"]}]',
    )
    .min(1, 'must name at least one application')
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must not repeat an id')
    .meta({
      description: 'The applications that this tokenizer serves, at least one.',
      variable: 'LUNASEC_APPLICATIONS',
    }),
  tokenStore: tokenStore.default({ kind: 'sqlite' }).meta({
    description: 'Where tokens, grants, sessions and the audit live: an embedded SQLite file, or MongoDB.',
    variable: 'LUNASEC_TOKEN_STORE',
  }),
  objectStore: objectStore.default({ kind: 'disk' }).meta({
    description: 'Where ciphertext lives: on disk, or in S3 or a compatible store.',
    variable: 'LUNASEC_OBJECT_STORE',
  }),
  limits: limits.prefault({}).meta({
    description: 'Limits of every application, unless it has its own.',
    variable: 'LUNASEC_LIMITS',
  }),
  rates: rates.prefault({}).meta({
    description: 'Calls per minute, counted per root field and, so far, per process.',
    variable: 'LUNASEC_RATES',
  }),
  overload: overload.prefault({}).meta({
    description:
      'Beyond this, requests are refused at once with status 503, `Retry-After` and the code `UNAVAILABLE`; clients repeat them. Health and readiness go on answering.',
    variable: 'LUNASEC_OVERLOAD',
  }),
  introspection: flag().optional().meta({
    description: 'Whether clients may ask for the schema. Default: not in production (`NODE_ENV`).',
    variable: 'LUNASEC_INTROSPECTION',
  }),
  trustProxy: count(0, 10).default(0).meta({
    description:
      "How many reverse proxies stand in front, to find out the client's address. 0 trusts no `X-Forwarded-For`.",
    variable: 'LUNASEC_TRUST_PROXY',
  }),
  logLevel: z
    .enum(
      ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'must be a level such as info or warn',
    )
    .default('info')
    .meta({
      description: 'Least level that is logged. `debug` has a line for every request.',
      variable: 'LUNASEC_LOG_LEVEL',
    }),
  sweepInterval: duration(1, 3600).prefault('1m').meta({
    description: 'How often unaccepted tokens and deleted objects are removed: from 1s to 1h.',
    variable: 'LUNASEC_SWEEP_INTERVAL',
  }),
  removeOrphansAfter: duration(86_400, longestDuration).optional().meta({
    description:
      'How long an object must have been seen without a token before it is removed: from 24h to 8784h. Choose more time than you need to notice that the database was restored from an old backup, or that a wrong one was configured. Default: such objects are counted (`lunasec_orphaned_objects`), none is removed.',
    variable: 'LUNASEC_REMOVE_ORPHANS_AFTER',
  }),
  shutdownDelay: duration(1, 300).optional().meta({
    description:
      'How long a stopping tokenizer goes on serving while it is not ready, so that load balancers can take it out: from 1s to 5m. Default: not at all.',
    variable: 'LUNASEC_SHUTDOWN_DELAY',
  }),
  shutdownTimeout: duration(1, 600).prefault('30s').meta({
    description:
      'How long a stopping tokenizer then waits for requests in flight before it cuts them off: from 1s to 10m.',
    variable: 'LUNASEC_SHUTDOWN_TIMEOUT',
  }),
  metrics: z
    .strictObject({
      host: text().default('127.0.0.1').meta({
        description: 'Address to serve metrics on. Whoever reaches it may read them.',
        variable: 'LUNASEC_METRICS_HOST',
      }),
      port: count(0, 65_535).meta({
        description: 'Port to serve metrics on, such as 9464. 0: any free one.',
        variable: 'LUNASEC_METRICS_PORT',
      }),
    })
    .optional()
    .meta({
      description:
        'Serves Prometheus metrics as `/metrics`, on an address of their own, as they are not for everybody. Default: they are not served.',
      variable: 'LUNASEC_METRICS',
    }),
  console: z
    .strictObject({
      host: text().default('127.0.0.1').meta({
        description: 'Address to serve the console on. Any but this machine’s own needs `console.publicURL`.',
        variable: 'LUNASEC_CONSOLE_HOST',
      }),
      port: count(0, 65_535).meta({
        description: 'Port to serve the console on, such as 4011. 0: any free one.',
        variable: 'LUNASEC_CONSOLE_PORT',
      }),
      publicURL: origin.optional().meta({
        description:
          'Origin under which operators reach the console, and no other; requests that name another host are refused. Default: the address that it listens on.',
        variable: 'LUNASEC_CONSOLE_PUBLIC_URL',
      }),
      idleTimeout: duration(60, 86_400).prefault('15m').meta({
        description: 'A session that nobody uses ends after this: from 1m to 24h.',
        variable: 'LUNASEC_CONSOLE_IDLE_TIMEOUT',
      }),
      sessionTimeout: duration(60, 86_400).prefault('8h').meta({
        description: 'Every session ends after this, used or not: from 1m to 24h.',
        variable: 'LUNASEC_CONSOLE_SESSION_TIMEOUT',
      }),
    })
    .optional()
    .meta({
      description:
        'Serves a console for operators, to look at applications, tokens, grants and audit, on an address of its own. Default: there is none.',
      variable: 'LUNASEC_CONSOLE',
    }),
  consoleLogin: consoleLogin.default({ kind: 'link' }).meta({
    description:
      'How operators sign in to the console: by links for one use, which `tokenizer console login` makes on the machine of the tokenizer, or at an OpenID provider.',
    variable: 'LUNASEC_CONSOLE_LOGIN',
  }),
  tracesEndpoint: z.url('must be a URL').optional().meta({
    description:
      'Where OpenTelemetry traces are sent, by OTLP over HTTP, such as `http://collector:4318/v1/traces`. Default: as `OTEL_EXPORTER_OTLP_ENDPOINT` says; without both there are none.',
    variable: 'LUNASEC_TRACES_ENDPOINT',
  }),
});
