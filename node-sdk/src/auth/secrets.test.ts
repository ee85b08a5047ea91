import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSecretsManager } from '../test-support/secrets-manager.js';
import { replaceKeyFile } from './key-file.js';
import type { FindKeys } from './keep-fresh.js';
import { printSigningKeys } from './key-set.js';
import { fetchSecrets, openSecrets } from './secrets.js';
import type { Secrets } from './secrets.js';
import type { SigningKey } from './signing-key.js';

let directory: string;
const warnings: string[] = [];
const log = { warn: (message: string) => void warnings.push(message) };
let time: number;
const parts = { log, now: () => new Date(time) };
const open = (secrets: Secrets) => openSecrets(secrets, parts);
const load = async (secrets: Secrets): Promise<SigningKey> => (await open(secrets)())[0]!;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lunasec-keys-'));
  warnings.length = 0;
  time = Date.parse('2030-01-02T03:04:05Z');
});
afterEach(() => {
  rmSync(directory, { recursive: true });
  delete process.env.LUNASEC_SIGNING_KEY;
  delete process.env.OTHER_KEY;
});

const pem = (key: ReturnType<typeof generateKeyPairSync>['privateKey']) =>
  key.export({ format: 'pem', type: 'pkcs8' }).toString();

const jwk = (half: 'privateKey' | 'publicKey' = 'privateKey', more: object = {}) =>
  JSON.stringify({ ...generateKeyPairSync('ed25519')[half].export({ format: 'jwk' }), ...more });
const twice = jwk();

describe('a signing key in a file', () => {
  test('is created when missing: Ed25519, for its owner alone, and kept from then on', async () => {
    const path = join(directory, 'deep', 'key.json');
    const { privateKey, algorithm } = await load({ source: 'file', path, createIfMissing: true });
    expect(algorithm).toBe('EdDSA');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), d: expect.any(String) }],
    });
    const again = await load({ source: 'file', path, createIfMissing: true });
    expect(again.privateKey.equals(privateKey)).toBe(true);
    // No draft is left behind.
    expect(readdirSync(join(directory, 'deep'))).toEqual(['key.json']);
  });

  test('is not created unless asked for', () => {
    const path = join(directory, 'key.json');
    expect(() => open({ source: 'file', path })).toThrow('createIfMissing');
    expect(readdirSync(directory)).toEqual([]);
  });

  test('that others can read is reported', () => {
    const path = join(directory, 'key.json');
    open({ source: 'file', path, createIfMissing: true });
    expect(warnings).toEqual([]);
    chmodSync(path, 0o644);
    open({ source: 'file', path });
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  test('may be PEM', async () => {
    const path = join(directory, 'key.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(path, pem(privateKey), { mode: 0o600 });
    expect((await load({ source: 'file', path })).algorithm).toBe('ES256');
  });
});

describe('a signing key in the environment', () => {
  test('is a JWK in LUNASEC_SIGNING_KEY', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    process.env.LUNASEC_SIGNING_KEY = JSON.stringify(privateKey.export({ format: 'jwk' }));
    expect((await load({ source: 'environment' })).privateKey.equals(privateKey)).toBe(true);
  });

  test('may be PEM in a variable of another name, its line breaks written as \\n', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
    process.env.OTHER_KEY = pem(privateKey).replaceAll('\n', '\\n');
    expect(await load({ source: 'environment', variable: 'OTHER_KEY' })).toMatchObject({
      algorithm: 'RS256',
    });
  });

  test.each([
    ['missing', undefined, 'LUNASEC_SIGNING_KEY must hold'],
    ['empty', '', 'LUNASEC_SIGNING_KEY must hold'],
    ['no key', 'hunter2', 'neither a private JWK'],
    ['a set of none', '{"keys":[]}', 'neither a private JWK'],
    ['a set with a public key', `{"keys":[${jwk()},${jwk('publicKey')}]}`, 'neither a private JWK'],
    [
      'a set with a wrong time',
      `{"keys":[${jwk('privateKey', { nbf: 'hunter2' })}]}`,
      'neither a private JWK',
    ],
    ['twice the same', `{"keys":[${twice},${twice}]}`, 'one is there twice'],
    ['for later only', jwk('privateKey', { nbf: 4e9 }), 'may sign yet'],
    ['broken JSON', '{"kty":"OKP","d":"hunter2"', 'neither a private JWK'],
    ['a shared secret', '{"kty":"oct","k":"hunter2"}', 'neither a private JWK'],
    [
      'a public key',
      JSON.stringify(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })),
      'neither a private JWK',
    ],
    ['a curve for other things', pem(generateKeyPairSync('x25519').privateKey), 'must be Ed25519'],
    [
      'a curve that no tokenizer takes',
      pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
      'P-256',
    ],
    ['too short', pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey), '3072'],
  ])('that is %s is refused, and not repeated', (_name, text, message) => {
    if (text !== undefined) process.env.LUNASEC_SIGNING_KEY = text;
    const attempt = () => open({ source: 'environment' });
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow('hunter2');
  });
});

