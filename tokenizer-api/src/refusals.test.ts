import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { randomUUID } from 'node:crypto';
import {
  actAs,
  createSession,
  detokenize,
  otherOrigin,
  shopOrigin,
  startTestTokenizer,
  tokenize,
} from './test-support/tokenizer.js';
import type { Actor, Answer, CallOptions, TestTokenizer } from './test-support/tokenizer.js';
import { sidOf } from './test-support/signer.js';

const codeOf = (answer: Answer<object>) => answer.errors?.[0]?.extensions.code;

describe('who may call', () => {
  let tokenizer: TestTokenizer;
  let ada: Actor;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer();
    ada = actAs(tokenizer, tokenizer.shop, 'ada');
  });
  afterAll(() => tokenizer.close());

  const sid = sidOf('shop', 'ada');
  const frameCalls: [string, object][] = [
    [tokenize, { inputs: [] }],
    [detokenize, { tokens: [] }],
  ];
  const serverCalls = [
    `mutation { verifyStoreGrants(sessionId: "${sid}", tokens: []) { token } }`,
    `mutation { createReadGrants(sessionId: "${sid}", tokens: []) { token } }`,
    `mutation { revokeReadGrants(sessionId: "${sid}", tokens: []) }`,
    `mutation { endSession(sessionId: "${sid}") }`,
    'mutation { deleteTokens(tokens: []) { token } }',
    `mutation { updateTokenMetadata(token: "${createToken()}", metadata: {}) { id } }`,
    `{ token(id: "${createToken()}") { id } }`,
    '{ tokens { edges { cursor } } }',
    `{ grants(sessionId: "${sid}", kind: read) { edges { cursor } } }`,
    '{ auditEvents { edges { cursor } } }',
  ];

  describe('frames', () => {
    test.each(frameCalls)('%s: with an access token', async (query, variables) => {
      expect(codeOf(await ada.frame(query, variables))).toBeUndefined();
    });

    test.each(frameCalls)(
      '%s: not without, with a wrong one, or as an application',
      async (query, variables) => {
        const bearers = [
          undefined,
          'A'.repeat(43),
          'x',
          await tokenizer.shop.applicationJWT(),
          await tokenizer.shop.assertion(),
        ];
        for (const bearer of bearers)
          expect(codeOf(await tokenizer.call(query, variables, { bearer }))).toBe('UNAUTHENTICATED');
      },
    );

    test('an access token ends after 15 minutes', async () => {
      const late = actAs(tokenizer, tokenizer.shop, 'late');
      await late.accessToken();
      tokenizer.clock.offset = 15 * 60_000 - 5000;
      expect(codeOf(await late.frame(detokenize, { tokens: [] }))).toBeUndefined();
      tokenizer.clock.offset = 15 * 60_000 + 1000;
      expect(codeOf(await late.frame(detokenize, { tokens: [] }))).toBe('UNAUTHENTICATED');
      tokenizer.clock.offset = 0;
    });

    test.each([shopOrigin, 'https://evil.example.com', 'null', ''])(
      'not from a page of %j, even with a good access token or assertion',
      async (origin) => {
        const options: CallOptions = { bearer: await ada.accessToken(), headers: { origin } };
        for (const [query, variables] of frameCalls)
          expect(codeOf(await tokenizer.call(query, variables, options))).toBe('UNAUTHENTICATED');
        const assertion = await tokenizer.shop.assertion();
        expect(codeOf(await tokenizer.call(createSession, { assertion }, { headers: { origin } }))).toBe(
          'UNAUTHENTICATED',
        );
        // It was not used up.
        const own = { headers: { origin: tokenizer.url } };
        expect(codeOf(await tokenizer.call(createSession, { assertion }, own))).toBeUndefined();
      },
    );
  });

  describe('applications', () => {
    test.each(serverCalls)('%s: with their own JWT', async (query) => {
      expect(['TOKEN_NOT_FOUND', undefined]).toContain(codeOf(await ada.server(query)));
    });

    test.each(serverCalls)('%s: not without, with a wrong one, or as a frame', async (query) => {
      const bearers = [
        undefined,
        'x',
        await tokenizer.shop.assertion(),
        await tokenizer.shop.applicationJWT({ key: tokenizer.other.privateKey }),
        await tokenizer.shop.applicationJWT({ claims: { aud: 'https://elsewhere.example.com' } }),
        await ada.accessToken(),
      ];
      for (const bearer of bearers)
        expect(codeOf(await tokenizer.call(query, {}, { bearer }))).toBe('UNAUTHENTICATED');
    });

    test('a JWT ends with its minute and the clock skew, also one that was used before', async () => {
      const bearer = await tokenizer.shop.applicationJWT();
      const call = () => tokenizer.call('{ tokens { edges { cursor } } }', {}, { bearer });
      expect(codeOf(await call())).toBeUndefined();
      tokenizer.clock.offset = 91_000;
      expect(codeOf(await call())).toBe('UNAUTHENTICATED');
      tokenizer.clock.offset = 0;
    });
  });

  describe('createSession', () => {
    const create = (assertion: string) => tokenizer.call<object>(createSession, { assertion });

    test('takes an assertion once', async () => {
      const assertion = await tokenizer.shop.assertion();
      expect(codeOf(await create(assertion))).toBeUndefined();
      expect(codeOf(await create(assertion))).toBe('ASSERTION_REPLAYED');
    });

    test('takes it once of many at the same time', async () => {
      const assertion = await tokenizer.shop.assertion();
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(assertion)));
      expect(answers.filter(({ data }) => data)).toHaveLength(1);
      expect(new Set(answers.map(codeOf))).toEqual(new Set([undefined, 'ASSERTION_REPLAYED']));
    });

    test('remembers it after logout and sweeps, as long as it would be valid', async () => {
      const assertion = await tokenizer.shop.assertion({ claims: { sub: sidOf('shop', 'leaving') } });
      await create(assertion);
      await actAs(tokenizer, tokenizer.shop, 'leaving').end();
      tokenizer.clock.offset = 85_000;
      await tokenizer.running.sweep();
      expect(codeOf(await create(assertion))).toBe('ASSERTION_REPLAYED');
      tokenizer.clock.offset = 91_000;
      expect(codeOf(await create(assertion))).toBe('UNAUTHENTICATED');
      tokenizer.clock.offset = 0;
    });

    test('the same id of two applications is two assertions', async () => {
      const jti = randomUUID();
      expect(codeOf(await create(await tokenizer.shop.assertion({ claims: { jti } })))).toBeUndefined();
      expect(codeOf(await create(await tokenizer.other.assertion({ claims: { jti } })))).toBeUndefined();
    });

    test('refuses what was tampered with, or states something else', async () => {
      const good = await tokenizer.shop.assertion();
      const [header, , signature] = good.split('.') as [string, string, string];
      const [, payload] = (
        await tokenizer.shop.assertion({ claims: { sub: sidOf('shop', 'victim') } })
      ).split('.');
      for (const assertion of [
        `${header}.${payload}.${signature}`,
        '',
        'x'.repeat(20_000),
        await tokenizer.shop.applicationJWT(),
        await tokenizer.shop.assertion({ claims: { origin: otherOrigin } }),
        await tokenizer.shop.assertion({ key: tokenizer.other.privateKey }),
      ])
        expect(codeOf(await create(assertion))).toBe('UNAUTHENTICATED');
    });
  });
});

