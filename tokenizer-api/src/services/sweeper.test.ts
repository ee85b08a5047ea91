import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createToken } from '@lunasec/secure-frame/protocol';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createDiskObjectStore } from '../stores/object-store/disk.js';
import { createObjectFiles } from '../stores/object-store/disk/files.js';
import type { ObjectStore } from '../stores/object-store/port.js';
import type { TokenStore } from '../stores/token-store/port.js';
import { openSqliteTokenStore } from '../stores/token-store/sqlite.js';
import { accept, alice, newSession, newToken, readGrant } from '../test-support/token-store/fixtures.js';
import { createSweeper } from './sweeper.js';
import type { Swept, Sweeper } from './sweeper.js';

const minute = 60_000;
const day = 86_400_000;
const app = 'app-1';

describe('the sweeper', () => {
  let directory: string;
  let store: TokenStore;
  let objects: ObjectStore;
  let files: ReturnType<typeof createObjectFiles>;
  let start: number;
  let offset: number;
  let sweepers: Sweeper[];
  let audited: [action: string, applicationId: string, token: string | null][];
  const now = () => new Date(start + offset);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lunasec-sweeper-'));
    store = await openSqliteTokenStore(join(directory, 'tokens.sqlite'));
    const url = { publicURL: 'http://localhost', signingKey: randomBytes(32) };
    objects = createDiskObjectStore({ directory: join(directory, 'objects'), now, ...url }).store;
    files = createObjectFiles(join(directory, 'objects'));
    [start, offset, sweepers, audited] = [Date.now(), 0, [], []];
  });
  afterEach(async () => {
    await Promise.all(sweepers.map((sweeper) => sweeper.stop()));
    await store.close();
    await rm(directory, { recursive: true });
  });

  /** One replica, with what it told its meter. */
  function replica(
    changes: Partial<
      Pick<Parameters<typeof createSweeper>[0], 'removeOrphansAfter' | 'store' | 'objects'>
    > = {},
    applicationIds = [app],
  ) {
    const meter = { held: [] as boolean[], orphans: 0, swept: [] as Swept[], failures: 0 };
    const sweeper = createSweeper({
      store,
      objects,
      applicationIds,
      removeOrphansAfter: undefined,
      quotas: { settle: () => undefined, share: async () => undefined, count: async () => undefined },
      audit: {
        record: async (action, { applicationId }, entries) => {
          for (const { token } of entries) audited.push([action, applicationId, token]);
        },
      },
      now,
      // Its own schedule does not come to it: the tests say when.
      interval: 3600,
      meter: {
        swept: (swept) => void meter.swept.push(swept),
        failed: () => void meter.failures++,
        leaseHeld: (isHeld) => void meter.held.push(isHeld),
        orphansFound: (count) => void (meter.orphans = count),
      },
      report: () => undefined,
      ...changes,
    });
    sweepers.push(sweeper);
    return { ...sweeper, meter };
  }

  async function upload(token = createToken(), application = app): Promise<string> {
    const body = randomBytes(10);
    const checksum = createHash('sha256').update(body).digest('base64');
    const expected = { size: body.length, checksum, isTooLate: () => false };
    expect(await files.create(`${application}/${token}`, Readable.from([body]), expected)).toBeNull();
    return token;
  }
  const isThere = async (token: string, application = app) =>
    (await objects.head(`${application}/${token}`)) !== null;
  const stored = (changes: Parameters<typeof newToken>[0] = {}) =>
    newToken({ createdAt: now(), storeGrantExpiresAt: new Date(start + 15 * minute), ...changes });

  test('tells what it removed', async () => {
    const [expired, deleted] = [stored(), stored()];
    await store.insertTokens([expired, deleted]);
    for (const { token } of [expired, deleted]) await upload(token);
    await store.deleteTokens(app, [deleted.token], now());
    const expiresAt = new Date(start + minute);
    await store.putReadGrants([readGrant('t', { expiresAt }), readGrant('u', { expiresAt })]);
    await store.insertSession(newSession({ expiresAt }));
    offset = 2 * 3600_000;
    const { sweep, meter } = replica();
    const swept = { outcome: 'done', objects: 2, tokens: 1, readGrants: 2, sessions: 1, orphans: 0 };
    expect(await sweep()).toEqual(swept);
    expect(await sweep()).toEqual({ ...swept, objects: 0, tokens: 0, readGrants: 0, sessions: 0 });
    expect(meter.swept).toHaveLength(2);
    expect(audited).toEqual([['sweepTokens', app, expired.token]]);
  });

  test('waits with tokens of an ended session until no upload can come any more', async () => {
    const token = await upload();
    await store.insertTokens([
      newToken({
        token,
        applicationId: app,
        createdAt: now(),
        storeGrantExpiresAt: new Date(start + 15 * minute),
      }),
    ]);
    offset = minute;
    await store.endSession(app, alice, now());
    const { sweep } = replica();
    await sweep();
    expect(await isThere(token)).toBe(false);

    // The session had a signed URL left.
    await upload(token);
    offset = 3 * minute - 1;
    await sweep();
    expect((await store.findTokens(app, [token])).map(({ status }) => status)).toEqual(['expired']);
    await upload(token);
    offset = 3 * minute;
    expect((await sweep()).tokens).toBe(1);
    expect(await isThere(token)).toBe(false);
    expect(await store.findTokens(app, [token])).toEqual([]);
  });

  describe('of many replicas', () => {
    test('one sweeps, and keeps at it; the others do nothing', async () => {
      const [one, two] = [replica(), replica()];
      const token = stored();
      await store.insertTokens([token]);
      expect((await one.sweep()).outcome).toBe('done');
      offset = 20 * minute;
      expect(await two.sweep()).toMatchObject({ outcome: 'skipped', tokens: 0 });
      expect(await store.findTokens(app, [token.token])).toHaveLength(1);
      expect(await one.sweep()).toMatchObject({ outcome: 'done', tokens: 1 });
      expect([one.meter.held.at(-1), two.meter.held.at(-1)]).toEqual([true, false]);
    });

    test('that begin at once, one sweeps', async () => {
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => replica().sweep()));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['done', ...Array(4).fill('skipped')]);
    });

    test('another takes over when the one stops, at once', async () => {
      const [one, two] = [replica(), replica()];
      await one.sweep();
      await one.stop();
      expect(one.meter.held.at(-1)).toBe(false);
      expect((await two.sweep()).outcome).toBe('done');
    });

    test('another takes over when the one was killed, once its lease ran out', async () => {
      const [one, two] = [replica(), replica()];
      await one.sweep();
      offset = 61 * minute - 1;
      expect((await two.sweep()).outcome).toBe('skipped');
      offset = 61 * minute;
      expect((await two.sweep()).outcome).toBe('done');
      expect((await one.sweep()).outcome).toBe('skipped');
    });

    test('one that lost its lease in the middle stops there, and nothing is lost', async () => {
      const tokens = Array.from({ length: 501 }, () => stored());
      await store.insertTokens(tokens);
      offset = 30 * minute;
      const two = replica();
      const one = replica({
        objects: {
          ...objects,
          async delete(keys) {
            await objects.delete(keys);
            // So slow that the other one comes.
            offset += 61 * minute;
            await two.sweep();
          },
        },
      });
      expect(await one.sweep()).toMatchObject({ outcome: 'lost', tokens: 500 });
      expect(one.meter.held.at(-1)).toBe(false);
      expect(two.meter.swept).toMatchObject([{ outcome: 'done', tokens: 501 }]);
      expect((await store.listTokens(app, {}, { first: 10, after: null })).items).toEqual([]);
    });
  });

  test('a crash between an object and its record loses nothing: the next sweep goes on', async () => {
    const token = stored();
    await store.insertTokens([token]);
    await upload(token.token);
    offset = 30 * minute;
    const crashing = replica({
      store: { ...store, settleGarbage: () => Promise.reject(new Error('killed')) },
    });
    await expect(crashing.sweep()).rejects.toThrow('killed');
    expect(crashing.meter.failures).toBe(1);
    offset += 61 * minute;
    expect(await replica().sweep()).toMatchObject({ outcome: 'done', objects: 1, tokens: 1 });
    expect(await isThere(token.token)).toBe(false);
  });

  describe('an object without a token', () => {
    const week = 7 * 86_400;

    test('is counted, and never removed unless that is configured', async () => {
      const [orphan, young] = [await upload(), stored()];
      await store.insertTokens([young]);
      await upload(young.token);
      const { sweep, meter } = replica();
      await sweep();
      // It is too young to be sure.
      expect(meter.orphans).toBe(0);
      for (offset = day; offset < 60 * day; offset += day) await sweep();
      expect(meter.orphans).toBe(1);
      expect(await isThere(orphan)).toBe(true);
    });

    test('is removed when it was known for long enough, not when it is old enough', async () => {
      const orphan = await upload();
      const { sweep, meter } = replica({ removeOrphansAfter: week });
      // It is a month old when it loses its token: a database was restored.
      offset = 30 * day;
      expect(await sweep()).toMatchObject({ orphans: 0 });
      for (offset = 31 * day; offset < 37 * day; offset += day)
        expect(await sweep()).toMatchObject({ orphans: 0 });
      expect([meter.orphans, await isThere(orphan)]).toEqual([1, true]);
      offset = 37 * day;
      expect(audited).toEqual([]);
      expect(await sweep()).toMatchObject({ orphans: 1 });
      expect([meter.orphans, await isThere(orphan)]).toEqual([0, false]);
      expect(audited).toEqual([['removeOrphans', app, orphan]]);
    });

    test('is kept when its token is there again in time: the right database was restored', async () => {
      const token = stored();
      await upload(token.token);
      const { sweep, meter } = replica({ removeOrphansAfter: week });
      offset = 2 * day;
      await sweep();
      expect(meter.orphans).toBe(1);
      await store.insertTokens([{ ...token, storeGrantExpiresAt: new Date(start + 100 * day) }]);
      await accept(store, token, { now: now() });
      for (offset = 3 * day; offset < 30 * day; offset += day) await sweep();
      expect([meter.orphans, await isThere(token.token)]).toEqual([0, true]);
    });

    test('is kept when its token appears right before the removal', async () => {
      const token = stored();
      await upload(token.token);
      let calls = 0;
      const { sweep } = replica({
        removeOrphansAfter: week,
        store: {
          ...store,
          async noteOrphans(...args) {
            const noted = await store.noteOrphans(...args);
            if (args[1].length > 0 && ++calls === 2) await store.insertTokens([token]);
            return noted;
          },
        },
      });
      offset = day;
      await sweep();
      offset = 9 * day;
      // The store grant of what was inserted is over; whatever the record's status, it protects the object.
      expect(await sweep()).toMatchObject({ orphans: 0 });
      expect(calls).toBe(2);
      expect(await isThere(token.token)).toBe(true);
    });

    test('begins anew when it had a token in between', async () => {
      const token = stored();
      await upload(token.token);
      const { sweep } = replica({ removeOrphansAfter: week });
      offset = 2 * day;
      await sweep();
      await store.insertTokens([{ ...token, storeGrantExpiresAt: new Date(start + 100 * day) }]);
      offset = 3 * day;
      await sweep();
      await store.endSession(app, alice, now());
      await store.settleGarbage(await store.takeGarbage(now(), 10));
      offset = 9 * day + minute;
      await sweep();
      expect(await isThere(token.token)).toBe(true);
      offset = 17 * day;
      await sweep();
      expect(await isThere(token.token)).toBe(false);
    });

    test('that belongs to an application which is not configured is left alone', async () => {
      const orphan = await upload(createToken(), 'elsewhere');
      const { sweep, meter } = replica({ removeOrphansAfter: week });
      for (offset = day; offset < 20 * day; offset += 4 * day) await sweep();
      expect([meter.orphans, await isThere(orphan, 'elsewhere')]).toEqual([0, true]);
    });

    test('of a deleted token that came late goes without delay: its key is gone', async () => {
      const token = stored();
      await store.insertTokens([token]);
      await store.deleteTokens(app, [token.token], now());
      const { sweep } = replica();
      offset = 5 * minute;
      await sweep();
      await upload(token.token);
      // The next look through the object store is a day later.
      offset = day + 6 * minute;
      expect(await sweep()).toMatchObject({ objects: 1, orphans: 0 });
      expect(await isThere(token.token)).toBe(false);
    });
  });

  describe('the look through the object store', () => {
    /** An object store that lists one object at a time, and counts. */
    function slowly() {
      const listed: (string | null)[] = [];
      const one: ObjectStore = {
        ...objects,
        list: (application, { after }) => {
          listed.push(after);
          return objects.list(application, { limit: 1, after });
        },
      };
      return { objects: one, listed };
    }

    test('is bounded per sweep, and goes on where it was, in another replica too', async () => {
      const tokens = [];
      for (let index = 0; index < 24; index++) tokens.push(await upload());
      for (let index = 0; index < 3; index++) await upload(createToken(), 'app-2');
      offset = day;
      const { objects: listing, listed } = slowly();
      const one = replica({ objects: listing }, ['app-2', app]);
      await one.sweep();
      expect([listed.length, one.meter.orphans]).toEqual([10, 0]);
      await one.stop();
      const two = replica({ objects: listing }, ['app-2', app]);
      await two.sweep();
      await two.sweep();
      expect(two.meter.orphans).toBe(27);
      const ofFirst = listed.filter((after) => after?.startsWith('app-1/'));
      expect(ofFirst).toEqual(
        tokens
          .sort()
          .slice(0, 23)
          .map((token) => `${app}/${token}`),
      );
      // The next one is due a day after this one began.
      listed.length = 0;
      await two.sweep();
      expect(listed).toEqual([]);
      offset = 2 * day;
      await two.sweep();
      expect(listed[0]).toBeNull();
    });

    test('repeats a part that was cut short, and counts it once', async () => {
      for (let index = 0; index < 3; index++) await upload();
      offset = day;
      let failures = 1;
      const failing = replica({
        objects: slowly().objects,
        store: {
          ...store,
          noteOrphans: async (...args) => {
            if (args[1].length > 0 && failures-- > 0) throw new Error('cut');
            return store.noteOrphans(...args);
          },
        },
      });
      await expect(failing.sweep()).rejects.toThrow('cut');
      await failing.sweep();
      expect(failing.meter.orphans).toBe(3);
    });

    test.each(['no JSON', '{"version":99}', '{"startedAt":"x"}'])(
      'begins anew when the place is no place: %s',
      async (progress) => {
        await upload();
        offset = day;
        const holder = { name: 'sweeper', holder: 'older', expiresAt: new Date(start + 2 * day) };
        await store.takeLease(holder, now());
        await store.renewLease(holder, progress, now());
        await store.releaseLease('sweeper', 'older');
        const { sweep, meter } = replica();
        await sweep();
        expect(meter.orphans).toBe(1);
      },
    );
  });
});
