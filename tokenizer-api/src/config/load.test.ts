import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './environment.js';
import { loadSettings } from './load.js';
import { ConfigError } from './settings.js';

const application = {
  id: 'shop',
  jwksURL: 'https://shop.example.com/.lunasec/jwks.json',
  origins: ['https://shop.example.com'],
};
const LUNASEC_APPLICATIONS = JSON.stringify([application]);
const yaml = `# the shop's tokenizer
port: 4100
applications:
  - id: shop
    jwksURL: https://shop.example.com/.lunasec/jwks.json
    origins: [https://shop.example.com]
objectStore:
  kind: s3
  bucket: values
  region: eu-central-1
limits:
  maxSize: 1000
  storeGrant: 5m
`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokenizer-config-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(directory, name), text);
const load = (environment: Environment = {}, file?: string) => loadSettings({ environment, directory, file });
const messageOf = async (task: Promise<unknown>): Promise<string> => {
  const error: unknown = await task.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConfigError) return error.message;
  throw error;
};

describe('the configuration file', () => {
  test.each(['tokenizer.config.yaml', 'tokenizer.config.yml'])('%s is found by itself', async (name) => {
    await write(name, yaml);
    const { settings, file, warnings } = await load();
    expect(file).toBe(name);
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({ port: 4100, objectStore: { kind: 's3', bucket: 'values' } });
    expect(settings.applications[0]!.limits).toMatchObject({ maxSize: 1000, storeGrant: 300 });
  });

  test('may be JSON, indented with tabs, naming its schema', async () => {
    const config = { $schema: './config.schema.json', port: 4200, applications: [application] };
    await write('tokenizer.config.json', JSON.stringify(config, null, '\t'));
    expect((await load()).settings.port).toBe(4200);
  });

  test('is the one named by the caller, else by LUNASEC_CONFIG, else the one in the directory', async () => {
    await write('tokenizer.config.yaml', yaml);
    await write('a.yaml', yaml.replace('4100', '4101'));
    await write('b.yaml', yaml.replace('4100', '4102'));
    expect((await load()).settings.port).toBe(4100);
    expect((await load({ LUNASEC_CONFIG: 'a.yaml' })).settings.port).toBe(4101);
    expect((await load({ LUNASEC_CONFIG: 'a.yaml' }, join(directory, 'b.yaml'))).settings.port).toBe(4102);
  });

  test('is not needed', async () => {
    const { settings, file } = await load({ LUNASEC_APPLICATIONS });
    expect([settings.port, file]).toEqual([4010, undefined]);
  });

  test.each<[string, string, RegExp]>([
    [
      'a wrong value, with its line',
      yaml.replace('4100', 'http'),
      /- c\.yaml, line 2: port: must be a whole/,
    ],
    [
      'a wrong value inside a list, with its line',
      yaml.replace('[https://shop.example.com]', '[https://shop.example.com/cart]'),
      /- c\.yaml, line 6: applications\[0\]\.origins\[0\]: must be an origin/,
    ],
    [
      'a missing value',
      yaml.replace(/ {2}region.*\n/, ''),
      /- c\.yaml: objectStore\.region: must be a region/,
    ],
    [
      'an unknown setting, with the nearest',
      yaml.replace('port:', 'prot:'),
      /- c\.yaml, line 2: prot: is not a setting; did you mean "port"\?/,
    ],
    [
      'an unknown setting of a store',
      yaml.replace('bucket:', 'buckets:'),
      /- c\.yaml, line 9: objectStore\.buckets: is not a setting; did you mean "bucket"\?/,
    ],
    ['a setting given twice', `${yaml}port: 1\n`, /c\.yaml, line 14, column 1: is not good .*DUPLICATE_KEY/],
    ['text that is no YAML', `${yaml}limits: [`, /c\.yaml, line \d+, column \d+: is not good YAML or JSON/],
    ['a list', '- port: 1\n', /c\.yaml: must hold settings by name/],
    ['an unknown alias', 'host: *nowhere\n', /c\.yaml/],
    ['an unknown tag', 'host: !!js/function "x"\n', /c\.yaml, line 1/],
    ['a prototype', '{"__proto__": {"port": 1}}', /c\.yaml, line 1: __proto__: is not a setting/],
  ])('%s is named', async (_, text, message) => {
    await write('c.yaml', text);
    expect(await messageOf(load({}, 'c.yaml'))).toMatch(message);
  });

  test('that many aliases blow up is refused', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `a${n}: &a${n} [${n ? `*a${n - 1},`.repeat(9) : 'x'}]`,
    );
    await write('c.yaml', levels.join('\n'));
    expect(await messageOf(load({}, 'c.yaml'))).toMatch(/alias/);
  });

  test('that does not exist, is a directory or is huge is named', async () => {
    expect(await messageOf(load({}, 'missing.yaml'))).toMatch(/missing\.yaml: cannot be read \(ENOENT\)/);
    expect(await messageOf(load({ LUNASEC_CONFIG: '.' }))).toMatch(/\.: cannot be read \(EISDIR\)/);
    await write('c.yaml', '#'.repeat(1024 * 1024 + 1));
    expect(await messageOf(load({}, 'c.yaml'))).toMatch(/larger than 1 MiB/);
  });

  test('must be one, where it is looked for', async () => {
    await write('tokenizer.config.yaml', yaml);
    await write('tokenizer.config.json', '{}');
    expect(await messageOf(load())).toMatch(
      /tokenizer\.config\.yaml and tokenizer\.config\.json: there must be one/,
    );
  });
});