describe('limits', () => {
  let tokenizer: TestTokenizer;

  beforeAll(async () => {
    tokenizer = await startTestTokenizer({
      config: {
        limits: { maxBatch: 3, maxSize: 1000, maxReadGrant: '10m' },
        rates: { session: 5, sessionTokens: 7, application: 20, applicationTokens: 30, createSession: 8 },
      },
    });
  });
  afterAll(() => tokenizer.close());

  test('a batch: at most what is configured', async () => {
    const ada = actAs(tokenizer, tokenizer.other, 'ada');
    const four = Array.from({ length: 4 }, createToken);
    const answers = [
      await ada.frame(detokenize, { tokens: four }),
      await ada.frame(tokenize, {
        inputs: four.map((token) => ({ token, dataKey: 'x', size: 1, checksum: 'x' })),
      }),
      await ada.server(`mutation ($t: [ID!]!) { deleteTokens(tokens: $t) { token } }`, { t: four }),
      await ada.server(
        `mutation ($t: [ID!]!) { revokeReadGrants(sessionId: "${ada.sessionId}", tokens: $t) }`,
        {
          t: four,
        },
      ),
      await ada.server(
        `mutation ($t: [TokenRef!]!) { verifyStoreGrants(sessionId: "${ada.sessionId}", tokens: $t) { token } }`,
        { t: four.map((token) => ({ token })) },
      ),
      await ada.server(
        `mutation ($t: [ReadGrantInput!]!) { createReadGrants(sessionId: "${ada.sessionId}", tokens: $t) { token } }`,
        { t: four.map((token) => ({ token })) },
      ),
    ];
    expect(answers.map(codeOf)).toEqual(Array(6).fill('BATCH_TOO_LARGE'));
    expect(codeOf(await ada.frame(detokenize, { tokens: four.slice(1) }))).toBeUndefined();
  });

  test('calls of a session: RATE_LIMITED, with when to try again; others go on', async () => {
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    for (let call = 0; call < 5; call++)
      expect(codeOf(await ada.frame(detokenize, { tokens: [] }))).toBeUndefined();
    const limited = await ada.frame(detokenize, { tokens: [] });
    expect(codeOf(limited)).toBe('RATE_LIMITED');
    expect(limited.errors![0]!.extensions.retryAfter).toBeGreaterThan(0);
    expect(limited.errors![0]!.extensions.retryAfter).toBeLessThanOrEqual(60);
    const grace = actAs(tokenizer, tokenizer.shop, 'grace');
    expect(codeOf(await grace.frame(detokenize, { tokens: [] }))).toBeUndefined();
    // A new access token is still the same session.
    await ada.renew();
    expect(codeOf(await ada.frame(detokenize, { tokens: [] }))).toBe('RATE_LIMITED');
  });

  test('tokens in the calls of a session: RATE_LIMITED, though the calls are few', async () => {
    const ada = actAs(tokenizer, tokenizer.shop, 'batching');
    const three = Array.from({ length: 3 }, createToken);
    const codes = [];
    for (const tokens of [three, three, three]) codes.push(codeOf(await ada.frame(detokenize, { tokens })));
    expect(codes).toEqual([undefined, undefined, 'RATE_LIMITED']);
  });

  test('tokens in the calls of an application: RATE_LIMITED; what is too large counts as no token', async () => {
    const ada = actAs(tokenizer, tokenizer.other, 'batching');
    const call = async (length: number) =>
      codeOf(
        await ada.server('mutation ($t: [ID!]!) { deleteTokens(tokens: $t) { token } }', {
          t: Array.from({ length }, createToken),
        }),
      );
    expect(await call(30)).toBe('BATCH_TOO_LARGE');
    const codes = [];
    for (let index = 0; index < 11; index++) codes.push(await call(3));
    expect(codes).toEqual([...Array<undefined>(10).fill(undefined), 'RATE_LIMITED']);
  });

  test('the header Retry-After says the same as the answer', async () => {
    const ada = actAs(tokenizer, tokenizer.shop, 'waiting');
    const authorization = `Bearer ${await ada.accessToken()}`;
    const send = () => tokenizer.post({ query: detokenize, variables: { tokens: [] } }, { authorization });
    for (let call = 0; call < 5; call++) expect((await send()).headers.get('retry-after')).toBeNull();
    const limited = await send();
    const { errors } = (await limited.json()) as Answer;
    expect(errors![0]!.extensions.retryAfter).toBeGreaterThan(0);
    expect(limited.headers.get('retry-after')).toBe(String(errors![0]!.extensions.retryAfter));
  });

  test('metrics count what was refused, by code, and each rate', async () => {
    const text = await tokenizer.metrics();
    for (const line of [
      /^lunasec_refusals_total\{operation="detokenize",code="RATE_LIMITED"\} [1-9]/m,
      /^lunasec_refusals_total\{operation="deleteTokens",code="BATCH_TOO_LARGE"\} [1-9]/m,
      /^lunasec_refusals_total\{operation="detokenize",code="READ_GRANT_MISSING"\} [1-9]/m,
      /^lunasec_rate_limited_total\{rate="session"\} [1-9]/m,
      /^lunasec_rate_limited_total\{rate="sessionTokens"\} [1-9]/m,
    ])
      expect(text).toMatch(line);
  });

  test('root fields are counted each, so aliases gain nothing', async () => {
    const eve = actAs(tokenizer, tokenizer.shop, 'eve');
    const fields = Array.from({ length: 6 }, (_, index) => `a${index}: detokenize(tokens: []) { token }`);
    const answer = await eve.frame(`mutation { ${fields.join(' ')} }`, {});
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['RATE_LIMITED']);
  });

  test('calls of an application: RATE_LIMITED; the other one goes on', async () => {
    const ada = actAs(tokenizer, tokenizer.shop, 'ada');
    const codes: (string | undefined)[] = [];
    for (let call = 0; call < 21; call++)
      codes.push(codeOf(await ada.server('{ tokens { edges { cursor } } }')));
    expect(codes).toEqual([...Array<undefined>(20).fill(undefined), 'RATE_LIMITED']);
    const other = actAs(tokenizer, tokenizer.other, 'ada');
    expect(codeOf(await other.server('{ tokens { edges { cursor } } }'))).toBeUndefined();
  });

  test('sessions from one address: RATE_LIMITED, good assertions or not', async () => {
    const codes = new Set<string | undefined>();
    for (let call = 0; call < 9; call++)
      codes.add(codeOf(await tokenizer.call(createSession, { assertion: 'x' })));
    expect(codes).toContain('RATE_LIMITED');
    const assertion = await tokenizer.shop.assertion();
    // An address that the client claims is not believed.
    const headers = { 'x-forwarded-for': '203.0.113.7' };
    expect(codeOf(await tokenizer.call(createSession, { assertion }, { headers }))).toBe('RATE_LIMITED');
  });
});

