import type { Database } from 'better-sqlite3';
import type { DataKey, TokenStore } from '../port.js';
import { rewrappingColumns } from './rows.js';
import { atomically } from './schema.js';

type DataKeys = Pick<TokenStore, 'countDataKeys' | 'findDataKeys' | 'rewrapDataKeys'>;

export function createDataKeys(database: Database): DataKeys {
  const count = database.prepare<[], { keyId: string; keys: number }>(
    'SELECT keyId, count(*) AS keys FROM tokens WHERE keyId IS NOT NULL GROUP BY keyId',
  );
  const find = database.prepare<[object], Omit<DataKey, 'wrappedKey'> & { keyCiphertext: string }>(`
    SELECT token, applicationId, keyCiphertext FROM tokens
    WHERE keyId = @keyId AND token > @after ORDER BY token LIMIT @limit`);
  // "+" keeps the planner from the index by key, in which all tokens of that key are neighbours.
  const rewrap = database.prepare<[object]>(`
    UPDATE tokens SET keyId = @toId, keyCiphertext = @to
    WHERE token = @token AND +keyId = @fromId AND keyCiphertext = @from`);

  return {
    async countDataKeys() {
      return new Map(count.all().map(({ keyId, keys }) => [keyId, keys]));
    },
    async findDataKeys(keyId, after, limit) {
      return find
        .all({ keyId, after: after ?? '', limit })
        .map(({ token, applicationId, keyCiphertext }) => ({
          token,
          applicationId,
          wrappedKey: { keyId, ciphertext: keyCiphertext },
        }));
    },
    async rewrapDataKeys(rewrappings) {
      if (rewrappings.length === 0) return 0;
      return atomically(database, () =>
        rewrappings.reduce(
          (total, { token, from, to }) =>
            total + rewrap.run({ token, ...rewrappingColumns({ from, to }) }).changes,
          0,
        ),
      );
    },
  };
}
