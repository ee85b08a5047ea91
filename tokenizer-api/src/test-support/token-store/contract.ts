import { afterEach, beforeEach, describe, test } from '@jest/globals';
import type { TokenStore } from '../../stores/token-store/port.js';
import { acceptanceContract } from './acceptance.js';
import { auditContract } from './audit.js';
import { deletionContract } from './deletion.js';
import { garbageContract } from './garbage.js';
import { injectionContract } from './injection.js';
import { leaseContract } from './leases.js';
import { listContract } from './lists.js';
import { orphanContract } from './orphans.js';
import { readGrantContract } from './read-grants.js';
import { sessionContract } from './sessions.js';
import { tokenContract } from './tokens.js';

/** A store as one test uses it. */
export type OpenedStore = () => TokenStore;

/** A test of calls that race for one document. */
export type RaceTest = (name: string, run: () => Promise<void>) => void;

/**
 * What every token store must do. `open` gives a migrated and empty store; closing it may drop it. `isAtomic` is false
 * for a database that was found to lose updates: then the tests that it cannot pass are skipped, and say so.
 */
export function describeTokenStore(
  name: string,
  open: () => Promise<TokenStore>,
  { isAtomic = true }: { isAtomic?: boolean } = {},
): void {
  const race: RaceTest = isAtomic
    ? test
    : (title, run) => test.skip(`${title} (this database loses updates)`, run);
  describe(`${name} as a token store`, () => {
    let store: TokenStore | undefined;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(async () => {
      await store?.close();
      store = undefined;
    });
    const opened = () => store!;
    tokenContract(opened);
    acceptanceContract(opened, race);
    deletionContract(opened, race);
    readGrantContract(opened, race);
    sessionContract(opened);
    garbageContract(opened);
    leaseContract(opened, race);
    orphanContract(opened);
    listContract(opened);
    auditContract(opened);
    injectionContract(opened);
  });
}
