import { isWholeProof, recordFigures } from '@lunasec/proof';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { fixtureApp } from './fixture/server.js';
import { startAttacker } from './hostile-page/attacker.js';
import type { Attacker } from './hostile-page/attacker.js';
import { groups } from './hostile-page/groups.js';
import { findLeaks } from './hostile-page/leaks.js';
import { modes } from './hostile-page/modes.js';
import { openStage, plainText } from './hostile-page/stage.js';
import type { Stage } from './hostile-page/stage.js';
import { bundleFixture } from './support/bundle.js';
import { startStack } from './support/stack.js';
import type { Stack } from './support/stack.js';

jest.setTimeout(60_000);

const count = (what: 'attacks' | 'controls') => groups.reduce((sum, group) => sum + group[what].length, 0);

describe('a script with full control of the page, there before the app', () => {
  let stack: Stack;
  let attacker: Attacker;

  beforeAll(async () => {
    stack = await startStack({ startApp: fixtureApp(await bundleFixture('hostile-page/web')) });
    attacker = await startAttacker('127.0.0.1');
  });
  afterAll(async () => {
    await attacker?.close();
    await stack?.close();
    recordFigures('Hostile page', {
      attacks: count('attacks'),
      controls: count('controls'),
      browsers: modes.length,
    });
  });

  describe.each(modes)('in a browser with $name', (mode) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await openStage(mode, stack, attacker);
    });
    afterEach(() => stage?.tidy());
    afterAll(() => stage?.close());

    test('control: there are secrets to steal, and one that came to the page would be found', async () => {
      for (const kind of Object.values(stage.secrets)) expect(kind.length).toBeGreaterThanOrEqual(2);
      const { texts, secrets } = stage.hidden();
      for (const hidden of [...texts, secrets[0]!, secrets.at(-1)!]) {
        await stage.page.evaluate((given) => window.hostile.keep('given by the test', { given }), hidden);
        expect(findLeaks(await stage.haul(undefined), stage.hidden())).not.toEqual([]);
      }
    });

    const tried = isWholeProof ? groups : groups.filter(({ quick }) => quick === 'both' || !mode.blocks);
    describe.each(tried)('a hostile page gets nothing $subject', ({ controls, attacks }) => {
      test.each(controls)('control: $title', async ({ run, catches = plainText }) => {
        const caught = JSON.stringify(await run(stage));
        if (typeof catches === 'string') expect(caught).toContain(catches);
        else expect(caught).toMatch(catches);
        expect(findLeaks(await stage.haul(undefined), stage.hidden())).toEqual([]);
      });

      test.each(attacks)('$title', async ({ run }) => {
        const haul = await stage.haul(await run(stage));
        expect(findLeaks(haul, stage.hidden())).toEqual([]);
      });
    });
  });
});