describe('the environment', () => {
  test('gives every setting', async () => {
    const { settings } = await load({
      LUNASEC_APPLICATIONS,
      LUNASEC_HOST: '0.0.0.0',
      LUNASEC_PORT: '80',
      LUNASEC_PUBLIC_URL: 'https://tokens.example.com',
      LUNASEC_DATA_DIRECTORY: '/var/lib/tokenizer',
      LUNASEC_KEY_FILE: '/run/secrets/keys.json',
      LUNASEC_MONGODB_URI: 'mongodb://db/tokens',
      LUNASEC_S3_BUCKET: 'values',
      LUNASEC_S3_REGION: 'eu-central-1',
      LUNASEC_S3_ENDPOINT: 'https://s3.example.com',
      LUNASEC_S3_FORCE_PATH_STYLE: 'true',
      LUNASEC_LIMITS: '{"maxSize":1000}',
      LUNASEC_RATES: '{"session":5}',
      LUNASEC_INTROSPECTION: 'false',
      LUNASEC_TRUST_PROXY: '1',
      LUNASEC_LOG_LEVEL: '',
      LUNASEC_SWEEP_INTERVAL: '5m',
    });
    expect(settings).toMatchObject({
      host: '0.0.0.0',
      port: 80,
      publicURL: 'https://tokens.example.com',
      dataDirectory: '/var/lib/tokenizer',
      keyFile: '/run/secrets/keys.json',
      tokenStore: { kind: 'mongodb', uri: 'mongodb://db/tokens' },
      objectStore: {
        kind: 's3',
        bucket: 'values',
        region: 'eu-central-1',
        endpoint: 'https://s3.example.com',
        forcePathStyle: true,
      },
      rates: { session: 5, application: 120_000, createSession: 600 },
      introspection: false,
      trustProxy: 1,
      logLevel: 'info',
      sweepInterval: 300,
    });
    expect(settings.applications[0]!.limits.maxSize).toBe(1000);
  });

  test('goes before the file, setting by setting', async () => {
    await write('tokenizer.config.yaml', yaml);
    const { settings } = await load({
      LUNASEC_PORT: '4300',
      LUNASEC_S3_BUCKET: 'other-values',
      LUNASEC_LIMITS: '{"maxSize":2000}',
    });
    expect(settings).toMatchObject({
      port: 4300,
      objectStore: { kind: 's3', bucket: 'other-values', region: 'eu-central-1' },
    });
    expect(settings.applications[0]!.limits).toMatchObject({ maxSize: 2000, storeGrant: 300 });
  });

  test('can choose another kind of store than the file', async () => {
    await write(
      'tokenizer.config.yaml',
      `${yaml}tokenStore: { kind: mongodb, uri: 'mongodb://db/tokens' }\n`,
    );
    const { settings } = await load({ LUNASEC_OBJECT_STORE: 'disk', LUNASEC_TOKEN_STORE: 'sqlite' });
    expect(settings).toMatchObject({ objectStore: { kind: 'disk' }, tokenStore: { kind: 'sqlite' } });
    await write(
      'tokenizer.config.yaml',
      yaml.replace('kind: s3', 'kind: disk').replace(/ {2}(bucket|region).*\n/g, ''),
    );
    const other = await load({ LUNASEC_S3_BUCKET: 'values', LUNASEC_S3_REGION: 'eu-west-1' });
    expect(other.settings.objectStore).toEqual({ kind: 's3', bucket: 'values', region: 'eu-west-1' });
  });

  test('says by whom the console may be seen', async () => {
    await write('secret', 'a-client-secret\n');
    const { settings } = await load({
      LUNASEC_APPLICATIONS,
      LUNASEC_CONSOLE_PORT: '4011',
      LUNASEC_CONSOLE_IDLE_TIMEOUT: '5m',
      LUNASEC_CONSOLE_OIDC_ISSUER: 'https://id.example.com/realms/ops',
      LUNASEC_CONSOLE_OIDC_CLIENT_ID: 'console',
      LUNASEC_CONSOLE_OIDC_CLIENT_SECRET_FILE: join(directory, 'secret'),
      LUNASEC_CONSOLE_OIDC_EMAILS: '["ada@example.com"]',
    });
    expect(settings.console).toMatchObject({ port: 4011, idleTimeout: 300 });
    expect(settings.consoleLogin).toMatchObject({
      kind: 'oidc',
      issuer: new URL('https://id.example.com/realms/ops'),
      clientId: 'console',
      clientSecret: 'a-client-secret',
      emails: ['ada@example.com'],
    });
  });

  test('can name a file that holds a secret', async () => {
    await write('uri', 'mongodb://user:secret@db/tokens\n');
    const LUNASEC_MONGODB_URI_FILE = join(directory, 'uri');
    const { settings } = await load({ LUNASEC_APPLICATIONS, LUNASEC_MONGODB_URI_FILE });
    expect(settings.tokenStore).toEqual({ kind: 'mongodb', uri: 'mongodb://user:secret@db/tokens' });
  });

  test.each<[Environment, RegExp]>([
    [{}, /LUNASEC_APPLICATIONS: must be a list/],
    [{ LUNASEC_APPLICATIONS: '[{' }, /LUNASEC_APPLICATIONS: is not JSON/],
    [
      { LUNASEC_APPLICATIONS: JSON.stringify([{ ...application, origins: ['x'] }]) },
      /LUNASEC_APPLICATIONS\[0\]\.origins\[0\]: must be a URL/,
    ],
    [{ LUNASEC_APPLICATIONS, LUNASEC_PORT: 'http' }, /LUNASEC_PORT: must be a whole number/],
    [{ LUNASEC_APPLICATIONS, LUNASEC_S3_BUCKET: 'values' }, /LUNASEC_S3_REGION: must be a region/],
    [{ LUNASEC_APPLICATIONS, LUNASEC_INTROSPECTION: 'yes' }, /LUNASEC_INTROSPECTION: must be true or false/],
    [{ LUNASEC_APPLICATIONS, LUNASEC_OBJECT_STORE: 'ftp' }, /LUNASEC_OBJECT_STORE: must have a kind/],
    [{ LUNASEC_APPLICATIONS, LUNASEC_LIMITS: '5' }, /LUNASEC_LIMITS: /],
    [
      { LUNASEC_APPLICATIONS, LUNASEC_LIMITS: '{"storeGrant":"1 day"}' },
      /LUNASEC_LIMITS\.storeGrant: is not a duration/,
    ],
    [
      { LUNASEC_APPLICATIONS, LUNASEC_TOKEN_STORE: 'sqlite', LUNASEC_MONGODB_URI: 'mongodb://db' },
      /LUNASEC_MONGODB_URI: is a setting of another kind/,
    ],
    [
      { LUNASEC_APPLICATIONS, LUNASEC_TRUST_PROXIES: '1' },
      /LUNASEC_TRUST_PROXIES: is not a setting; did you mean "LUNASEC_TRUST_PROXY"\?/,
    ],
    [
      { LUNASEC_APPLICATIONS, LUNASEC_MONGODB_URI_FILE: '/nowhere' },
      /LUNASEC_MONGODB_URI_FILE: the file cannot be read \(ENOENT\)/,
    ],
    [
      { LUNASEC_APPLICATIONS, LUNASEC_MONGODB_URI: 'mongodb://db', LUNASEC_MONGODB_URI_FILE: '/nowhere' },
      /LUNASEC_MONGODB_URI: is set twice/,
    ],
  ])('is named in messages: %j', async (environment, message) => {
    expect(await messageOf(load(environment))).toMatch(message);
  });

  test('is named, rather than the file that it goes before', async () => {
    await write('tokenizer.config.yaml', yaml);
    const message = await messageOf(load({ LUNASEC_S3_REGION: '', LUNASEC_PORT: '-1' }));
    expect(message.split('\n- ').slice(1)).toEqual([expect.stringMatching(/^LUNASEC_PORT: must be/)]);
  });

  test.each(['LUNASEC_DATA', 'LUNASEC_SERVICE_HOST', 'LUNASEC_TOKENIZER_PORT_80_TCP'])(
    '%s, which other programs set, stops nothing',
    async (name) => {
      await expect(load({ LUNASEC_APPLICATIONS, [name]: 'x' })).resolves.toMatchObject({
        settings: { port: 4010 },
      });
    },
  );

  test('variables that are nothing like a setting are another program’s: a warning', async () => {
    const { warnings } = await load({ LUNASEC_APPLICATIONS, LUNASEC_SIGNING_KEY: 'secret', OTHER: 'x' });
    expect(warnings).toEqual(['LUNASEC_SIGNING_KEY is not a setting of the tokenizer; it is left alone.']);
  });
});

