import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { createApplicationJWT } from '../auth/jwt.js';
import { LunaSecError, RateLimitedError } from '../errors/index.js';
import { testSigner } from '../test-support/keys.js';
import { startStub } from '../test-support/server.js';
import type { Received, Reply } from '../test-support/server.js';
import { createClient } from './client.js';
import type { CallReport, ResilienceOptions } from './index.js';

const token = 'lunasec-00000000-0000-4000-8000-000000000001';
const expiresAt = '2030-01-02T03:19:05.000Z';
const granted = (names: string[]) => names.map((name) => ({ token: name, expiresAt, problem: null }));
const ok: Reply = { body: { data: { verifyStoreGrants: granted([token]) } } };
const failed = (code: string, more: object = {}): Reply => ({
  body: { errors: [{ message: `it said ${code}`, extensions: { code, ...more } }], data: null },
});
const hang: Reply = () => {};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function setUp(
  replies: Reply[] | ((received: Received) => Reply),
  resilience: ResilienceOptions = {},
  onCall?: (report: CallReport) => void,
) {
  const stub = await startStub(replies);
  closers.push(stub.close);
  const signer = testSigner();
  const clock = { now: Date.UTC(2030, 0, 1) };
  const warnings: string[] = [];
  const jwt = createApplicationJWT({
    applicationId: 'demo',
    tokenizerURL: stub.url,
    signer,
    now: () => new Date(clock.now),
  });
  const client = createClient({
    tokenizerURL: stub.url,
    jwt,
    fetch,
    log: { warn: (message) => void warnings.push(message) },
    resilience: { firstPause: 1, ...resilience },
    onCall,
  });
  return { ...stub, client, signer, clock, warnings };
}

const verify = ({ client }: Pick<Awaited<ReturnType<typeof setUp>>, 'client'>) =>
  client.verifyStoreGrants('sid', [{ token }]);

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof LunaSecError ? error.code : error),
  );

