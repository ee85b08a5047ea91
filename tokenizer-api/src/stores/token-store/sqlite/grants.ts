import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';
import { grantOf, grantRowOf, list, listedTokens, tokenOf } from './rows.js';
import type { GrantRow, TokenRow } from './rows.js';
import { writingTogether } from './together.js';

type Grants = Pick<TokenStore, 'putReadGrants' | 'findReadable' | 'findReadGrants' | 'revokeReadGrants'>;

export function createGrants(database: Database): Grants {
  const write = writingTogether(database);
  const put = database.prepare<[GrantRow]>(`
    INSERT INTO readGrants (applicationId, sessionId, token, createdAt, expiresAt)
    VALUES (@applicationId, @sessionId, @token, @createdAt, @expiresAt)
    ON CONFLICT (applicationId, sessionId, token) DO UPDATE SET expiresAt = max(expiresAt, excluded.expiresAt)`);
  const findReadable = database.prepare<
    [object],
    TokenRow & { grantCreatedAt: number; grantExpiresAt: number }
  >(`
    SELECT tokens.*, readGrants.createdAt AS grantCreatedAt, readGrants.expiresAt AS grantExpiresAt
    FROM readGrants JOIN tokens USING (token, applicationId)
    WHERE applicationId = @applicationId AND readGrants.sessionId = @sessionId AND token IN ${listedTokens}`);
  const findOfToken = database.prepare<[object], GrantRow>(`
    SELECT * FROM readGrants
    WHERE token = @token AND applicationId = @applicationId AND expiresAt > @now LIMIT @limit`);
  const revoke = database.prepare<[object]>(`
    DELETE FROM readGrants
    WHERE applicationId = @applicationId AND sessionId = @sessionId AND token IN ${listedTokens}`);

  return {
    async putReadGrants(grants) {
      if (grants.length === 0) return;
      await write(() => {
        for (const grant of grants) put.run(grantRowOf(grant));
      });
    },

    async findReadable(applicationId, sessionId, tokens) {
      if (tokens.length === 0) return [];
      return findReadable.all({ applicationId, sessionId, tokens: list(tokens) }).map((row) => ({
        grant: {
          applicationId,
          sessionId,
          token: row.token,
          createdAt: new Date(row.grantCreatedAt),
          expiresAt: new Date(row.grantExpiresAt),
        },
        token: tokenOf(row),
      }));
    },

    async findReadGrants(applicationId, token, now, limit) {
      return findOfToken.all({ applicationId, token, now: now.getTime(), limit }).map(grantOf);
    },

    async revokeReadGrants(applicationId, sessionId, tokens) {
      if (tokens.length === 0) return 0;
      return revoke.run({ applicationId, sessionId, tokens: list(tokens) }).changes;
    },
  };
}
