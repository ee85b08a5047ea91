import { afterAll, describe, expect, test } from '@jest/globals';
import { proofSeed, proofSize, recordFigures } from '@lunasec/proof';
import { injectFaults } from './support/injector.js';
import { createLedger } from './support/ledger.js';
import { liveMany } from './support/lifecycle.js';
import { createRandom } from './support/random.js';
import { cannotBreak, embeddedStores, sharedStores } from './support/stores.js';
import { openWorld } from './support/world.js';

/** Of a machine that has other things to do as well. */
const timeout = 2 * 3600_000;
const seed = proofSeed();
const clients = proofSize({ quick: 16, whole: 32 });
const figures = { lifecycles: 0, 'steps of clients': 0, 'faults in them': 0, violations: 0 };

const worlds = [
  {
    name: 'one tokenizer over SQLite and disk',
    stores: embeddedStores,
    replicas: 1,
    count: proofSize({ quick: 80, whole: 9000 }),
  },
  {
    name: 'two tokenizers over MongoDB and S3',
    stores: sharedStores,
    replicas: 2,
    count: proofSize({ quick: 40, whole: 1000 }),
    why: cannotBreak,
  },
];
const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, it) => total + it, 0);

describe(`lives of values while everything fails at random (LUNASEC_PROOF_SEED=${seed})`, () => {
  for (const { name, stores, replicas, count, why } of worlds)
    (why === undefined ? test : test.skip)(
      `${name}: what was accepted is there, nothing else is, and every client was told so`,
      async () => {
        const ledger = createLedger();
        const world = await openWorld({
          stores,
          replicas,
          // An application's server that repeats more than by default, and takes up its calls again soon.
          client: { retries: 4, breakFor: 500 },
          // Sweeps come in between, of values that were never accepted too.
          config: { sweepInterval: '2s', removeOrphansAfter: '24h', limits: { storeGrant: '1m' } },
        });
        try {
          const injector = injectFaults(world, createRandom(seed + 1));
          const lived = await liveMany(world, ledger, createRandom(seed), {
            count,
            clients,
            isEnough: injector.hasPutEach,
          }).finally(() => injector.stop());
          await ledger.settle(world);
          figures.lifecycles += lived;
          figures['steps of clients'] += sum(ledger.codes());
          figures['faults in them'] += sum(injector.counts());
          figures.violations += ledger.violations().length;
          expect(ledger.violations()).toEqual([]);
          // It was no idle run: all that can fail did, and most of what was to be kept was.
          expect(injector.hasPutEach()).toBe(true);
          expect(ledger.fates().accepted).toBeGreaterThan(lived / 4);
        } finally {
          await world.close();
        }
      },
      timeout,
    );

  afterAll(() => recordFigures('Faults', figures));
});
