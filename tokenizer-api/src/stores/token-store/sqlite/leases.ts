import type { Database } from 'better-sqlite3';
import type { Lease, TokenStore } from '../port.js';

type Leases = Pick<TokenStore, 'takeLease' | 'renewLease' | 'releaseLease'>;

export function createLeases(database: Database): Leases {
  const take = database.prepare<[object], { progress: string | null }>(`
    INSERT INTO leases (name, holder, expiresAt) VALUES (@name, @holder, @expiresAt)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expiresAt = excluded.expiresAt
      WHERE leases.holder IS NULL OR leases.holder = excluded.holder OR leases.expiresAt <= @now
    RETURNING progress`);
  const renew = database.prepare<[object]>(`
    UPDATE leases SET expiresAt = @expiresAt, progress = @progress
    WHERE name = @name AND holder = @holder AND expiresAt > @now`);
  const release = database.prepare<[object]>(
    'UPDATE leases SET holder = NULL WHERE name = @name AND holder = @holder',
  );
  const rowOf = ({ name, holder, expiresAt }: Lease, now: Date) => ({
    name,
    holder,
    expiresAt: expiresAt.getTime(),
    now: now.getTime(),
  });

  return {
    async takeLease(lease, now) {
      return take.get(rowOf(lease, now)) ?? null;
    },
    async renewLease(lease, progress, now) {
      return renew.run({ ...rowOf(lease, now), progress }).changes === 1;
    },
    async releaseLease(name, holder) {
      release.run({ name, holder });
    },
  };
}
