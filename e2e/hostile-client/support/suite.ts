import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordFigures } from '@lunasec/proof';
import { missingServices } from '../../support/services.js';
import { openEmbedded, openShared, type World, type WorldOptions } from './world.js';

/** Tests of one world. */
export interface Suite {
  /** Whether this is the world of embedded stores: where stores make no difference, one world is enough. */
  isEmbedded: boolean;
  /** Open while its tests run. */
  world(): World;
  /** A test of one attack, or of as many as it returns. */
  attack(title: string, run: (world: World) => Promise<number | void>): void;
  /** A test that attacks can succeed at all, or that what must go on does. */
  control(title: string, run: (world: World) => Promise<void>): void;
  /** A test of many rounds of the same calls at the same time. Returns how many. */
  race(title: string, run: (world: World) => Promise<number>): void;
}

/**
 * Runs attacks on a tokenizer with embedded stores, and on two over MongoDB and S3. At the end nothing that was answered
 * may hold what was not the caller's, and the log none of the secrets that there were.
 */
export function describeAttacks(
  subject: string,
  define: (suite: Suite) => void,
  options: () => Promise<WorldOptions> | WorldOptions = () => ({}),
): void {
  const figures = { attacks: 0, races: 0 };
  const worlds = [
    { name: 'embedded stores', open: openEmbedded, missing: undefined },
    { name: 'MongoDB and S3', open: openShared, missing: missingServices },
  ];
  for (const { name, open, missing } of worlds)
    describe(`${subject}, on ${name}`, () => {
      if (missing !== undefined) {
        test.skip(missing, () => undefined);
        return;
      }
      let world: World;
      beforeAll(async () => {
        world = await open(await options());
      }, 60_000);
      afterAll(() => world?.close());

      define({
        isEmbedded: open === openEmbedded,
        world: () => world,
        attack: (title, run) =>
          test(
            title,
            async () => {
              figures.attacks += (await run(world)) ?? 1;
            },
            300_000,
          ),
        control: (title, run) => test(title, () => run(world), 60_000),
        race: (title, run) =>
          test(
            title,
            async () => {
              figures.races += await run(world);
            },
            1_800_000,
          ),
      });

      describe('whatever was tried', () => {
        test('no answer held a secret that was not the caller’s, or anything of the inside', () => {
          const { guard } = world;
          expect(guard.received.length).toBeGreaterThan(0);
          expect(guard.leaks()).toEqual([]);
        });
        test('the log, at its most talkative, has every request and none of the secrets', () => {
          const { guard } = world;
          expect(guard.logged.join('')).toContain('"path":"/graphql"');
          expect(guard.kinds().length).toBeGreaterThan(0);
          expect(guard.logLeaks()).toEqual([]);
        });
        test('the guard would have seen them', () => {
          const { guard } = world;
          const secret = guard.keep('data key', Buffer.alloc(32, 'guard').toString('base64'), 'shop/owner');
          const hex = Buffer.alloc(32, 'guard').toString('hex');
          expect(guard.logLeaks([`{"x":"${secret}"}`, `{"x":"${hex}"}`])).toHaveLength(2);
          const answered = (as: string, text: string) => guard.leaks([{ as, what: 'a call', text }]);
          expect(answered('shop/thief', secret)).toHaveLength(1);
          expect(answered('shop/owner', secret)).toEqual([]);
          for (const text of ['MongoServerError: x', 'at open (/app/x.js:1:2)', 'SQLITE_BUSY', '/tmp/keys'])
            expect(answered('nobody', text)).toHaveLength(1);
          // A random key may have a name in it.
          expect(answered('nobody', 'piNO'.padStart(44, 'Ab3'))).toEqual([]);
          expect(answered('nobody', `W/"80-${'piNO'.padStart(27, 'Ab3')}"`)).toEqual([]);
          expect(answered('nobody', 'W/"80-piNO"')).toHaveLength(1);
        });
      });
    });
  afterAll(() => recordFigures('Hostile API client', { of: subject, ...figures }));
}
