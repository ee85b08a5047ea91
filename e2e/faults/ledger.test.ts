import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { createLedger } from './support/ledger.js';
import type { Ledger } from './support/ledger.js';
import { live } from './support/lifecycle.js';
import type { endings } from './support/lifecycle.js';
import { createRandom } from './support/random.js';
import { embeddedStores } from './support/stores.js';
import { openWorld } from './support/world.js';
import type { World } from './support/world.js';

describe('the ledger of what clients were told', () => {
  let world: World;
  let ledger: Ledger;
  const random = createRandom(1);
  let lives = 0;
  beforeAll(async () => {
    world = await openWorld({ stores: embeddedStores, config: { removeOrphansAfter: '24h' } });
  });
  afterAll(() => world?.close());

  const liveUnder = async (lies: string[], ending: (typeof endings)[number]) => {
    const { order } = world.replicas[0]!.process();
    await order('lies', { names: lies });
    await live(world, ledger, random, ++lives, ending);
    await order('lies', { names: [] });
  };

  test('agrees with a tokenizer that does what it says', async () => {
    ledger = createLedger();
    for (const ending of [
      'keep',
      'revoke',
      'delete',
      'log out',
      'expire',
      'never upload',
      'never send',
    ] as const)
      await liveUnder([], ending);
    await ledger.settle(world);
    expect(ledger.violations()).toEqual([]);
    expect(ledger.fates()).toEqual({
      unaccepted: 2,
      'maybe accepted': 0,
      accepted: 4,
      'maybe deleted': 0,
      deleted: 1,
    });
  });

  test('finds out one that lies, in each way', async () => {
    await liveUnder(['acceptTokens'], 'keep');
    await liveUnder(['head'], 'never upload');
    await liveUnder(['revokeReadGrants'], 'revoke');
    await liveUnder(['deleteTokens'], 'delete');
    await liveUnder([], 'never send');
    await world.replicas[0]!.process().order('lies', { names: ['takeGarbage'] });
    await ledger.settle(world);
    for (const found of [
      /is accepted, and in the database accepted, with key, without object/,
      /is accepted, and reads UNAVAILABLE/,
      /was accepted without its upload/,
      /was read though revoked/,
      /is deleted, and in the database accepted/,
      /was deleted, and asked for it is (granted|BINDING_MISMATCH)/,
      /is unaccepted, and in the database pending, with key, with object/,
    ])
      expect(ledger.violations()).toContainEqual(expect.stringMatching(found));
  });

  test('finds out an audit that was changed', async () => {
    const before = ledger.violations().length;
    const database = new Database(join(world.config.dataDirectory!, 'tokenizer.sqlite'));
    const triggers = database.prepare(
      "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'auditEvents'",
    );
    for (const name of triggers.pluck().all()) database.exec(`DROP TRIGGER "${String(name)}"`);
    database.exec("UPDATE auditEvents SET outcome = 'denied' WHERE action = 'deleteTokens'");
    database.close();
    expect((await world.verifyAudit()).ok).toBe(false);
    await ledger.settle(world);
    expect(ledger.violations().slice(before)).toContainEqual(
      expect.stringMatching(/the audit has \d+ faults/),
    );
  });
});
