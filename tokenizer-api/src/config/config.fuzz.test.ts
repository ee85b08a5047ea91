import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { settingDescriptions } from './catalog.js';
import type { Environment } from './environment.js';
import { loadSettings } from './load.js';
import { ConfigError, parseConfig } from './settings.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('configuration');
afterAll(fuzz.record);

/** Never in a message, wherever it stands as a value. */
const secret = 'k3ep/Th1s+Out/Of+Every/Message';
const key = Buffer.alloc(32, 7).toString('base64');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokenizer-fuzz-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const prototypes = () =>
  [Object.prototype, Array.prototype, Function.prototype].map((it) => Reflect.ownKeys(it).length);
const clean = prototypes();

/** Settings, or a ConfigError with one line per problem that names where it is. Returns whether there were settings. */
function mustBeClear(error: unknown, places: RegExp): void {
  assert.deepEqual(prototypes(), clean, 'a prototype was changed');
  if (error === undefined) return;
  assert.ok(error instanceof ConfigError, `${String(error)} ${(error as Error).stack ?? ''}`);
  assert.ok(error.problems.length > 0);
  for (const problem of error.problems) if (!/^and \d+ more/.test(problem)) assert.match(problem, places);
  assert.ok(
    !error.message.includes(secret) && !error.message.includes(key),
    `a value is told: ${error.message}`,
  );
}
const attempt = async (options: Parameters<typeof loadSettings>[0]): Promise<unknown> => {
  try {
    const { settings } = await loadSettings(options);
    assert.ok(settings.applications.length > 0);
    return undefined;
  } catch (error) {
    return error;
  }
};

const application = {
  id: 'shop',
  jwksURL: 'https://shop.example.com/jwks.json',
  origins: ['https://shop.example.com'],
};
const goodValues = fc.constantFrom<unknown>(
  ...[
    4010,
    0,
    65_535,
    true,
    false,
    '15m',
    '1h',
    'info',
    'https://tokens.example.com',
    'eu-central-1',
    'bucket-1',
    'AES256',
    '/data',
  ],
  ...[
    { kind: 'sqlite' },
    { kind: 'disk' },
    { kind: 's3', bucket: 'values', region: 'eu-central-1' },
    { kind: 'mongodb', uri: `mongodb://u:${secret}@h/d` },
  ],
  ...[
    [application],
    [{ ...application, limits: { maxBatch: 5 } }],
    { maxSize: 1000 },
    { session: 5 },
    { kind: 'local', keys: JSON.stringify({ active: 'a', keys: [{ id: 'a', key }] }) },
  ],
);
const badValues = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      secret,
      `https://user:${secret}@h.example.com`,
      `mongodb://u:${secret}@h`,
      `http://${secret}`,
      { kind: secret },
      [secret],
      { [`x${'y'.repeat(30)}`]: secret },
    ],
    ...[
      { kind: 'local', keys: secret },
      { kind: 'local', keys: JSON.stringify({ active: secret, keys: [{ id: 'a', key: secret }] }) },
    ],
    ...[
      { kind: 'local', keys: JSON.stringify({ active: 'a', keys: [{ id: 'a', key, [`z`]: secret }] }) },
      [{ ...application, jwks: { keys: [{ kty: 'OKP', d: secret }] } }],
    ],
    ...[
      null,
      -1,
      0.5,
      1e308,
      NaN,
      '',
      ' ',
      '\ud800',
      '__proto__',
      [],
      {},
      [[]],
      [null],
      { __proto__: null },
      { constructor: { prototype: { polluted: true } } },
    ],
    ...[
      JSON.parse('{"__proto__":{"polluted":true}}'),
      [JSON.parse('{"__proto__":{"polluted":true}}')],
      [{ ...application, origins: [`https://${secret}.example.com/path`] }],
    ],
  ),
  fc.jsonValue(),
);
const names = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      ...settingDescriptions.filter(({ path }) => path.length === 1).map(({ path }) => path[0]!),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      'prototype',
      'prot',
      'Port',
      'applications[0]',
      '',
      'a.b',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }) },
);
const config = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<unknown>([application]) },
      { weight: 1, arbitrary: badValues },
    ),
    fc.array(
      fc.tuple(names, fc.oneof({ weight: 2, arbitrary: goodValues }, { weight: 1, arbitrary: badValues })),
      { maxLength: 4 },
    ),
  )
  .map(
    ([applications, entries]) =>
      Object.fromEntries([['applications', applications], ...entries]) as Record<string, unknown>,
  );

test('any object is settings, or an error that names what is wrong and tells no value', () => {
  let good = 0;
  fuzz.check(
    { quick: 1500, whole: 50_000 },
    fc.oneof({ weight: 9, arbitrary: config }, { weight: 1, arbitrary: fc.anything() }),
    (value) => {
      let error: unknown;
      try {
        parseConfig(value, { environment: {} });
        good++;
      } catch (thrown) {
        error = thrown;
      }
      mustBeClear(error, /^[^]+: /);
    },
  );
  expect(good).toBeGreaterThan(20);
});

