import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readChainOn, readChains } from '../../../services/audit/read.js';
import { verifyAudit } from '../../../services/audit/verify.js';
import type { AuditFault } from '../../../services/audit/verify.js';
import { auditKey, happened, startChain } from '../../../test-support/audit.js';
import { plainHost, startBreakingProxy } from '../../../test-support/token-store/broken-connections.js';
import {
  drop,
  inDatabase,
  newDatabaseName,
  openFresh,
  withOption,
} from '../../../test-support/token-store/mongodb.js';
import { connectMongoTokenStore } from '../mongo.js';
import type { TokenStore } from '../port.js';

const uri = process.env.MONGODB_URI;
const host = uri === undefined ? undefined : plainHost(uri);
if (uri && host)
  describe('audit chains in MongoDB', () => {
    const dbName = newDatabaseName();
    let proxy: Awaited<ReturnType<typeof startBreakingProxy>>;
    let store: TokenStore;
    let shaky: TokenStore;
    beforeAll(async () => {
      proxy = await startBreakingProxy(host);
      store = await openFresh(uri, { dbName });
      // Without the driver's own second try, so that the chain's is what is seen.
      shaky = await connectMongoTokenStore({ uri: withOption(proxy.uri, 'retryWrites=false'), dbName });
    });
    afterAll(async () => {
      await shaky?.close();
      await store?.close();
      await proxy?.close();
      await drop(uri, dbName);
    });

    async function verify() {
      const faults: AuditFault[] = [];
      const result = await verifyAudit({
        events: readChains(store),
        readOn: (after) => readChainOn(store, after),
        key: auditKey,
        onFault: (fault) => faults.push(fault),
      });
      return { ...result, faults };
    }

    test('of two processes at once verify, and one whose answers are lost has no gap and nothing twice', async () => {
      const chains = await Promise.all([startChain(store), startChain(shaky)]);
      await Promise.all(
        chains.flatMap((chain) =>
          Array.from({ length: 10 }, (_, index) => chain.append([happened(`${index}`), happened('more')])),
        ),
      );
      const [, chain] = chains;
      proxy.loseNextAnswer('insert');
      await expect(chain!.append([happened('lost answer')])).rejects.toThrow();
      proxy.breakNext('insert');
      await expect(chain!.append([happened('lost call')])).rejects.toThrow();
      await chain!.append([happened('after')]);
      expect(proxy.broken()).toBe(2);

      expect(await verify()).toEqual({ events: 45, chains: 2, faults: [], anchors: 0 });
      const stored = await store.readAuditChains({ chain: chain!.head().chain, number: 21 }, 3);
      expect(stored.map(({ action }) => action)).toEqual(['lost answer', 'lost call', 'after']);
    });

    test('are found out when somebody changes or removes an event', async () => {
      const chain = await startChain(store);
      await chain.append(['a', 'b', 'c'].map(happened));
      const at = (number: number) => ({ chain: chain.head().chain, number });
      await inDatabase(uri, dbName, async (database) => {
        await database.collection('auditEvents').updateOne(at(2), { $set: { action: 'z' } });
        await database.collection('auditEvents').deleteOne(at(3));
      });
      expect((await verify()).faults).toMatchObject([
        { kind: 'changed', ...at(2) },
        { kind: 'missing', ...at(3) },
      ]);
    });
  });
else
  describe('audit chains in MongoDB', () => {
    test.skip('need a plain one: npm run services, or set MONGODB_URI', () => undefined);
  });