describe('a call', () => {
  test('is one POST of a GraphQL mutation, answered per entry, in order', async () => {
    const other = token.replace(/1$/, '2');
    const it = await setUp([
      {
        body: {
          data: {
            verifyStoreGrants: [
              ...granted([token]),
              { token: other, expiresAt: null, problem: { code: 'TOKEN_DELETED', message: 'gone' } },
            ],
          },
        },
      },
    ]);
    const results = await it.client.verifyStoreGrants('the-sid', [
      { token, binding: 'User.ssn:1' },
      { token: other },
    ]);
    expect(results).toEqual([
      { token, expiresAt: new Date(expiresAt), problem: null },
      { token: other, expiresAt: null, problem: { code: 'TOKEN_DELETED', message: 'gone' } },
    ]);
    expect(it.received).toHaveLength(1);
    expect(it.received[0]).toMatchObject({
      path: '/graphql',
      variables: { sessionId: 'the-sid', tokens: [{ token, binding: 'User.ssn:1' }, { token: other }] },
    });
    expect(it.received[0]!.query).toContain('verifyStoreGrants(sessionId:$sessionId tokens:$tokens)');
  });

  test('of each kind says what the tokenizer needs', async () => {
    const it = await setUp(({ query }) => {
      const [name] = /(createReadGrants|revokeReadGrants|endSession|deleteTokens)/.exec(query)!;
      const data = {
        createReadGrants: granted([token]),
        revokeReadGrants: 1,
        endSession: 3,
        deleteTokens: [{ token, deleted: true, problem: null }],
      };
      return { body: { data: { [name]: data[name as keyof typeof data] } } };
    });
    expect(await it.client.createReadGrants('sid', [{ token, duration: '5m' }])).toHaveLength(1);
    expect(await it.client.revokeReadGrants('sid', [token])).toBe(1);
    expect(await it.client.endSession('sid')).toBe(3);
    expect(await it.client.deleteTokens([token])).toEqual([{ token, deleted: true, problem: null }]);
    expect(it.received.map(({ variables }) => variables)).toEqual([
      { sessionId: 'sid', tokens: [{ token, duration: '5m' }] },
      { sessionId: 'sid', tokens: [token] },
      { sessionId: 'sid' },
      { tokens: [token] },
    ]);
  });

  test('of more than 1000 entries is split, and answered as one', async () => {
    const names = Array.from(
      { length: 2500 },
      (_, i) => `lunasec-${String(i).padStart(8, '0')}-0000-4000-8000-000000000000`,
    );
    const it = await setUp(({ variables }) => ({
      body: {
        data: {
          verifyStoreGrants: granted((variables.tokens as { token: string }[]).map((ref) => ref.token)),
        },
      },
    }));
    const results = await it.client.verifyStoreGrants(
      'sid',
      names.map((name) => ({ token: name })),
    );
    expect(results.map((result) => result.token)).toEqual(names);
    expect(it.received.map(({ variables }) => (variables.tokens as unknown[]).length).toSorted()).toEqual([
      1000, 1000, 500,
    ]);
  });

  test('about what is known of tokens reads records, times and pages', async () => {
    const record = {
      status: 'accepted',
      sessionId: 's',
      size: 300,
      binding: null,
      metadata: { patient: 42 },
      createdAt: expiresAt,
      acceptedAt: expiresAt,
      deletedAt: null,
    };
    const known = { ...record, token, createdAt: new Date(expiresAt), acceptedAt: new Date(expiresAt) };
    const it = await setUp(({ query }) => {
      const [operation] = /(FindTokens|FindToken|UpdateTokenMetadata)/.exec(query)!;
      const node = { id: token, ...record };
      const data = {
        FindToken: { token: node },
        FindTokens: { tokens: { edges: [{ node }], pageInfo: { hasNextPage: true, endCursor: 'next' } } },
        UpdateTokenMetadata: { updateTokenMetadata: node },
      };
      return { body: { data: data[operation as keyof typeof data] } };
    });
    expect(await it.client.findToken(token)).toEqual(known);
    expect(
      await it.client.findTokens(
        { metadata: { patient: 42 }, createdAfter: new Date(expiresAt) },
        { first: 200, after: null },
      ),
    ).toEqual({ tokens: [known], next: 'next' });
    expect(await it.client.updateTokenMetadata(token, { patient: 42 })).toEqual(known);
    expect(it.received.map(({ variables }) => variables)).toEqual([
      { token },
      { filter: { metadata: { patient: 42 }, createdAfter: expiresAt }, first: 200, after: null },
      { token, metadata: { patient: 42 } },
    ]);
  });

  test.each([
    ['neither an end nor a problem', { expiresAt: null, problem: null }],
    ['both', { expiresAt, problem: { code: 'TOKEN_DELETED', message: '' } }],
  ])('that is answered with %s grants nothing', async (_name, answer) => {
    const it = await setUp([{ body: { data: { verifyStoreGrants: [{ token, ...answer }] } } }]);
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
  });

  test('is reported when it ends, with its repeats and its code', async () => {
    const reports: CallReport[] = [];
    const it = await setUp([{ status: 503, body: '' }, ok, failed('RATE_LIMITED')], {}, (report) =>
      reports.push(report),
    );
    await verify(it);
    await codeOf(verify(it));
    expect(reports).toEqual([
      {
        operation: 'verifyStoreGrants',
        entries: 1,
        attempts: 2,
        seconds: expect.any(Number),
        code: null,
        aborted: false,
      },
      {
        operation: 'verifyStoreGrants',
        entries: 1,
        attempts: 1,
        seconds: expect.any(Number),
        code: 'RATE_LIMITED',
        aborted: false,
      },
    ]);
  });

  test('ends as it would have when the one who watches fails', async () => {
    const it = await setUp([ok], {}, () => {
      throw new Error('a bug');
    });
    expect(await verify(it)).toHaveLength(1);
    expect(it.warnings).toEqual(['onCall failed.']);
  });

  test('shares its connection with those before it', async () => {
    const it = await setUp([ok]);
    for (let i = 0; i < 20; i++) await verify(it);
    expect(it.received).toHaveLength(20);
    // Node may open a second one before it sees that the first is free.
    expect(it.connections()).toBeLessThanOrEqual(2);
  });
});