describe('limits that replicas share', () => {
  /** What both tokenizers count with; each has a database of its own otherwise. */
  function shareCounter() {
    const totals = new Map<string, number>();
    const shared = {
      isAway: false,
      async add(key: string, points: number) {
        if (shared.isAway) throw new Error('connect ECONNREFUSED');
        totals.set(key, (totals.get(key) ?? 0) + points);
        return { total: totals.get(key)!, left: 30_000 };
      },
      close: async () => undefined,
    };
    const config = { rates: { session: 5 } };
    const start = () =>
      startTestTokenizer({ config, wrapStores: (stores) => ({ ...stores, rateCounter: shared }) });
    return { shared, start };
  }
  const tryTimes = async (actor: Actor, times: number) => {
    const codes = [];
    for (let call = 0; call < times; call++)
      codes.push(codeOf(await actor.frame(detokenize, { tokens: [] })));
    return codes.filter((code) => code === undefined).length;
  };

  test('a session that was limited by one is limited by the other', async () => {
    const { start } = shareCounter();
    const [one, two] = [await start(), await start()];
    expect(await tryTimes(actAs(one, one.shop, 'ada'), 5)).toBe(5);
    expect(await tryTimes(actAs(two, two.shop, 'ada'), 5)).toBe(0);
    expect(await tryTimes(actAs(two, two.shop, 'grace'), 5)).toBe(5);
    await Promise.all([one.close(), two.close()]);
  });

  test('when the count is away, calls go on, each replica limits them, and metrics tell', async () => {
    const { shared, start } = shareCounter();
    shared.isAway = true;
    const [one, two] = [await start(), await start()];
    expect(await tryTimes(actAs(one, one.shop, 'ada'), 8)).toBe(5);
    expect(await tryTimes(actAs(two, two.shop, 'ada'), 8)).toBe(5);
    expect(await one.metrics()).toMatch(/^lunasec_rate_counter_failures_total\{rate="session"\} 5$/m);
    await Promise.all([one.close(), two.close()]);
  });
});
