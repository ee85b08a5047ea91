import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sidOf } from '../auth/sid.js';
import { createError, LunaSecError, UnavailableError } from '../errors/index.js';
import { startStub } from '../test-support/server.js';
import { testKit } from '../test-support/kit.js';
import { LunaSec } from './lunasec.js';
import type { LunaSecOptions } from './options.js';

const unknown = 'lunasec-00000000-0000-4000-8000-000000000000';

describe('new LunaSec', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lunasec-options-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const options = (): LunaSecOptions => ({
    applicationId: 'demo',
    tokenizerURL: 'https://tokenizer.test/',
    origin: 'https://app.test',
    auth: {
      secrets: { source: 'file', path: join(directory, 'key.json'), createIfMissing: true },
      sessionIdProvider: () => null,
    },
  });

  test('needs nothing but the application, two addresses, a key and sessions', () => {
    expect(() => new LunaSec(options())).not.toThrow();
    expect(
      () =>
        new LunaSec({ ...options(), tokenizerURL: 'http://127.0.0.1:4010', origin: 'http://localhost:3000' }),
    ).not.toThrow();
  });

  test.each<[string, object, string]>([
    ['applicationId', { applicationId: 'a b' }, '1 to 64 letters'],
    ['applicationId', { applicationId: undefined }, 'must be a text'],
    ['tokenizerURL', { tokenizerURL: 'tokenizer' }, 'must be a URL'],
    ['tokenizerURL', { tokenizerURL: 'http://tokenizer.test' }, 'must begin with https:'],
    ['tokenizerURL', { tokenizerURL: 'https://user:secret@tokenizer.test' }, 'without user name or password'],
    ['tokenizerURL', { tokenizerURL: 'https://tokenizer.test/?a' }, 'must not have a query'],
    ['origin', { origin: 'https://app.test/path' }, 'did you mean https://app.test?'],
    ['auth', { auth: undefined }, 'auth'],
    [
      'auth.secrets',
      { auth: { secrets: { source: 'vault' }, sessionIdProvider: () => null } },
      '"environment", "file" or',
    ],
    ['auth.sessionIdProvider', { auth: { secrets: { source: 'environment' } } }, 'must be a function'],
    ['leaks', { leaks: 'maybe' }, '"warn", "error" or "off"'],
    ['client.deadline', { client: { deadline: 0 } }, 'client.deadline'],
    ['a misspelled option', { tokenizerUrl: 'https://tokenizer.test' }, 'tokenizerUrl'],
  ])('says what is wrong with %s: %j', (_name, wrong, message) => {
    const attempt = () => new LunaSec({ ...options(), ...wrong } as LunaSecOptions);
    expect(attempt).toThrow('The options of LunaSec are wrong');
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow('secret@');
  });

  test('create() takes the same options, and fails likewise', async () => {
    expect(await LunaSec.create(options())).toBeInstanceOf(LunaSec);
    await expect(LunaSec.create({ ...options(), applicationId: 'a b' })).rejects.toThrow('1 to 64 letters');
    const secrets = { source: 'file', path: join(directory, 'none.json') } as const;
    await expect(LunaSec.create({ ...options(), auth: { ...options().auth, secrets } })).rejects.toThrow(
      'cannot be read',
    );
  });

  test('needs create() for secrets on the network', () => {
    const secrets = { source: 'aws-secrets-manager', secretId: 'app/lunasec' } as const;
    expect(() => new LunaSec({ ...options(), auth: { ...options().auth, secrets } })).toThrow(
      'await LunaSec.create',
    );
  });

  test('fails at once without its key', () => {
    const auth = {
      ...options().auth,
      secrets: { source: 'file', path: join(directory, 'none.json') } as const,
    };
    expect(() => new LunaSec({ ...options(), auth })).toThrow('cannot be read');
  });

  test('asks the tokenizer over HTTP, with the digest of the session id', async () => {
    const stub = await startStub([
      {
        body: {
          data: {
            createReadGrants: [{ token: unknown, expiresAt: '2030-01-01T00:00:00Z', problem: null }],
          },
        },
      },
    ]);
    const lunaSec = new LunaSec({ ...options(), tokenizerURL: `${stub.url}/` });
    expect(await lunaSec.grants.create('session-1', [unknown], '5m')).toEqual([
      { token: unknown, expiresAt: new Date('2030-01-01T00:00:00Z') },
    ]);
    expect(stub.received).toMatchObject([
      {
        path: '/graphql',
        variables: { sessionId: sidOf('demo', 'session-1'), tokens: [{ token: unknown, duration: '5m' }] },
      },
    ]);
    await stub.close();
  });
});