describe('the application JWT', () => {
  test('states who calls, verifiably', async () => {
    const it = await setUp([ok]);
    await verify(it);
    const { payload, protectedHeader } = await jwtVerify(
      it.received[0]!.authorization!.replace('Bearer ', ''),
      createLocalJWKSet(await it.signer.publicKeys()),
      { currentDate: new Date(it.clock.now) },
    );
    const iat = it.clock.now / 1000;
    expect(payload).toEqual({ iss: 'demo', sub: 'demo', aud: it.url, iat, exp: iat + 60 });
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'lunasec-application+jwt' });
  });

  test('is used again until shortly before it expires', async () => {
    const it = await setUp([ok]);
    const used = async (seconds: number) => {
      it.clock.now = Date.UTC(2030, 0, 1) + seconds * 1000;
      await verify(it);
      return it.received.at(-1)!.authorization;
    };
    const first = await used(0);
    expect(await used(39)).toBe(first);
    const second = await used(40);
    expect(second).not.toBe(first);
    expect(await used(79)).toBe(second);
    // The clock was set back: a JWT from the future would be refused.
    expect(await used(10)).not.toBe(second);
  });

  test('is signed once for calls at the same time', async () => {
    const it = await setUp([ok]);
    await Promise.all([verify(it), verify(it), verify(it)]);
    expect(new Set(it.received.map(({ authorization }) => authorization)).size).toBe(1);
  });

  test('that was refused is not used again, and the refusal is not the user’s', async () => {
    const it = await setUp([failed('UNAUTHENTICATED'), ok]);
    await expect(verify(it)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('refused this application'),
    });
    it.clock.now += 1000;
    await verify(it);
    expect(it.received[1]!.authorization).not.toBe(it.received[0]!.authorization);
  });
});

describe('a failure that may pass is tried again', () => {
  test.each<[string, Reply]>([
    ['an answer that never came', (response) => response.destroy()],
    ['a gateway without a server behind it', { status: 502, body: '<h1>Bad gateway</h1>' }],
    ['a server that restarts', { status: 503, body: '' }],
    ['a tokenizer whose database is away', failed('UNAVAILABLE')],
    [
      'half an answer',
      (response) => void response.writeHead(200).write('{"data"', () => void response.destroy()),
    ],
  ])('%s', async (_name, reply) => {
    const it = await setUp([reply, reply, ok]);
    expect(await verify(it)).toHaveLength(1);
    expect(it.received).toHaveLength(3);
  });

  test('but not for ever: UNAVAILABLE', async () => {
    const it = await setUp([{ status: 503, body: '' }]);
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(3);
  });

  test('an attempt that takes too long is given up and repeated', async () => {
    const it = await setUp([hang, ok], { attemptTimeout: 50 });
    expect(await verify(it)).toHaveLength(1);
    expect(it.received).toHaveLength(2);
  });

  test('the deadline ends all attempts: UNAVAILABLE', async () => {
    const it = await setUp([hang], { attemptTimeout: 60_000, deadline: 50 });
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(1);
  });

  test('a tokenizer that is not there: UNAVAILABLE', async () => {
    const it = await setUp([ok]);
    await it.close();
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
  });
});

describe('a tokenizer that is overloaded', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });
  /** As the tokenizer refuses what it cannot serve soon; `seconds` in the body, the header, or both. */
  const shedding =
    ({ body, header }: { body?: number; header?: number }): Reply =>
    (response) => {
      const { body: answer } = failed('UNAVAILABLE', body === undefined ? {} : { retryAfter: body }) as {
        body: object;
      };
      response
        .writeHead(503, header === undefined ? {} : { 'retry-after': String(header) })
        .end(JSON.stringify(answer));
    };
  /** Milliseconds between the first two attempts. */
  async function pauseOf(first: Reply, random: number): Promise<number> {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const times: number[] = [];
    const it = await setUp(() => {
      times.push(performance.now());
      return times.length === 1 ? first : ok;
    });
    expect(await verify(it)).toHaveLength(1);
    return times[1]! - times[0]!;
  }

  test('is asked again when it said, and up to half as long after that, not with all the others', async () => {
    // A timer may fire a millisecond early.
    expect(await pauseOf(shedding({ body: 0.3 }), 0)).toBeGreaterThanOrEqual(298);
    expect(await pauseOf(shedding({ body: 0.3 }), 0.99)).toBeGreaterThanOrEqual(445);
    expect(await pauseOf(shedding({ header: 1 }), 0)).toBeGreaterThanOrEqual(998);
  });

  test('is not asked again where the deadline leaves no time for the pause', async () => {
    const it = await setUp([shedding({ body: 60 }), ok]);
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(1);
  });

  test('has two chances more, and then it is UNAVAILABLE', async () => {
    const it = await setUp([shedding({ body: 0.01 })]);
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(3);
  });

  test('answers: it does not open the circuit', async () => {
    const it = await setUp([shedding({ body: 0.01 })], { breakAfter: 2 });
    for (let i = 0; i < 3; i++) expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(9);
    expect(it.warnings).toEqual([]);
  });
});

