import type { Database } from 'better-sqlite3';
import type { TokenStore } from '../port.js';
import { list, listedTokens, metadataColumns, newTokenRowOf, tokenOf } from './rows.js';
import type { NewTokenRow, TokenRow } from './rows.js';
import { atomically } from './schema.js';

type Tokens = Pick<
  TokenStore,
  'insertTokens' | 'findTokens' | 'acceptTokens' | 'prolongStoreGrants' | 'updateMetadata' | 'deleteTokens'
>;

export function createTokens(database: Database): Tokens {
  const insert = database.prepare<[NewTokenRow]>(`
    INSERT INTO tokens (token, applicationId, sessionId, status, keyId, keyCiphertext, size, checksum, uploadId, metadata,
      metadataEntries, createdAt, storeGrantExpiresAt)
    VALUES (@token, @applicationId, @sessionId, 'pending', @keyId, @keyCiphertext, @size, @checksum, @uploadId, @metadata,
      @metadataEntries, @createdAt, @storeGrantExpiresAt)
    ON CONFLICT (token) DO NOTHING`);
  // "+" keeps the planner from the index by application, which would read all of its tokens to find a few.
  const find = database.prepare<[{ applicationId: string; tokens: string }], TokenRow>(
    `SELECT * FROM tokens WHERE token IN ${listedTokens} AND +applicationId = @applicationId`,
  );
  const accept = database.prepare<[object]>(`
    UPDATE tokens
    SET status = 'accepted', acceptedAt = coalesce(acceptedAt, @now), binding = coalesce(binding, @binding)
    WHERE token = @token AND applicationId = @applicationId AND sessionId = @sessionId
      AND status IN ('pending', 'accepted') AND storeGrantExpiresAt > @now
      AND (binding IS NULL OR binding = @binding)`);
  const prolong = database.prepare<[object]>(`
    UPDATE tokens SET storeGrantExpiresAt = max(storeGrantExpiresAt, @until)
    WHERE token = @token AND applicationId = @applicationId AND sessionId = @sessionId
      AND status = 'pending' AND storeGrantExpiresAt > @now`);
  const updateMetadata = database.prepare<[object], TokenRow>(`
    UPDATE tokens SET metadata = @metadata, metadataEntries = @metadataEntries
    WHERE token = @token AND applicationId = @applicationId AND status IN ('pending', 'accepted')
    RETURNING *`);
  const bury = database.prepare<[object], { token: string }>(`
    UPDATE tokens SET status = 'deleted', keyId = NULL, keyCiphertext = NULL, deletedAt = @now, garbageAt = @now
    WHERE token IN ${listedTokens} AND +applicationId = @applicationId AND status IN ('pending', 'accepted')
    RETURNING token`);
  const removeGrants = database.prepare<[object]>(
    `DELETE FROM readGrants WHERE token IN ${listedTokens} AND applicationId = @applicationId`,
  );

  return {
    async insertTokens(tokens) {
      if (tokens.length === 0) return new Set();
      return atomically(database, () => {
        const created = tokens.filter((token) => insert.run(newTokenRowOf(token)).changes === 1);
        return new Set(created.map(({ token }) => token));
      });
    },

    async findTokens(applicationId, tokens) {
      if (tokens.length === 0) return [];
      return find.all({ applicationId, tokens: list(tokens) }).map(tokenOf);
    },

    async acceptTokens(applicationId, acceptances, now) {
      if (acceptances.length === 0) return new Set();
      return atomically(database, () => {
        const accepted = acceptances.filter(
          (acceptance) => accept.run({ ...acceptance, applicationId, now: now.getTime() }).changes === 1,
        );
        return new Set(accepted.map(({ token }) => token));
      });
    },

    async prolongStoreGrants(applicationId, sessionId, prolongations, now) {
      if (prolongations.length === 0) return new Set();
      return atomically(database, () => {
        const prolonged = prolongations.filter(({ token, until }) => {
          const times = { until: until.getTime(), now: now.getTime() };
          return prolong.run({ token, applicationId, sessionId, ...times }).changes === 1;
        });
        return new Set(prolonged.map(({ token }) => token));
      });
    },

    async updateMetadata(applicationId, token, metadata) {
      const row = updateMetadata.get({ applicationId, token, ...metadataColumns(metadata) });
      return row ? tokenOf(row) : null;
    },

    async deleteTokens(applicationId, tokens, now) {
      if (tokens.length === 0) return new Set();
      return atomically(database, () => {
        const names = { applicationId, tokens: list(tokens) };
        const deleted = bury.all({ ...names, now: now.getTime() });
        removeGrants.run(names);
        return new Set(deleted.map(({ token }) => token));
      });
    },
  };
}
