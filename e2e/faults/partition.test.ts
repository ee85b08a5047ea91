import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { seal } from '../support/seal.js';
import { createSession, detokenize, tokenize } from './support/calls.js';
import { codeOf, createLedger } from './support/ledger.js';
import { cannotBreak, sharedStores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { Replica, World } from './support/world.js';

if (cannotBreak !== undefined)
  describe('one of two replicas that is cut off', () => {
    test.skip(cannotBreak!, () => undefined);
  });
else
  describe('one of two replicas that is cut off', () => {
    jest.setTimeout(120_000);
    let world: World;
    let cutOff: Replica;
    let other: Replica;
    beforeAll(async () => {
      world = await openWorld({
        stores: sharedStores,
        replicas: 2,
        config: { removeOrphansAfter: '24h' },
        client: { retries: 5, attemptTimeout: 20_000, deadline: 60_000, breakAfter: 1000 },
      });
      [cutOff, other] = world.replicas as [Replica, Replica];
    });
    afterEach(() => heal());
    afterAll(() => world?.close());

    const cut = () =>
      Promise.all([cutOff.database!, cutOff.objects!].map((way) => way.set({ kind: 'refuse' })));
    const heal = () => Promise.all([cutOff.database!, cutOff.objects!].map((way) => way.set(null)));
    /** The same world, reached by one replica alone. */
    const at = ({ url }: Replica): World => ({
      ...world,
      fetch: (path, init) => fetch(url + String(path), init),
    });
    const read = (replica: Replica, accessToken: string, token: string) =>
      detokenize(at(replica), accessToken, token).then(() => 'ok', codeOf);

    test('says so, and is back at once; the other serves on, and nothing that it ended is served by the first', async () => {
      const ledger = createLedger();
      const { grants } = world.app.lunaSec;
      const frame = world.frame('ada');
      const tokens: string[] = [];
      for (const text of ['revoked', 'deleted', 'kept']) {
        const token = await frame.store(text);
        ledger.note(token, text);
        await grants.verify('ada', token);
        ledger.became(token, 'accepted');
        tokens.push(token);
      }
      const [revoked, deleted, kept] = tokens as [string, string, string];
      await grants.create('ada', tokens);
      await grants.create('grace', kept);
      const [ada, grace] = [await createSession(world, 'ada'), await createSession(world, 'grace')];
      for (const replica of world.replicas)
        for (const token of tokens) expect(await read(replica, ada, token)).toBe('ok');

      await cut();
      const { input } = await seal('x');
      expect(
        await Promise.all([
          read(cutOff, ada, kept),
          tokenize(at(cutOff), ada, input).then(() => 'ok', codeOf),
          createSession(at(cutOff), 'ada').then(() => 'ok', codeOf),
        ]),
      ).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
      expect(await world.ready(cutOff)).toEqual({
        status: 503,
        body: { status: 'unavailable', tokenStore: 'unavailable', objectStore: 'unavailable', keys: 'ok' },
      });

      expect(await world.ready(other)).toMatchObject({ status: 200 });
      expect(await read(other, ada, kept)).toBe('ok');
      // By way of both: what meets the one that is cut off is repeated.
      const late = await frame.store('late');
      ledger.note(late, 'late');
      await grants.verify('ada', late);
      ledger.became(late, 'accepted');
      await grants.revoke('ada', revoked);
      await world.app.lunaSec.deleteTokens([deleted]);
      ledger.became(deleted, 'deleted');
      await grants.endSession('grace');

      await heal();
      expect(await read(cutOff, ada, revoked)).toBe('READ_GRANT_MISSING');
      expect(await read(cutOff, ada, deleted)).toBe('READ_GRANT_MISSING');
      expect(await read(cutOff, grace, kept)).toBe('UNAUTHENTICATED');
      expect(await read(cutOff, ada, kept)).toBe('ok');
      expect(await world.ready(cutOff)).toMatchObject({ status: 200 });
      await frame.close();
      await ledger.settle(world);
      expect(ledger.violations()).toEqual([]);
    });

    test('does not keep the sweeper to itself', async () => {
      const frame = world.frame('ada');
      const token = await frame.abandon('never sent');
      await frame.close();
      await cutOff.process().order('sweep');
      await cut();
      await world.clock.set(3 * 3600_000);
      await expect(cutOff.process().order('sweep')).rejects.toThrow();
      expect(await other.process().order('sweep')).toMatchObject({ outcome: 'done', tokens: 1 });
      expect((await world.stores.look()).tokens.has(token)).toBe(false);
      await heal();
      expect(await cutOff.process().order('sweep')).toMatchObject({ outcome: 'skipped' });
      await world.clock.set(0);
    });
  });
