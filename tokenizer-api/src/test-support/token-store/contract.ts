import { afterEach, beforeEach, describe } from '@jest/globals';
import type { TokenStore } from '../../stores/token-store/port.js';
import { acceptanceContract } from './acceptance.js';
import { auditContract } from './audit.js';
import { dataKeyContract } from './data-keys.js';
import { deletionContract } from './deletion.js';
import { garbageContract } from './garbage.js';
import { injectionContract } from './injection.js';
import { leaseContract } from './leases.js';
import { listContract } from './lists.js';
import { orphanContract } from './orphans.js';
import { readGrantContract } from './read-grants.js';
import { secretContract } from './secrets.js';
import { sessionContract } from './sessions.js';
import { tokenContract } from './tokens.js';
import { storeGrantContract } from './store-grants.js';
import { usageContract } from './usage.js';

/** A store as one test uses it. */
export type OpenedStore = () => TokenStore;

/** What every token store must do. `open` gives a migrated and empty store; closing it may drop it. */
export function describeTokenStore(name: string, open: () => Promise<TokenStore>): void {
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
    acceptanceContract(opened);
    storeGrantContract(opened);
    deletionContract(opened);
    readGrantContract(opened);
    sessionContract(opened);
    garbageContract(opened);
    leaseContract(opened);
    orphanContract(opened);
    usageContract(opened);
    secretContract(opened);
    dataKeyContract(opened);
    listContract(opened);
    auditContract(opened);
    injectionContract(opened);
  });
}
