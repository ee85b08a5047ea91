import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isWholeProof, proofSeed, recordFigures } from '@lunasec/proof';
import { createLedger } from './support/ledger.js';
import type { Ledger } from './support/ledger.js';
import { operations, setScene } from './support/operations.js';
import type { Part, Scene } from './support/operations.js';
import { createRandom } from './support/random.js';
import { cannotBreak, embeddedStores, sharedStores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { Replica, World } from './support/world.js';

/** A crash takes the time of a start: the SDK waits longer than by default. */
const client = { retries: 10, firstPause: 200, attemptTimeout: 10_000, deadline: 60_000, breakAfter: 10_000 };
const timeout = isWholeProof ? 3_600_000 : 600_000;
const random = createRandom(proofSeed());
let crashPoints = 0;

/** As a supervisor does: once more where the database was too busy to answer in time. */
async function restart(replica: Replica): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await replica.start();
    } catch (error) {
      await replica.kill();
      if (attempt === 5) throw error;
    }
}

/** Runs a client's part while the tokenizer ends itself at a step, and starts again. False: it did not come to that step. */
async function crashAt(at: number, world: World, part: Part): Promise<boolean> {
  const [replica] = world.replicas;
  const process = replica!.process();
  await world.untilPrepared();
  await process.order('arm', { at });
  let isWatched = true;
  const restarted = process.ended.then(() => (isWatched ? restart(replica!) : undefined));
  const check = await part();
  const isAlive = await process.order('disarm').then(
    () => true,
    () => false,
  );
  isWatched = !isAlive;
  if (!isAlive) {
    await restarted;
    crashPoints++;
  }
  await check?.();
  return !isAlive;
}

for (const [name, stores, why] of [
  ['SQLite and disk', embeddedStores, undefined],
  ['MongoDB and S3', sharedStores, cannotBreak],
] as const)
  describe(`a tokenizer over ${name} that is killed`, () => {
    if (why !== undefined) {
      test.skip(why, () => undefined);
      return;
    }
    const renews = isWholeProof && stores === sharedStores;
    let world: World;
    let ledger: Ledger;
    let scene: Omit<Scene, 'turn'>;
    let turn = 0;
    async function open(): Promise<void> {
      ledger = createLedger();
      world = await openWorld({ stores, client, start: false, config: { removeOrphansAfter: '24h' } });
    }
    async function settle(): Promise<void> {
      await scene.ada.close();
      await ledger.settle(world);
      expect(ledger.violations()).toEqual([]);
      // A world that was just begun anew has accepted one.
      expect(ledger.accepted().size).toBeGreaterThan(renews ? 0 : 1);
    }
    /** Begins anew: with what so many crashes leave, the stand-in for MongoDB, which reads it all again and again, gets too slow. */
    async function renew(): Promise<void> {
      await settle();
      await world.close();
      await open();
      await world.replicas[0]!.start();
      scene = await setScene(world, ledger);
    }
    beforeAll(open, timeout);
    afterAll(() => world?.close());

    test(
      'at each step of its first start: the next start goes on, and it serves',
      async () => {
        const [replica] = world.replicas;
        const most = isWholeProof ? Infinity : 2;
        for (let at = isWholeProof ? 1 : random.between(2, 12), tried = 0; ; at++) {
          const failure = await replica!.start(tried++ < most ? at : undefined).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (failure === undefined) break;
          // It refused to start, where it should have been killed or come up.
          if (replica!.isRunning()) throw failure;
          crashPoints++;
        }
        await replica!.process().order('disarm');
        scene = await setScene(world, ledger);
        expect(await scene.ada.read(scene.kept)).toBe('kept');
        if (renews) await renew();
      },
      timeout,
    );

    // Of the same services, which the other world crashes as well, a few are enough for a start.
    const few = ['upload in parts', 'verifyStoreGrants', 'deleteTokens', 'sweep'];
    const chosen = operations.filter(
      (operation) => isWholeProof || stores === embeddedStores || few.includes(operation.name),
    );
    test.each(chosen)(
      'before or after each step of $name: its client comes to the right end',
      async (operation) => {
        if (isWholeProof)
          for (let at = 1; ; at++) {
            const part = await operation.prepare({ ...scene, turn: ++turn });
            if (!(await crashAt(at, world, part))) break;
          }
        else
          for (let at = random.between(1, 16), isKilled = false; at > 0 && !isKilled; at >>= 1) {
            const part = await operation.prepare({ ...scene, turn: ++turn });
            isKilled = await crashAt(at, world, part);
          }
        expect(ledger.violations()).toEqual([]);
        if (renews) await renew();
      },
      timeout,
    );

    test('keeps what was accepted, and nothing else, in the end; the audit verifies', settle, timeout);
  });

afterAll(() => recordFigures('Faults', { 'crash points': crashPoints }));
