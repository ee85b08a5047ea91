import { LRUCache } from 'lru-cache';
import { createSecret, digestOf } from '../auth/random-secret.js';

/** An operator who is signed in. */
export interface ConsoleSession {
  /** As the audit names them. */
  operator: string;
  /** Stands in every form of the session: another origin can send a form, but cannot read this. */
  formToken: string;
}

export interface ConsoleSessions {
  /** Returns the id, 256 random bits. Only its digest is kept. */
  begin(operator: string): string;
  /** The session of an id, unless it ended or ran out; using it prolongs it up to its absolute end. */
  find(id: string | undefined): ConsoleSession | null;
  end(id: string | undefined): void;
}

interface Entry extends ConsoleSession {
  startedAt: number;
  usedAt: number;
}

/** Most sessions at a time; the one that was not used for longest goes first. */
const capacity = 1000;

/** Sessions in memory: they end with the process. Timeouts are in seconds. */
export function createConsoleSessions({
  idleTimeout,
  sessionTimeout,
  now,
}: {
  idleTimeout: number;
  sessionTimeout: number;
  now: () => Date;
}): ConsoleSessions {
  const entries = new LRUCache<string, Entry>({ max: capacity });
  return {
    begin(operator) {
      const id = createSecret();
      const at = now().getTime();
      const formToken = createSecret();
      entries.set(digestOf(id), { operator, formToken, startedAt: at, usedAt: at });
      return id;
    },
    find(id) {
      if (id === undefined) return null;
      const digest = digestOf(id);
      const entry = entries.get(digest);
      if (!entry) return null;
      const at = now().getTime();
      if (at - entry.usedAt >= idleTimeout * 1000 || at - entry.startedAt >= sessionTimeout * 1000) {
        entries.delete(digest);
        return null;
      }
      entry.usedAt = at;
      return { operator: entry.operator, formToken: entry.formToken };
    },
    end(id) {
      if (id !== undefined) entries.delete(digestOf(id));
    },
  };
}
