import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { isWholeProof, recordFigures } from '@lunasec/proof';
import { httpAnswer } from '../support/proxy.js';
import type { Fault, Proxy } from '../support/proxy.js';
import { seal } from '../support/seal.js';
import { createSession, detokenize, tokenize } from './support/calls.js';
import { codeOf, createLedger } from './support/ledger.js';
import type { Ledger } from './support/ledger.js';
import { cannotBreak, sharedStores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { World } from './support/world.js';

/** The tokenizer waits 10 s for a store; twice that is what a slow machine may make of it. A driver alone takes 45 s. */
const bound = 20_000;

const s3Error = (status: number, code: string): Fault => ({
  kind: 'answer',
  answer: (head) =>
    httpAnswer(
      head,
      status,
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message></Error>`,
    ),
});
const hanging: [string, Fault] = ['takes connections and never answers', { kind: 'hang' }];
const networkFaults: [string, Fault][] = [
  ['refuses connections', { kind: 'refuse' }],
  ['breaks off in the middle of answers', { kind: 'cut', after: 20 }],
  ...(isWholeProof
    ? ([
        ['resets connections', { kind: 'reset' }],
        hanging,
        ['never answers, and forgets what was connected', { kind: 'lose' }],
      ] as [string, Fault][])
    : []),
];
const s3Faults: [string, Fault][] = [
  ['answers 500', s3Error(500, 'InternalError')],
  ['answers 503 SlowDown', s3Error(503, 'SlowDown')],
  ['answers 403 ExpiredToken', s3Error(403, 'ExpiredToken')],
];
const notXML: Fault = {
  kind: 'answer',
  answer: (head) => httpAnswer(head, 200, '<DeleteResult><Deleted><Key>', 'application/xml'),
};

if (cannotBreak !== undefined)
  describe('database and object store in trouble', () => {
    test.skip(cannotBreak!, () => undefined);
  });
else
  describe('database and object store in trouble', () => {
    jest.setTimeout(180_000);
    let world: World;
    let ledger: Ledger;
    let accessToken: string;
    let kept: string;
    /** Uploaded, and not accepted; accepted, and to be deleted. */
    let uploaded: string;
    let unwanted: string;
    let faults = 0;

    beforeAll(async () => {
      ledger = createLedger();
      world = await openWorld({
        stores: sharedStores,
        config: { removeOrphansAfter: '24h' },
        // One attempt, and more patience than the tokenizer has: what it answers by itself shows.
        client: { retries: 0, attemptTimeout: 60_000, deadline: 60_000, breakAfter: 10_000 },
      });
      accessToken = await createSession(world, 'ada');
      kept = await keep('kept');
    });
    afterAll(async () => {
      recordFigures('Faults', { outages: faults });
      await world?.close();
    });

    async function store(text: string): Promise<string> {
      const frame = world.frame('ada');
      const token = await frame.store(text);
      ledger.note(token, text);
      await frame.close();
      return token;
    }
    async function keep(text: string): Promise<string> {
      const token = await store(text);
      await world.app.lunaSec.grants.verify('ada', token);
      ledger.became(token, 'accepted');
      return token;
    }

    const calls: Record<string, () => Promise<unknown>> = {
      createSession: () => createSession(world, 'ada'),
      tokenize: async () => tokenize(world, accessToken, (await seal('another')).input),
      verifyStoreGrants: () => world.app.lunaSec.grants.verify('ada', uploaded),
      createReadGrants: () => world.app.lunaSec.grants.create('ada', kept),
      detokenize: () => detokenize(world, accessToken, kept),
      revokeReadGrants: () => world.app.lunaSec.grants.revoke('ada', uploaded),
      endSession: () => world.app.lunaSec.grants.endSession('nobody'),
      updateTokenMetadata: () => world.app.lunaSec.updateTokenMetadata(kept, { faults }),
      deleteTokens: () => world.app.lunaSec.deleteTokens([unwanted]),
    };
    const unavailable = (names: string[]) =>
      Object.fromEntries(
        Object.keys(calls).map((name) => [name, names.includes(name) ? 'UNAVAILABLE' : 'ok']),
      );

    /** The code of each call, and how long it took if that was too long. */
    async function callAll(): Promise<Record<string, string>> {
      const ended = await Promise.all(
        Object.entries(calls).map(async ([name, call]) => {
          const since = Date.now();
          const code = await call().then(() => 'ok', codeOf);
          const took = Date.now() - since;
          return [name, took < bound ? code : `${code} after ${took} ms`] as const;
        }),
      );
      return Object.fromEntries(ended);
    }

    async function meet(proxies: Proxy[], fault: Fault) {
      [uploaded, unwanted] = [await store('uploaded'), await keep('unwanted')];
      await world.app.lunaSec.grants.create('ada', kept);
      const before = proxies.map((proxy) => proxy.met());
      await Promise.all(proxies.map((proxy) => proxy.set(fault)));
      const [during, ready] = await Promise.all([callAll(), world.ready()]);
      proxies.forEach((proxy, index) => expect(proxy.met()).toBeGreaterThan(before[index]!));
      await Promise.all(proxies.map((proxy) => proxy.set(null)));
      faults++;
      ledger.became(unwanted, during.deleteTokens === 'ok' ? 'deleted' : 'maybe deleted');
      if (during.verifyStoreGrants !== 'ok') ledger.became(uploaded, 'maybe accepted');
      return { during, ready };
    }

    /** The first calls after the fault work. */
    async function expectRecovery(): Promise<void> {
      for (const name of ['createReadGrants', 'verifyStoreGrants', 'createSession', 'tokenize'])
        expect([name, await calls[name]!().then(() => 'ok', String)]).toEqual([name, 'ok']);
      ledger.became(uploaded, 'accepted');
      const frame = world.frame('ada');
      expect(await frame.read(kept)).toBe('kept');
      await frame.close();
      expect(await world.ready()).toMatchObject({ status: 200 });
    }

    test.each(networkFaults)('a MongoDB that %s: UNAVAILABLE in time, /readyz says so', async (_, fault) => {
      const { during, ready } = await meet([world.replicas[0]!.database!], fault);
      expect(during).toEqual(unavailable(Object.keys(calls)));
      expect(ready).toEqual({ status: 503, body: expect.objectContaining({ tokenStore: 'unavailable' }) });
      await expectRecovery();
    });

    test.each([...networkFaults, ...s3Faults])(
      'an S3 that %s: what needs it is UNAVAILABLE in time, /readyz says so',
      async (_, fault) => {
        const { during, ready } = await meet([world.replicas[0]!.objects!], fault);
        expect(during).toEqual(unavailable(['verifyStoreGrants']));
        expect(ready).toEqual({
          status: 503,
          body: expect.objectContaining({ objectStore: 'unavailable', tokenStore: 'ok' }),
        });
        await expectRecovery();
      },
    );

    test('both fall silent: UNAVAILABLE in time, /readyz says so', async () => {
      const [replica] = world.replicas;
      const { during, ready } = await meet([replica!.database!, replica!.objects!], hanging[1]);
      expect(during).toEqual(unavailable(Object.keys(calls)));
      expect(ready).toMatchObject({
        status: 503,
        body: { tokenStore: 'unavailable', objectStore: 'unavailable', keys: 'ok' },
      });
      await expectRecovery();
    });

    test('both are slow: everything is answered', async () => {
      const [replica] = world.replicas;
      const { during } = await meet([replica!.database!, replica!.objects!], {
        kind: 'delay',
        milliseconds: 200,
      });
      expect(during).toEqual(unavailable([]));
      ledger.became(uploaded, 'accepted');
    });

    test('an S3 whose answer to a deletion is cut short: what it may not have deleted is not forgotten', async () => {
      const token = await store('never accepted');
      const way = world.replicas[0]!.objects!;
      await world.clock.set(20 * 60_000);
      await way.set(notXML);
      await world.replicas[0]!.process()
        .order('sweep')
        .catch(() => undefined);
      await way.set(null);
      faults++;
      const { tokens, objects } = await world.stores.look();
      expect(objects.has(token)).toBe(true);
      expect(tokens.get(token)).toEqual({ status: 'expired', hasKey: false });
      await world.sweep();
      expect((await world.stores.look()).objects.has(token)).toBe(false);
      await world.clock.set(0);
    });

    test('after all of it what was accepted is there, and nothing else', async () => {
      await ledger.settle(world);
      expect(ledger.violations()).toEqual([]);
    });
  });
