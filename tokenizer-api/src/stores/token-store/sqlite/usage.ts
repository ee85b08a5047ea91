import type { Database } from 'better-sqlite3';
import type { TokenStore, Usage } from '../port.js';

export function createUsage(database: Database): Pick<TokenStore, 'addUsage' | 'countUsage'> {
  const add = database.prepare<[object], Usage & { countedAt: number | null }>(`
    INSERT INTO usage (applicationId, tokens, bytes) VALUES (@applicationId, @tokens, @bytes)
    ON CONFLICT (applicationId) DO UPDATE SET tokens = tokens + excluded.tokens, bytes = bytes + excluded.bytes
    RETURNING tokens, bytes, countedAt`);
  // One statement, so that nothing is added meanwhile.
  const count = database.prepare<[object], Usage>(`
    INSERT INTO usage (applicationId, tokens, bytes, countedAt)
    SELECT @applicationId, count(*), coalesce(sum(size), 0), @now FROM tokens
    WHERE applicationId = @applicationId AND (status <> 'deleted' OR garbageAt IS NOT NULL)
    ON CONFLICT (applicationId) DO UPDATE
      SET tokens = excluded.tokens, bytes = excluded.bytes, countedAt = excluded.countedAt
    RETURNING tokens, bytes`);

  return {
    async addUsage(applicationId, { tokens, bytes }) {
      const { countedAt, ...usage } = add.get({ applicationId, tokens, bytes })!;
      return { ...usage, countedAt: countedAt === null ? null : new Date(countedAt) };
    },
    async countUsage(applicationId, now) {
      return count.get({ applicationId, now: now.getTime() })!;
    },
  };
}