describe('keys that are loaded again', () => {
  const written = (notBefore?: number): string =>
    printSigningKeys([
      { privateKey: generateKeyPairSync('ed25519').privateKey, algorithm: 'EdDSA', notBefore },
    ]);
  const printed = async (find: FindKeys) => printSigningKeys(await find());

  test('a file: after a minute, and the old ones stay while that fails', async () => {
    const path = join(directory, 'keys.json');
    const [one, two] = [written(), written()];
    replaceKeyFile(path, one);
    const find = open({ source: 'file', path });
    replaceKeyFile(path, two);
    time += 59_000;
    expect(await printed(find)).toBe(one);
    time += 1_000;
    expect(await printed(find)).toBe(two);

    writeFileSync(path, '{"keys":[{"d":"hunter2"');
    time += 60_000;
    expect(await printed(find)).toBe(two);
    expect(warnings).toEqual([expect.stringContaining('cannot be loaded again')]);
    expect(warnings[0]).not.toContain('hunter2');
    // Not at every call.
    expect(await printed(find)).toBe(two);
    expect(warnings).toHaveLength(1);
    replaceKeyFile(path, one);
    time += 30_000;
    expect(await printed(find)).toBe(one);
  });

  describe('from AWS Secrets Manager', () => {
    const secrets: Secrets = {
      source: 'aws-secrets-manager',
      secretId: 'app/lunasec',
      region: 'eu-central-1',
    };
    const variables = {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: '',
    };
    const kept = Object.keys(variables).map((name) => [name, process.env[name]] as const);
    const secret = { answer: (): { status: number; body: object } => ({ status: 500, body: {} }) };
    let manager: Awaited<ReturnType<typeof startSecretsManager>>;
    const answer = (SecretString: string) => {
      secret.answer = () => ({ status: 200, body: { Name: 'app/lunasec', SecretString } });
    };

    beforeEach(async () => {
      manager = await startSecretsManager(secret);
      Object.assign(process.env, variables, { AWS_ENDPOINT_URL_SECRETS_MANAGER: manager.url });
    });
    afterEach(async () => {
      await manager.close();
      for (const [name, value] of kept)
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    });

    test('asks with a signed request, and no more than every five minutes', async () => {
      const [one, two] = [written(), written()];
      answer(one);
      const find = await fetchSecrets(secrets, parts);
      answer(two);
      time += 299_000;
      expect(await printed(find)).toBe(one);
      expect(manager.asked).toHaveLength(1);
      expect(manager.asked[0]).toMatchObject({
        body: { SecretId: 'app/lunasec' },
        headers: {
          'x-amz-target': 'secretsmanager.GetSecretValue',
          authorization: expect.stringMatching(
            /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/secretsmanager\/aws4_request, SignedHeaders=[^ ]*host[^ ]*, Signature=[0-9a-f]{64}$/,
          ),
        },
      });
      time += 1_000;
      expect(await Promise.all([printed(find), printed(find)])).toEqual([two, two]);
      expect(manager.asked).toHaveLength(2);
    });

    test('takes binary secrets', async () => {
      const one = written();
      secret.answer = () => ({ status: 200, body: { SecretBinary: Buffer.from(one).toString('base64') } });
      expect(await printed(await fetchSecrets(secrets, parts))).toBe(one);
    });

    test('keeps the old ones while AWS is down', async () => {
      const one = written();
      answer(one);
      const find = await fetchSecrets(secrets, parts);
      secret.answer = () => ({ status: 400, body: { __type: 'AccessDeniedException', message: 'no' } });
      time += 300_000;
      expect(await printed(find)).toBe(one);
      expect(warnings).toEqual([expect.stringContaining('the AWS secret app/lunasec')]);
    });

    test('says what is wrong at start', async () => {
      secret.answer = () => ({ status: 400, body: { __type: 'ResourceNotFoundException', message: 'no' } });
      await expect(fetchSecrets(secrets, parts)).rejects.toThrow('The AWS secret app/lunasec cannot be read');
      answer('hunter2');
      await expect(fetchSecrets(secrets, parts)).rejects.toThrow('neither a private JWK');
      expect(() => open(secrets)).toThrow('await LunaSec.create');
    });
  });

  test('other sources are fetched likewise', async () => {
    process.env.LUNASEC_SIGNING_KEY = written();
    expect(await printed(await fetchSecrets({ source: 'environment' }, parts))).toBe(
      process.env.LUNASEC_SIGNING_KEY,
    );
  });
});
