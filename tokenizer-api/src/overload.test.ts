import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { countCalls, holdCall } from './test-support/spies.js';
import { actAs, detokenize, startTestTokenizer, unhurried } from './test-support/tokenizer.js';
import type { Actor, Answer, TestTokenizer } from './test-support/tokenizer.js';
import type { Stores } from './stores.js';

let tokenizer: TestTokenizer;
let ada: Actor;
let log: string[];

afterEach(() => tokenizer.close());

async function start(overload: { maxCalls?: number; maxDelay?: number }, parts: object = {}) {
  log = [];
  tokenizer = await startTestTokenizer({
    config: { overload: { ...unhurried, ...overload } },
    logTo: { write: (line) => void log.push(line) },
    ...parts,
  });
  ada = actAs(tokenizer, tokenizer.shop, 'ada');
  await ada.accessToken();
}

/** Resolves when it is so. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await setTimeout(5);
}

/** One call of a frame as HTTP sees it. */
const call = async (signal?: AbortSignal) =>
  fetch(`${tokenizer.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await ada.accessToken()}` },
    body,
    ...(signal ? { signal } : {}),
  });
const body = JSON.stringify({ query: detokenize, variables: { tokens: [] } });
const statusOf = async (path: string) => (await fetch(`${tokenizer.url}${path}`)).status;

/** Begins a call whose last byte has not been sent; `finish` sends it and gives the status. */
async function beginCall(): Promise<{ finish: () => Promise<number> }> {
  const outgoing: ClientRequest = request(`${tokenizer.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      authorization: `Bearer ${await ada.accessToken()}`,
    },
  });
  const status = new Promise<number>((resolve, reject) => {
    outgoing.on('error', reject).on('response', (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
  });
  await new Promise((resolve) => outgoing.write(body.slice(0, -1), resolve));
  return {
    finish: () => {
      outgoing.end(body.slice(-1));
      return status;
    },
  };
}

const shed = async (reason: string) =>
  Number(
    new RegExp(`^lunasec_requests_shed_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(
      await tokenizer.metrics(),
    )?.[1] ?? 0,
  );

describe('a tokenizer with as many calls as it may work on', () => {
  async function fill(places: number) {
    const spies = countCalls();
    const held = holdCall('findSession');
    await start({ maxCalls: places }, { wrapStores: (it: Stores) => spies.wrapStores(held.wrapStores(it)) });
    const working = Array.from({ length: places }, () => call());
    await until(() => held.held() === places);
    spies.calls.take();
    return { ...held, working, calls: spies.calls };
  }

  test('refuses more at once with 503, Retry-After and UNAVAILABLE, before any work', async () => {
    const { working, calls, letGo } = await fill(3);
    const refused = await Promise.all(Array.from({ length: 20 }, () => call()));
    for (const response of refused) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect((await response.json()) as Answer).toEqual({
        errors: [{ message: expect.any(String), extensions: { code: 'UNAVAILABLE', retryAfter: 1 } }],
      });
    }
    expect(calls.take()).toEqual([]);
    expect(await shed('calls')).toBe(20);
    letGo();
    await Promise.all(working);
  });

  test('finishes what it works on, and is open again as soon as there is a place', async () => {
    const { working, letGo } = await fill(3);
    expect((await call()).status).toBe(503);
    letGo();
    expect((await Promise.all(working)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await call()).status).toBe(200);
  });

  test('goes on answering for its health, its readiness, which tells of it, and the pages of frames', async () => {
    const { working, letGo } = await fill(1);
    expect(await (await fetch(`${tokenizer.url}/readyz`)).json()).toMatchObject({ status: 'ok' });
    await call();
    expect(await statusOf('/healthz')).toBe(200);
    expect(await statusOf('/frame/element?application=shop')).toBe(200);
    const readiness = await fetch(`${tokenizer.url}/readyz`);
    expect([readiness.status, await readiness.json()]).toEqual([
      200,
      { status: 'overloaded', tokenStore: 'ok', objectStore: 'ok', keys: 'ok' },
    ]);
    letGo();
    await Promise.all(working);
  });

  test('logs that it began, and not every refusal, before the body or after it', async () => {
    const held = holdCall('findSession');
    await start({ maxCalls: 1 }, { wrapStores: held.wrapStores });
    const slow = await Promise.all(Array.from({ length: 10 }, beginCall));
    await until(async () => /^lunasec_requests_in_flight 10$/m.test(await tokenizer.metrics()));
    const working = call();
    await held.reached;
    for (let i = 0; i < 10; i++) expect((await call()).status).toBe(503);
    for (const { finish } of slow) expect(await finish()).toBe(503);
    held.letGo();
    await working;
    const loud = log.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);
    expect(loud).toEqual([expect.stringContaining('overloaded')]);
  });

  test('gives no place to who sends slowly: only calls that have arrived have one', async () => {
    await start({ maxCalls: 2 });
    const slow = await Promise.all(Array.from({ length: 20 }, beginCall));
    await until(async () => /^lunasec_requests_in_flight 20$/m.test(await tokenizer.metrics()));
    expect((await call()).status).toBe(200);
    for (const { finish } of slow) expect(await finish()).toBe(200);
  });

  test('refuses a call that arrived before the last place was taken and was read after that', async () => {
    const held = holdCall('findSession');
    await start({ maxCalls: 1 }, { wrapStores: held.wrapStores });
    const slow = await beginCall();
    await until(async () => /^lunasec_requests_in_flight 1$/m.test(await tokenizer.metrics()));
    const working = call();
    await held.reached;
    expect(await slow.finish()).toBe(503);
    held.letGo();
    expect((await working).status).toBe(200);
  });

  test('keeps the place of a client that hung up until the work for it has ended', async () => {
    const held = holdCall('findSession');
    await start({ maxCalls: 1 }, { wrapStores: held.wrapStores });
    const client = new AbortController();
    const abandoned = call(client.signal).catch(() => 'hung up');
    await held.reached;
    client.abort();
    expect(await abandoned).toBe('hung up');
    await until(async () => /^lunasec_requests_in_flight 0$/m.test(await tokenizer.metrics()));
    expect((await call()).status).toBe(503);
    held.letGo();
    await until(async () => (await call()).status === 200);
  });
});