describe('grants', () => {
  const setUp = () => {
    const it = testKit();
    return { ...it, grants: it.lunaSec.grants, mine: it.tokenizer.tokenize('alice') };
  };
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof LunaSecError ? [error.code, error.token] : error),
    );

  test('verify and create work for a session id, with one token or several', async () => {
    const { grants, tokenizer, mine } = setUp();
    expect(await grants.verify('alice', mine)).toEqual([{ token: mine, expiresAt: expect.any(Date) }]);
    expect(await grants.create('bob', [mine])).toEqual([{ token: mine, expiresAt: expect.any(Date) }]);
    expect(tokenizer.detokenize('bob', mine)).toBe('granted');
    expect(await grants.create('bob', [])).toEqual([]);
  });

  test('work for the session of a request', async () => {
    const { grants, tokenizer, mine, context } = setUp();
    await grants.verifyWithAutomaticSessionId(context('alice').req, [mine]);
    await grants.createWithAutomaticSessionId(context('bob').req, [mine], '5m');
    expect(tokenizer.detokenize('bob', mine)).toBe('granted');
    const nobody = context(null).req;
    expect(await failure(grants.createWithAutomaticSessionId(nobody, mine))).toEqual([
      'UNAUTHENTICATED',
      undefined,
    ]);
    expect(await failure(grants.verifyWithAutomaticSessionId(nobody, mine))).toEqual([
      'UNAUTHENTICATED',
      undefined,
    ]);
  });

  test('throw for the token that was refused', async () => {
    const { grants, mine } = setUp();
    expect(await failure(grants.verify('bob', mine))).toEqual(['STORE_GRANT_MISSING', mine]);
    await grants.verify('alice', mine);
    expect(await failure(grants.create('bob', [mine, unknown]))).toEqual(['TOKEN_NOT_FOUND', unknown]);
    expect(await failure(grants.create('bob', mine, '2h'))).toEqual(['DURATION_TOO_LONG', mine]);
  });

  test('mind bindings', async () => {
    const { grants, mine } = setUp();
    await grants.verify('alice', { token: mine, binding: 'a' });
    expect(await failure(grants.create('alice', mine))).toEqual(['BINDING_MISMATCH', mine]);
    expect(await failure(grants.create('alice', { token: mine, binding: 'a' }))).toBeUndefined();
  });

  test('can be taken back, one by one or with the session', async () => {
    const { grants, mine, tokenizer } = setUp();
    const other = tokenizer.tokenize('alice');
    await grants.verify('alice', [mine, other]);
    await grants.create('bob', [mine, other]);
    expect(await grants.revoke('bob', mine)).toBe(1);
    expect(tokenizer.detokenize('bob', mine)).toBe('READ_GRANT_MISSING');
    expect(await grants.endSession('bob')).toBe(1);
    expect(tokenizer.detokenize('bob', other)).toBe('READ_GRANT_MISSING');
    expect(await grants.revoke('bob', [])).toBe(0);
  });

  test('refuse malformed input without a call', async () => {
    const { grants, tokenizer, mine } = setUp();
    expect(await failure(grants.verify('alice', '078-05-1120'))).toEqual(['BAD_USER_INPUT', undefined]);
    expect(await failure(grants.create('alice', [null as unknown as string]))).toEqual([
      'BAD_USER_INPUT',
      undefined,
    ]);
    expect(await failure(grants.create('alice', mine, 'soon'))).toEqual(['BAD_USER_INPUT', undefined]);
    await expect(grants.create('', mine)).rejects.toThrow('session id');
    await expect(grants.endSession(undefined as unknown as string)).rejects.toThrow('session id');
    expect(tokenizer.calls).toEqual([]);
  });
});