describe('settings of keys', () => {
  const key = randomBytes(32).toString('base64');
  const LUNASEC_KEYS = JSON.stringify({ active: 'a', keys: [{ id: 'a', key }] });
  const keyIds = [
    'arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab',
    '1234abcd-12ab-34cd-56ef-1234567890ab',
  ];
  const kms = { LUNASEC_KMS_KEY_IDS: JSON.stringify(keyIds), LUNASEC_KMS_REGION: 'eu-central-1' };
  const keyProviderOf = async (environment: Environment) =>
    (await load({ LUNASEC_APPLICATIONS, ...environment })).settings.keyProvider;

  test('by default name the key file', async () => {
    expect(await keyProviderOf({})).toEqual({ kind: 'local' });
  });

  test('can be the keys themselves, or a file with them', async () => {
    const keys = { active: 'a', keys: [{ id: 'a', key: Buffer.from(key, 'base64') }] };
    expect(await keyProviderOf({ LUNASEC_KEYS })).toEqual({ kind: 'local', keys });
    await write('keys', `${LUNASEC_KEYS}\n`);
    expect(await keyProviderOf({ LUNASEC_KEYS_FILE: join(directory, 'keys') })).toEqual({
      kind: 'local',
      keys,
    });
  });

  test('can name keys of AWS KMS', async () => {
    expect(await keyProviderOf(kms)).toEqual({
      kind: 'aws-kms',
      keyIds,
      region: 'eu-central-1',
      cacheTime: 3600,
    });
  });

  test.each<[string, Environment, RegExp]>([
    [
      'keys and a file',
      { LUNASEC_KEYS, LUNASEC_KEY_FILE: '/keys' },
      /LUNASEC_KEY_FILE: is of no use, as the keys come from LUNASEC_KEYS/,
    ],
    [
      'KMS and a file',
      { ...kms, LUNASEC_KEY_FILE: '/keys' },
      /LUNASEC_KEY_FILE: is of no use, as the keys come from AWS KMS/,
    ],
    [
      'keys and KMS',
      { ...kms, LUNASEC_KEYS },
      /LUNASEC_KMS_KEY_IDS: is for keyProvider of the kind aws-kms, but LUNASEC_KEYS is for local/,
    ],
    [
      'keys and another kind',
      { LUNASEC_KEYS, LUNASEC_KEY_PROVIDER: 'aws-kms' },
      /LUNASEC_KEYS: is a setting of another kind/,
    ],
    [
      'a short key',
      { LUNASEC_KEYS: LUNASEC_KEYS.replace(key, key.slice(4)) },
      /LUNASEC_KEYS: must be JSON such as [^]*must be 32 bytes in base64[^]*keys\[0\]\.key/,
    ],
    ['no JSON', { LUNASEC_KEYS: key }, /LUNASEC_KEYS: must be JSON such as/],
    [
      'an unknown active key',
      { LUNASEC_KEYS: LUNASEC_KEYS.replace('"a"', '"b"') },
      /must be the id of one of the keys/,
    ],
    [
      'an alias',
      { ...kms, LUNASEC_KMS_KEY_IDS: '["alias/tokens"]' },
      /LUNASEC_KMS_KEY_IDS\[0\]: must be the id or ARN of a key, not an alias/,
    ],
    [
      'one key twice',
      {
        ...kms,
        LUNASEC_KMS_KEY_IDS: JSON.stringify([
          keyIds[1],
          `arn:aws:kms:eu-central-1:111122223333:key/${keyIds[1]}`,
        ]),
      },
      /must not repeat a key/,
    ],
    ['no key', { ...kms, LUNASEC_KMS_KEY_IDS: '[]' }, /must name at least one key/],
    ['no region', { ...kms, LUNASEC_KMS_REGION: '' }, /LUNASEC_KMS_REGION: /],
  ])('with %s are refused, without a key in the message', async (_name, environment, message) => {
    const said = await messageOf(load({ LUNASEC_APPLICATIONS, ...environment }));
    expect(said).toMatch(message);
    expect(said).not.toContain(key.slice(4, 20));
  });
});