describe('a tokenizer that is late', () => {
  let delay: number;
  const watchLoad = () => ({ delay: () => delay, stop: () => undefined });

  test('refuses calls, uploads and downloads while it is, and no longer', async () => {
    delay = 0;
    await start({ maxDelay: 100 }, { watchLoad });
    expect((await call()).status).toBe(200);
    delay = 101;
    expect((await call()).status).toBe(503);
    expect(await statusOf('/objects/shop/x')).toBe(503);
    expect(await statusOf('/healthz')).toBe(200);
    expect(await statusOf('/readyz')).toBe(200);
    delay = 100;
    expect((await call()).status).toBe(200);
    expect(await statusOf('/objects/shop/x')).toBe(403);
    expect(await shed('delay')).toBe(2);
  });

  test('since its database is, refuses calls while it works on many, and no longer', async () => {
    const ping = holdCall('ping');
    const session = holdCall('findSession');
    await start(
      { maxCalls: 20, maxDelay: 6000 },
      { wrapStores: (it: Stores) => ping.wrapStores(session.wrapStores(it)) },
    );
    const working = [call(), call(), call()];
    await until(() => session.held() === 3);
    // The first that comes to a crowd has the database asked.
    working.push(call());
    await until(() => ping.held() === 1);
    // A call waits for the database four times.
    await setTimeout(1700);
    expect([(await call()).status, await shed('delay')]).toEqual([503, 1]);
    session.letGo();
    expect((await Promise.all(working)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    // The database still does not answer the question, and those that call are few.
    expect((await call()).status).toBe(200);
    ping.letGo();
  });

  test('serves the pages of frames four times as long', async () => {
    delay = 400;
    await start({ maxDelay: 1000 }, { watchLoad });
    delay = 4000;
    expect(await statusOf('/frame/element?application=shop')).toBe(200);
    delay = 4001;
    expect(await statusOf('/frame/element?application=shop')).toBe(503);
    expect(await statusOf('/healthz')).toBe(200);
  });

  test('does not wait for the rest of a large body', async () => {
    delay = 0;
    await start({ maxDelay: 100 }, { watchLoad });
    delay = 101;
    const outgoing = request(`${tokenizer.url}/objects/x`, {
      method: 'PUT',
      headers: { 'content-length': 64 * 1024 * 1024 },
    });
    const [status, connection] = await new Promise<[number, string | undefined]>((resolve, reject) => {
      outgoing.on('error', reject).on('response', (response) => {
        response.resume();
        resolve([response.statusCode!, response.headers.connection]);
      });
      outgoing.write('x');
    });
    outgoing.destroy();
    expect([status, connection]).toEqual([503, 'close']);
  });
});

describe('a tokenizer that is asked for more than it can do', () => {
  /** A store whose every session takes this long, in milliseconds, and nothing else can go on meanwhile. */
  const slow = (milliseconds: number) => (stores: Stores) => ({
    ...stores,
    tokens: {
      ...stores.tokens,
      findSession: (...args: Parameters<Stores['tokens']['findSession']>) => {
        const end = performance.now() + milliseconds;
        while (performance.now() < end);
        return stores.tokens.findSession(...args);
      },
    },
  });
  const statuses = async () =>
    (await Promise.all(Array.from({ length: 20 }, () => call()))).map(({ status }) => status);

  test('does what it can, refuses the rest, and serves everybody when it is over', async () => {
    await start({ maxDelay: 2000 }, { wrapStores: slow(600) });
    const answers = await statuses();
    const served = answers.filter((status) => status === 200).length;
    expect(served).toBeGreaterThan(0);
    expect(answers.filter((status) => status === 503)).toHaveLength(20 - served);
    expect(served).toBeLessThan(20);
    expect((await call()).status).toBe(200);
  });

  test('lets them wait, where waiting is allowed', async () => {
    await start({ maxDelay: 60_000 }, { wrapStores: slow(10) });
    expect(await statuses()).toEqual(Array(20).fill(200));
  });
});