describe('a caller that gives up', () => {
  test('before the call: nothing is sent', async () => {
    const it = await setUp([ok]);
    const call = it.client.verifyStoreGrants('sid', [{ token }], { signal: AbortSignal.abort() });
    expect(await codeOf(call)).toBe('UNAVAILABLE');
    expect(it.received).toEqual([]);
  });

  test('during the call: the connection is closed and nothing is repeated', async () => {
    const controller = new AbortController();
    const closed: Promise<unknown>[] = [];
    const it = await setUp([
      (response) => {
        closed.push(once(response, 'close'));
        controller.abort();
      },
    ]);
    const call = it.client.verifyStoreGrants('sid', [{ token }], { signal: controller.signal });
    expect(await codeOf(call)).toBe('UNAVAILABLE');
    await Promise.all(closed);
    expect(it.received).toHaveLength(1);
  });

  test('during the pause before a repeat: nothing is repeated', async () => {
    const controller = new AbortController();
    const it = await setUp([{ status: 503, body: '' }], { firstPause: 200 });
    const call = it.client.verifyStoreGrants('sid', [{ token }], { signal: controller.signal });
    while (it.received.length === 0) await pause(5);
    controller.abort();
    expect(await codeOf(call)).toBe('UNAVAILABLE');
    await pause(600);
    expect(it.received).toHaveLength(1);
  });

  test('says nothing about the tokenizer: the circuit stays as it is', async () => {
    let controller = new AbortController();
    const giveUp: Reply = () => controller.abort();
    const it = await setUp([giveUp, giveUp, giveUp, ok], { breakAfter: 2 });
    for (let count = 0; count < 3; count++) {
      controller = new AbortController();
      const call = it.client.verifyStoreGrants('sid', [{ token }], { signal: controller.signal });
      expect(await codeOf(call)).toBe('UNAVAILABLE');
    }
    expect(await verify(it)).toHaveLength(1);
    expect(it.warnings).toEqual([]);
  });

  test('on the call that was to try whether the tokenizer answers again: the circuit stays broken', async () => {
    const controller = new AbortController();
    const it = await setUp([{ status: 503, body: '' }, () => controller.abort(), ok], {
      retries: 0,
      breakAfter: 1,
      breakFor: 50,
    });
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    await pause(60);
    const call = it.client.verifyStoreGrants('sid', [{ token }], { signal: controller.signal });
    expect(await codeOf(call)).toBe('UNAVAILABLE');
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(2);
    await pause(60);
    expect(await verify(it)).toHaveLength(1);
  });

  test('is told apart from a tokenizer that fails', async () => {
    const reports: CallReport[] = [];
    const it = await setUp([ok, failed('BAD_USER_INPUT')], {}, (report) => reports.push(report));
    await verify(it);
    await codeOf(it.client.verifyStoreGrants('sid', [{ token }], { signal: AbortSignal.abort() }));
    expect(reports.map(({ code, aborted }) => [code, aborted])).toEqual([
      [null, false],
      ['UNAVAILABLE', true],
    ]);
  });
});

