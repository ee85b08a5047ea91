import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';
import { list } from './rows.js';

type Orphans = Pick<TokenStore, 'noteOrphans' | 'forgetOrphans'>;

export function createOrphans(database: Database): Orphans {
  // "WHERE true" tells SQLite's parser that what follows is no join condition.
  const note = database.prepare<[object], { token: string; foundAt: number }>(`
    INSERT INTO orphans (applicationId, token, foundAt, seenAt)
    SELECT @applicationId, token, @now, @now FROM (SELECT DISTINCT value AS token FROM json_each(@tokens)) WHERE true
    ON CONFLICT (applicationId, token) DO UPDATE SET seenAt = excluded.seenAt
    RETURNING token, foundAt`);
  const forget = database.prepare<[number]>('DELETE FROM orphans WHERE seenAt < ?');

  return {
    async noteOrphans(applicationId, tokens, now) {
      if (tokens.length === 0) return new Map();
      const rows = note.all({ applicationId, tokens: list(tokens), now: now.getTime() });
      return new Map(rows.map(({ token, foundAt }) => [token, new Date(foundAt)]));
    },
    async forgetOrphans(before) {
      return forget.run(before.getTime()).changes;
    },
  };
}