describe('of a file', () => {
  let number = 0;
  /** A new name each time: what is read must not be what was read before. */
  const loaded = async (text: string | Uint8Array, extension: string) => {
    const file = `c${(number++ % 50).toString()}.${extension}`;
    writeFileSync(join(directory, file), text);
    return attempt({ file, directory, environment: {} });
  };

  test('in YAML or JSON, whatever it says, come settings or an error with its name', async () => {
    let good = 0;
    await fuzz.checkAsync(
      { quick: 400, whole: 8000 },
      fc.tuple(config, fc.boolean()),
      async ([value, isJSON]) => {
        const text = isJSON ? JSON.stringify(value) : stringify(value, { aliasDuplicateObjects: false });
        const error = await loaded(text, isJSON ? 'json' : 'yaml');
        if (error === undefined) good++;
        mustBeClear(error, /^c\d+\.(json|yaml)/);
      },
    );
    expect(good).toBeGreaterThan(5);
  });

  test('that is broken anywhere, come settings or an error with its name', async () => {
    const lines = `port: 4100
applications: &all
  - id: shop
    jwksURL: https://shop.example.com/jwks.json
    origins: [https://shop.example.com]
tokenStore: { kind: mongodb, uri: "mongodb://u:${secret}@h/d" }
keyProvider:
  kind: local
  keys: '{"active":"a","keys":[{"id":"a","key":"${key}"}]}'
limits: { storeGrant: 5m }
`;
    const piece = fc.oneof(
      fc.constantFrom(
        '&a',
        '*a',
        '*all',
        '<<: *all\n',
        '!!binary ',
        '!!set ',
        '!!map',
        '!!js/function ',
        '!x ',
        '%YAML 1.1\n',
        '---\n',
        '...\n',
        '? ',
        ': ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '"',
        "'",
        '|',
        '>',
        '#',
        '\t',
        '\r',
        '\u0000',
        '\ufeff',
        '\u2028',
        '\ud800',
        '__proto__: { polluted: true }\n',
        '0o77',
        '.inf',
        '~',
        ',,',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const change = fc.tuple(fc.nat(), fc.nat(12), piece);
    await fuzz.checkAsync(
      { quick: 400, whole: 8000 },
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (changes) => {
        let text = lines;
        for (const [at, length, put] of changes) {
          const from = at % text.length;
          text = text.slice(0, from) + put + text.slice(from + length);
        }
        mustBeClear(await loaded(text, 'yaml'), /^c\d+\.yaml/);
      },
    );
  });

  test.each<[string, string | Uint8Array]>([
    ['a list in a list in a list …', '['.repeat(200_000)],
    ['a map in a map in a map …', '{a: '.repeat(50_000)],
    ['an anchor in itself', 'applications: &a [*a]\nlimits: &b {c: *b}'],
    [
      'an alias of aliases of aliases …',
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}]`).join('\n')}`,
    ],
    ['no text', Uint8Array.from({ length: 4096 }, (_, at) => (at * 31) & 255)],
    ['nothing', ''],
    ['a megabyte of one name', `${'x'.repeat(1_000_000)}: 1`],
    ['thousands of settings', Array.from({ length: 5000 }, (_, at) => `a${at}: 1`).join('\n')],
    ['more than a megabyte', 'x'.repeat(1024 * 1024 + 1)],
  ])('that is %s comes an error with its name', async (_, text) => {
    const error = await loaded(text, 'yaml');
    expect(error).toBeInstanceOf(ConfigError);
    mustBeClear(error, /^c\d+\.yaml/);
  });
});

test('of any environment come settings, or an error that names the variable and tells nothing that it holds', async () => {
  const variables = settingDescriptions.flatMap(({ variable, secret: isSecret }) =>
    variable === undefined ? [] : isSecret ? [variable, `${variable}_FILE`] : [variable],
  );
  const file = join(directory, 'secret.txt');
  writeFileSync(file, `${secret}\n`);
  const value = fc.oneof(
    fc
      .tuple(fc.oneof(goodValues, badValues))
      .map(([it]) => (typeof it === 'string' ? it : (JSON.stringify(it) ?? 'undefined'))),
    fc.constantFrom(
      secret,
      `{"a":"${secret}"`,
      file,
      join(directory, 'nothing'),
      directory,
      '\u0000',
      'mongodb',
      's3',
      'local',
      'aws-kms',
      'disk',
      '1e3',
      '0x10',
      ' 1',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...variables) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'LUNASEC_PROT',
        'LUNASEC___proto__',
        'LUNASEC_',
        '__proto__',
        'lunasec_port',
        'NODE_ENV',
        'LUNASEC_SOMETHING_OF_ANOTHER_PROGRAM',
      ),
    },
  );
  const environment = fc
    .array(fc.tuple(name, value), { maxLength: 4 })
    .map((entries): Environment =>
      Object.fromEntries([['LUNASEC_APPLICATIONS', JSON.stringify([application])], ...entries]),
    );
  let good = 0;
  await fuzz.checkAsync({ quick: 900, whole: 40_000 }, environment, async (given) => {
    const error = await attempt({ environment: given, directory });
    if (error === undefined) good++;
    mustBeClear(error, /^[^]+: /);
    if (error instanceof ConfigError && Object.keys(given).every((it) => it.startsWith('LUNASEC_')))
      for (const problem of error.problems) assert.match(problem, /LUNASEC_|rates|keyFile/, problem);
  });
  expect(good).toBeGreaterThan(20);
});