describe('an answer that says no', () => {
  test.each(['BATCH_TOO_LARGE', 'BAD_USER_INPUT', 'RATE_LIMITED'])(
    '%s is passed on, and not repeated',
    async (code) => {
      const it = await setUp([failed(code)]);
      expect(await codeOf(verify(it))).toBe(code);
      expect(it.received).toHaveLength(1);
    },
  );

  test('RATE_LIMITED says when to try again', async () => {
    const it = await setUp([failed('RATE_LIMITED', { retryAfter: 7 })]);
    const error: unknown = await verify(it).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfter).toBe(7);
  });

  test('by its status alone is understood: 429', async () => {
    const it = await setUp([{ status: 429, body: 'Slow down' }]);
    expect(await codeOf(verify(it))).toBe('RATE_LIMITED');
    expect(it.received).toHaveLength(1);
  });

  test('with a code of a later version is still a no', async () => {
    const problem = { code: 'ON_VACATION', message: 'later' };
    const it = await setUp([
      { body: { data: { verifyStoreGrants: [{ token, expiresAt: null, problem }] } } },
    ]);
    expect(await verify(it)).toEqual([
      { token, expiresAt: null, problem: { code: 'UNAVAILABLE', message: 'later' } },
    ]);
  });
});

describe('an answer that is not what was asked fails closed: UNAVAILABLE', () => {
  const data = (value: unknown): Reply => ({ body: { data: { verifyStoreGrants: value } } });
  test.each<[string, Reply]>([
    ['no JSON', { body: 'granted' }],
    ['nothing', { body: '' }],
    ['null', { body: 'null' }],
    ['no data', { body: {} }],
    [
      'data and an unknown error',
      { body: { data: { verifyStoreGrants: granted([token]) }, errors: [{ message: 'hm' }] } },
    ],
    ['an error without anything', { body: { errors: [{}], data: { verifyStoreGrants: granted([token]) } } }],
    ['a status of its own', { status: 201, body: { data: { verifyStoreGrants: granted([token]) } } }],
    ['a list of nothing', data([])],
    ['one too many', data(granted([token, token]))],
    ['another token', data(granted([token.replace(/1$/, '2')]))],
    ['no problem and no grant', data([{ token, expiresAt: null, problem: null }])],
    ['no problem mentioned', data([{ token, expiresAt }])],
    ['a time that is none', data([{ token, expiresAt: 'soon', problem: null }])],
    ['a problem and a grant', data([{ token, expiresAt, problem: { code: 'TOKEN_DELETED', message: '' } }])],
    ['a number', data(1)],
  ])('%s', async (_name, reply) => {
    const it = await setUp([reply], { retries: 0 });
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
  });

  test('a redirect is not followed: it would carry the JWT elsewhere', async () => {
    const elsewhere = await startStub([ok]);
    closers.push(elsewhere.close);
    const it = await setUp([
      (response) => void response.writeHead(307, { location: `${elsewhere.url}/graphql` }).end(),
    ]);
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(elsewhere.received).toEqual([]);
  });

  test('a count that is none', async () => {
    const it = await setUp([{ body: { data: { endSession: -1 } } }]);
    expect(await codeOf(it.client.endSession('sid'))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(1);
  });
});

describe('the circuit breaker', () => {
  test('stops asking a tokenizer that does not answer, and tries again later', async () => {
    const it = await setUp([{ status: 503, body: '' }, { status: 503, body: '' }, ok], {
      retries: 0,
      breakAfter: 2,
      breakFor: 20,
    });
    expect([await codeOf(verify(it)), await codeOf(verify(it))]).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(it.received).toHaveLength(2);
    expect(await codeOf(verify(it))).toBe('UNAVAILABLE');
    expect(it.received).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await verify(it)).toHaveLength(1);
    expect(it.received).toHaveLength(3);
    expect(it.warnings).toEqual([
      expect.stringContaining('does not answer'),
      expect.stringContaining('answers again'),
    ]);
  });

  test('is not opened by refusals', async () => {
    const it = await setUp([failed('RATE_LIMITED')], { breakAfter: 1 });
    for (let i = 0; i < 3; i++) expect(await codeOf(verify(it))).toBe('RATE_LIMITED');
    expect(it.received).toHaveLength(3);
  });
});
