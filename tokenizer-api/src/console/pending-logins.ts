import { LRUCache } from 'lru-cache';
import { createSecret, digestOf } from '../auth/random-secret.js';
import type { PendingLogin } from './oidc.js';

/** How long a person may take at the provider, in seconds. */
const lifetime = 600;
/** Most logins that are under way; beginning one costs nothing, so the oldest makes room. */
const capacity = 1000;

/** Logins that left for the provider, each bound to the browser that holds its id in a cookie. */
export interface PendingLogins {
  /** Returns the id. */
  add(login: PendingLogin): string;
  /** The login, once. */
  take(id: string | undefined): PendingLogin | null;
}

export function createPendingLogins(now: () => Date): PendingLogins {
  const logins = new LRUCache<string, PendingLogin & { until: number }>({ max: capacity });
  return {
    add(login) {
      const id = createSecret();
      logins.set(digestOf(id), { ...login, until: now().getTime() + lifetime * 1000 });
      return id;
    },
    take(id) {
      if (id === undefined) return null;
      const digest = digestOf(id);
      const login = logins.get(digest);
      logins.delete(digest);
      return login && login.until > now().getTime() ? login : null;
    },
  };
}