describe('the session id provider', () => {
  const withProvider = (sessionIdProvider: LunaSecOptions<IncomingMessage>['auth']['sessionIdProvider']) => {
    const { tokenizer } = testKit();
    process.env.LUNASEC_TEST_KEY =
      '{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}';
    const warnings: string[] = [];
    const { grants } = new LunaSec<IncomingMessage>(
      {
        applicationId: 'test',
        tokenizerURL: 'https://tokenizer.test',
        origin: 'https://app.test',
        auth: { secrets: { source: 'environment', variable: 'LUNASEC_TEST_KEY' }, sessionIdProvider },
      },
      { client: tokenizer, log: { warn: (message) => void warnings.push(message) } },
    );
    const token = tokenizer.tokenize('alice');
    const verify = () => grants.verifyWithAutomaticSessionId(new IncomingMessage(new Socket()), token);
    return { verify, warnings };
  };

  test('may be asynchronous', async () => {
    await expect(withProvider(async () => 'alice').verify()).resolves.toHaveLength(1);
  });

  test('that fails: UNAVAILABLE, and a warning', async () => {
    const { verify, warnings } = withProvider(() => {
      throw new Error('redis down');
    });
    await expect(verify()).rejects.toBeInstanceOf(UnavailableError);
    expect(warnings).toEqual([expect.stringContaining('sessionIdProvider')]);
  });

  test.each([
    ['nothing', undefined, 'UNAUTHENTICATED'],
    ['an empty text, which many sessions might share', '', 'UNAVAILABLE'],
    ['something else', 42, 'UNAVAILABLE'],
  ])('that gives %s names no session', async (_name, value, code) => {
    await expect(withProvider(() => value as unknown as string).verify()).rejects.toMatchObject({ code });
  });
});

describe('deleteTokens', () => {
  test('destroys, may be repeated, and says what never existed', async () => {
    const { lunaSec, tokenizer } = testKit();
    const token = tokenizer.tokenize('alice');
    for (let i = 0; i < 2; i++)
      expect(await lunaSec.deleteTokens([token, unknown])).toEqual([
        { token, deleted: true },
        { token: unknown, deleted: false },
      ]);
    expect(tokenizer.token(token)?.status).toBe('deleted');
    expect(await lunaSec.deleteTokens([])).toEqual([]);
  });

  test('throws when a value could not be destroyed', async () => {
    const { lunaSec, tokenizer } = testKit();
    const token = tokenizer.tokenize('alice');
    tokenizer.deleteTokens = async () => [
      { token, deleted: false, problem: { code: 'UNAVAILABLE', message: 'object store down' } },
    ];
    await expect(lunaSec.deleteTokens(token)).rejects.toMatchObject({ code: 'UNAVAILABLE', token });
    tokenizer.deleteTokens = () => Promise.reject(createError('RATE_LIMITED', 'slow'));
    await expect(lunaSec.deleteTokens(token)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('what is known of tokens', () => {
  test('is found by metadata, however many pages it takes', async () => {
    const { lunaSec, tokenizer } = testKit();
    const made = Array.from({ length: 450 }, (_, index) =>
      tokenizer.tokenize(index % 2 === 0 ? 'alice' : 'bob', { metadata: { odd: index % 2 === 1 } }),
    );
    const found: string[] = [];
    for await (const { token } of lunaSec.findTokens({ metadata: { odd: false } })) found.push(token);
    expect(found).toEqual(made.filter((_, index) => index % 2 === 0).reverse());
    expect(tokenizer.calls.map(({ operation }) => operation)).toEqual(['findTokens', 'findTokens']);

    let ofBob = 0;
    for await (const { sessionId } of lunaSec.findTokens({ sessionId: 'bob', status: 'pending' })) {
      expect(sessionId).toBe(sidOf('test', 'bob'));
      ofBob++;
    }
    expect(ofBob).toBe(225);
  });

  test('is asked for only as far as it is wanted', async () => {
    const { lunaSec, tokenizer } = testKit();
    for (let i = 0; i < 450; i++) tokenizer.tokenize('alice');
    for await (const _ of lunaSec.findTokens()) break;
    expect(tokenizer.calls).toHaveLength(1);
  });

  test('is told of one, and its metadata replaced', async () => {
    const { lunaSec, tokenizer } = testKit();
    const token = tokenizer.tokenize('alice', { value: '078-05-1120' });
    expect(await lunaSec.findToken(token)).toMatchObject({ token, status: 'pending', metadata: {} });
    expect(await lunaSec.updateTokenMetadata(token, { patient: 42 })).toMatchObject({
      metadata: { patient: 42 },
    });
    expect(await lunaSec.findToken(unknown)).toBeNull();
    expect(await lunaSec.findToken('no token')).toBeNull();
    expect(JSON.stringify(await lunaSec.findToken(token))).not.toContain('078-05-1120');
    await expect(lunaSec.updateTokenMetadata(unknown, {})).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' });
    await expect(lunaSec.updateTokenMetadata('no token', {})).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });
});
