import type { TokenStore } from './port.js';
import { createAudit } from './sqlite/audit.js';
import { createCleanUp } from './sqlite/cleanup.js';
import { createDataKeys } from './sqlite/data-keys.js';
import { createGrants } from './sqlite/grants.js';
import { createLeases } from './sqlite/leases.js';
import { createLists } from './sqlite/lists.js';
import { openDatabase } from './sqlite/open.js';
import { migrate } from './sqlite/schema.js';
import { createOrphans } from './sqlite/orphans.js';
import { createSecrets } from './sqlite/secrets.js';
import { createSessions } from './sqlite/sessions.js';
import { createTokens } from './sqlite/tokens.js';
import { createUsage } from './sqlite/usage.js';

/**
 * The embedded token store: one SQLite file, brought up to date when it is opened. Several processes of one machine
 * may share it. A batch is one statement or one transaction.
 */
export async function openSqliteTokenStore(path: string): Promise<TokenStore> {
  const database = await openDatabase(path);
  return {
    ...createTokens(database),
    ...createDataKeys(database),
    ...createGrants(database),
    ...createSessions(database),
    ...createAudit(database),
    ...createLists(database),
    ...createCleanUp(database),
    ...createLeases(database),
    ...createSecrets(database),
    ...createOrphans(database),
    ...createUsage(database),
    async migrate() {
      migrate(database);
    },
    async ping() {
      database.prepare('SELECT 1 FROM tokens LIMIT 1').get();
    },
    async close() {
      database.close();
    },
  };
}