describe('messages never hold values', () => {
  const secret = 'pa55w0rd';

  test.each<[string, string, Environment]>([
    ['a bad connection string', '', { LUNASEC_APPLICATIONS, LUNASEC_MONGODB_URI: `mongo://u:${secret}@db` }],
    [
      'one in the file',
      `tokenStore: { kind: mongodb, uri: 'mongo://u:${secret}@db' }`,
      { LUNASEC_APPLICATIONS },
    ],
    ['broken YAML', `tokenStore: { kind: mongodb, uri: "mongodb://u:${secret}\n`, { LUNASEC_APPLICATIONS }],
    ['an alias', `tokenStore: { kind: mongodb, uri: *${secret} }`, { LUNASEC_APPLICATIONS }],
    [
      'a forgotten colon',
      `tokenStore: { kind: mongodb, uri "mongodb://u:${secret}@db" }`,
      { LUNASEC_APPLICATIONS },
    ],
    ['the same in a variable', '', { LUNASEC_APPLICATIONS, LUNASEC_LIMITS: `{"maxSize: ${secret}":1}` }],
    ['broken JSON', '', { LUNASEC_APPLICATIONS: `[{"jwks": ${secret}}]` }],
    [
      'a private key',
      '',
      { LUNASEC_APPLICATIONS: JSON.stringify([{ id: 'shop', jwks: { keys: [{ kty: 'OKP', d: secret }] } }]) },
    ],
    ['a value of another type', `tokenStore: ${secret}`, { LUNASEC_APPLICATIONS }],
  ])('%s', async (_, text, environment) => {
    await write('tokenizer.config.yaml', text);
    const message = await messageOf(load(environment));
    expect(message).toMatch(/settings are wrong/);
    expect(message).not.toContain(secret);
  });
});
