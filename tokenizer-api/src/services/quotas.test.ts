import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenStore, Usage } from '../stores/token-store/port.js';
import { openSqliteTokenStore } from '../stores/token-store/sqlite.js';
import { newToken } from '../test-support/token-store/fixtures.js';
import { parseConfig } from '../config/settings.js';
import { createQuotas } from './quotas.js';

describe('quotas', () => {
  let directory: string;
  let store: TokenStore;
  let at: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lunasec-quotas-'));
    store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
    at = Date.UTC(2100, 0, 1);
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  function replica(limits: { maxTokens?: number; maxBytes?: number }) {
    const settings = parseConfig({
      applications: [
        {
          id: 'app-1',
          jwksURL: 'https://app.example.com/jwks',
          origins: ['https://app.example.com'],
          limits,
        },
      ],
    });
    const application = settings.applications[0]!;
    const calls: Usage[] = [];
    const spy = { isAway: false };
    const seen = { usage: undefined as Usage | undefined, failures: 0 };
    const quotas = createQuotas({
      store: {
        async addUsage(id, change) {
          if (spy.isAway) throw new Error('connect ECONNREFUSED');
          calls.push(change);
          return store.addUsage(id, change);
        },
        countUsage: (id, now) => store.countUsage(id, now),
      },
      applications: settings.applications,
      now: () => new Date(at),
      onUsage: (_id, usage) => void (seen.usage = usage),
      onFailure: () => void seen.failures++,
    });
    const reserve = (...sizes: number[]) => quotas.reserve(application, sizes);
    const release = (...sizes: number[]) => quotas.release(application, sizes);
    return { ...quotas, reserve, release, calls, seen, spy };
  }
  const recorded = () => store.addUsage('app-1', { tokens: 0, bytes: 0 });

  test('without one, everything fits and nothing is asked or written', async () => {
    const { reserve, share, count, calls } = replica({});
    expect(await reserve(1, 2 ** 31, 3)).toEqual([true, true, true]);
    await share();
    await count();
    expect(calls).toEqual([]);
  });

  test('let in so many tokens, in order', async () => {
    const { reserve } = replica({ maxTokens: 4 });
    expect(await reserve(1, 1, 1)).toEqual([true, true, true]);
    expect(await reserve(1, 1, 1)).toEqual([true, false, false]);
    expect(await reserve(1)).toEqual([false]);
  });

  test('let in so many bytes; a smaller value may still fit', async () => {
    const { reserve } = replica({ maxBytes: 100 });
    expect(await reserve(60, 50, 40, 1)).toEqual([true, false, true, false]);
  });

  test('room that was not used, or was freed, can be used again', async () => {
    const { reserve, release, settle } = replica({ maxTokens: 2, maxBytes: 100 });
    await reserve(50, 50);
    release(50);
    expect(await reserve(50, 1)).toEqual([true, false]);
    settle([
      { token: 't', applicationId: 'app-1', status: 'deleted', size: 50 },
      { token: 'u', applicationId: 'another', status: 'expired', size: 50 },
    ]);
    expect(await reserve(50, 1)).toEqual([true, false]);
  });

  test('calls at the same time do not get the same room', async () => {
    const { reserve } = replica({ maxTokens: 10 });
    const rooms = await Promise.all(Array.from({ length: 30 }, () => reserve(1)));
    expect(rooms.flat().filter(Boolean)).toHaveLength(10);
  });

  test('far from it, one round trip in five seconds, which nobody waits for', async () => {
    const { reserve, calls } = replica({ maxTokens: 1000 });
    await reserve(1);
    expect(calls).toHaveLength(1);
    for (let call = 0; call < 50; call++) await reserve(1);
    expect(calls).toHaveLength(1);
    at += 5000;
    await reserve(1);
    await reserve(1);
    expect(calls).toEqual([
      { tokens: 0, bytes: 0 },
      { tokens: 52, bytes: 52 },
    ]);
  });

  test('near it, replicas know of each other at once', async () => {
    const [one, two] = [replica({ maxTokens: 100 }), replica({ maxTokens: 100 })];
    await Promise.all([one.reserve(1), two.reserve(1)]);
    let passed = 2;
    for (let call = 0; call < 200; call++)
      for (const { reserve } of [one, two]) {
        if ((await reserve(1))[0]) passed++;
        at += 1000;
      }
    // What one of them has reserved and not yet told is one value.
    expect(passed).toBeGreaterThanOrEqual(100);
    expect(passed).toBeLessThanOrEqual(102);
  });

  test('what a replica stored and removed is told by the sweeper’s turn', async () => {
    const one = replica({ maxTokens: 100 });
    await one.reserve(7, 8);
    one.settle([{ token: 't', applicationId: 'app-1', status: 'expired', size: 7 }]);
    await one.share();
    expect(await recorded()).toMatchObject({ tokens: 1, bytes: 8 });
    expect(one.seen.usage).toMatchObject({ tokens: 1, bytes: 8 });
    await one.share();
    expect(one.calls).toHaveLength(2);
  });

  test('when the database is away: not known, nothing is let in; known, nothing is lost', async () => {
    const one = replica({ maxTokens: 100 });
    one.spy.isAway = true;
    await expect(one.reserve(1)).rejects.toThrow('ECONNREFUSED');
    one.spy.isAway = false;
    await one.reserve(1, 1);
    one.spy.isAway = true;
    at += 6000;
    expect(await one.reserve(1)).toEqual([true]);
    await expect(one.share()).rejects.toThrow();
    expect(one.seen.failures).toBe(1);
    one.spy.isAway = false;
    await one.share();
    expect(await recorded()).toMatchObject({ tokens: 3, bytes: 3 });
  });

  test('the count puts right what the record did not know, once a day', async () => {
    await store.insertTokens(Array.from({ length: 3 }, () => newToken({ applicationId: 'app-1', size: 10 })));
    const one = replica({ maxTokens: 4 });
    await one.count();
    expect(await recorded()).toMatchObject({ tokens: 3, bytes: 30, countedAt: new Date(at) });
    expect(await one.reserve(1, 1)).toEqual([true, false]);
    at += 86_399_000;
    await one.count();
    expect(await recorded()).toMatchObject({ tokens: 4 });
    at += 1000;
    await one.count();
    expect(await recorded()).toMatchObject({ tokens: 3, bytes: 30 });
  });
});
