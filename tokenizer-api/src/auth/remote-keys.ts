import { errors } from 'jose';
import type { JWK, JWTVerifyGetKey } from 'jose';
import { createKeySet } from './key-set.js';

/** Milliseconds. */
const second = 1000;
const minute = 60 * second;
/** Keys of this age are fetched again while they go on being used. */
const refreshAge = 5 * minute;
/** Keys of this age are used only after fetching failed: how long a withdrawn key may still be accepted. */
const maxAge = 10 * minute;
/** How long keys are used when their address does not answer: an application may be down, its users must not be. */
const maxStaleAge = 60 * minute;
/** From one fetch to the next. Anybody can send an unknown key id. */
const cooldown = 30 * second;
/** The same while there are no keys at all. */
const firstCooldown = second;

/**
 * The keys behind an address, fetched when they are first needed. A new key id is fetched at once, but for the
 * cooldown. Rejects when there are no keys that may still be used.
 */
export function createRemoteKeys({
  fetchKeys,
  now,
  onFailure,
}: {
  fetchKeys: () => Promise<JWK[]>;
  now: () => Date;
  /** Hears of failed fetches that callers do not notice. */
  onFailure: (error: unknown) => void;
}): JWTVerifyGetKey {
  let known: { find: JWTVerifyGetKey; at: number } | undefined;
  let tried = -Infinity;
  let failure: unknown;
  let pending: Promise<JWTVerifyGetKey> | undefined;

  const mayFetch = () =>
    pending !== undefined || now().getTime() - tried >= (known === undefined ? firstCooldown : cooldown);

  async function load(): Promise<JWTVerifyGetKey> {
    const at = now().getTime();
    tried = at;
    try {
      const find = createKeySet(await fetchKeys());
      known = { find, at };
      return find;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  const reload = () => (pending ??= load().finally(() => (pending = undefined)));

  async function current(): Promise<JWTVerifyGetKey> {
    if (known === undefined) {
      if (mayFetch()) return reload();
      throw failure;
    }
    const age = now().getTime() - known.at;
    if (age < refreshAge) return known.find;
    if (age < maxAge) {
      if (mayFetch()) void reload().catch(onFailure);
      return known.find;
    }
    if (mayFetch())
      try {
        return await reload();
      } catch (error) {
        onFailure(error);
      }
    if (age < maxStaleAge) return known.find;
    throw failure;
  }

  return async (header, token) => {
    const find = await current();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayFetch()) throw error;
      return (await reload())(header, token);
    }
  };
}
