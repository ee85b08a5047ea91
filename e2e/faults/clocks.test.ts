import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createSession, useAssertion } from './support/calls.js';
import { codeOf, createLedger } from './support/ledger.js';
import type { Ledger } from './support/ledger.js';
import { embeddedStores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { World } from './support/world.js';

const [second, minute, hour, day] = [1000, 60_000, 3600_000, 86_400_000];

describe('a clock that jumps', () => {
  let world: World;
  const ledger: Ledger = createLedger();
  beforeAll(async () => {
    world = await openWorld({
      stores: embeddedStores,
      client: { retries: 0 },
      config: { removeOrphansAfter: '24h', sweepInterval: '1m' },
    });
  });
  afterEach(() => setClocks(0));
  afterAll(() => world?.close());

  /** Of tokenizer and application, as one NTP would. */
  const setClocks = async (offset: number) => {
    world.app.clock.offset = offset;
    await world.clock.set(offset);
  };
  const sweep = () => world.replicas[0]!.process().order('sweep');
  const { note, became } = ledger;
  let sessions = 0;

  async function keep(text: string) {
    const session = `session ${++sessions}`;
    const frame = world.frame(session);
    const token = await frame.store(text);
    note(token, text);
    await world.app.lunaSec.grants.verify(session, token);
    became(token, 'accepted');
    const read = () => frame.read(token).then((value) => `read: ${value}`, codeOf);
    return { session, frame, token, read };
  }

  describe.each([
    ['an hour', hour],
    ['a day', day],
  ])('by %s', (_, jump) => {
    test('forward: what was accepted stays, grants and unaccepted values have run out, and all goes on', async () => {
      const { grants } = world.app.lunaSec;
      const kept = await keep('kept');
      await grants.create(kept.session, kept.token, '15m');
      expect(await kept.read()).toBe('read: kept');
      const pending = await kept.frame.store('never accepted');
      note(pending, 'never accepted');

      await setClocks(jump);
      expect(await kept.read()).toBe('GRANT_EXPIRED');
      expect(await grants.verify(kept.session, pending).then(() => 'ok', codeOf)).toBe('GRANT_EXPIRED');
      await sweep();
      await sweep();
      const { tokens, objects } = await world.stores.look();
      expect(tokens.get(kept.token)).toEqual({ status: 'accepted', hasKey: true });
      expect(objects.has(kept.token)).toBe(true);
      expect(tokens.has(pending) || objects.has(pending)).toBe(false);
      await grants.create(kept.session, kept.token);
      expect(await kept.read()).toBe('read: kept');

      // And back: what was swept stays gone.
      await setClocks(0);
      expect(await grants.verify(kept.session, pending).then(() => 'ok', codeOf)).toBe('TOKEN_NOT_FOUND');
      await kept.frame.close();
    });

    test('back: nothing that was ended by somebody comes back', async () => {
      const { lunaSec } = world.app;
      const assertion = await world.app.assertion('replayed');
      await useAssertion(world, assertion);
      const [revoked, deleted, left] = [await keep('revoked'), await keep('deleted'), await keep('left')];
      for (const { session, token, read } of [revoked, deleted, left]) {
        await lunaSec.grants.create(session, token, '15m');
        expect(await read()).toMatch(/^read/);
      }
      await lunaSec.grants.revoke(revoked.session, revoked.token);
      await lunaSec.deleteTokens([deleted.token]);
      became(deleted.token, 'deleted');
      await lunaSec.grants.endSession(left.session);

      await setClocks(-jump);
      for (const { read, frame } of [revoked, deleted, left]) {
        expect(await read()).toBe('READ_GRANT_MISSING');
        await frame.close();
      }
      expect(await lunaSec.grants.create('another', deleted.token).then(() => 'ok', codeOf)).toBe(
        'TOKEN_DELETED',
      );
      // It was made in a future that has not come; and when it has, it was used.
      expect(await useAssertion(world, assertion).then(() => 'ok', codeOf)).toBe('UNAUTHENTICATED');
      await setClocks(0);
      expect(await useAssertion(world, assertion).then(() => 'ok', codeOf)).toBe('ASSERTION_REPLAYED');
    });

    test('back: a grant that ran out lasts again until its end, and no longer; one that was swept does not', async () => {
      const { grants } = world.app.lunaSec;
      const [remembered, swept] = [await keep('remembered'), await keep('swept')];
      await setClocks(jump - 30 * minute);
      await grants.create(remembered.session, remembered.token, '15m');
      await setClocks(jump);
      expect(await remembered.read()).toBe('GRANT_EXPIRED');
      await setClocks(0);
      await grants.create(swept.session, swept.token, '1m');
      await setClocks(jump + 2 * minute);
      await sweep();

      await setClocks(jump - 16 * minute);
      expect(await remembered.read()).toBe('read: remembered');
      expect(await swept.read()).toBe('READ_GRANT_MISSING');
      await setClocks(jump - 15 * minute + 30 * second);
      expect(await remembered.read()).toBe('GRANT_EXPIRED');
      await remembered.frame.close();
      await swept.frame.close();
    });
  });

  test.each([
    ['behind', -29 * second, 'ok'],
    ['ahead', 29 * second, 'ok'],
    ['behind', -95 * second, 'refused'],
    ['ahead', 35 * second, 'refused'],
  ])('the clock of the app %s by %d ms: %s', async (_, offset, ends) => {
    world.app.clock.offset = offset;
    const [frame, server] = [
      await createSession(world, 'apart').then(() => 'ok', codeOf),
      await world.app.lunaSec
        .findToken('lunasec-00000000-0000-4000-8000-000000000000')
        .then(() => 'ok', codeOf),
    ];
    // To the app's users, that their app is refused says: not now. It is the operator who can mend it.
    expect([frame, server]).toEqual(ends === 'ok' ? ['ok', 'ok'] : ['UNAUTHENTICATED', 'UNAVAILABLE']);
  });

  test('leaves an audit that verifies, written by processes that started in the past of others', async () => {
    const [replica] = world.replicas;
    for (const offset of [day, -day, 0]) {
      await replica!.stop();
      await setClocks(offset);
      await replica!.start();
      const { frame } = await keep(`at ${offset}`);
      await replica!.process().order('checkpoint');
      await frame.close();
    }
    expect(await world.verifyAudit()).toMatchObject({ ok: true, faults: 0 });
    // The lease of who swept a day ahead is another process's, and has not run out.
    await replica!.stop();
    await setClocks(0);
    await replica!.start();
    await ledger.settle(world);
    expect(ledger.violations()).toEqual([]);
  });
});
