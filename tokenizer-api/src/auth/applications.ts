import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { ApplicationSettings } from '../config/settings.js';
import type { Limits } from '../services/limits.js';

/** An app that trusts this tokenizer, and whose signed statements this tokenizer trusts. */
export interface Application {
  id: string;
  /** Origins of its pages. */
  origins: readonly string[];
  limits: Limits;
  /** Finds the public key of a JWT; rejects when there is none, or when the keys cannot be fetched. */
  findKey: JWTVerifyGetKey;
}

export type Applications = ReadonlyMap<string, Application>;

/** How long fetched keys are used, in milliseconds: also how long a withdrawn key may still be accepted. */
const keysMaxAge = 10 * 60_000;
/** An unknown key id makes the keys be fetched anew, but not more often than this, in milliseconds. */
const keysCooldown = 30_000;
const keysTimeout = 5_000;

export function createApplications(settings: readonly ApplicationSettings[]): Applications {
  return new Map(
    settings.map(({ id, origins, limits, keys }) => [
      id,
      {
        id,
        origins,
        limits,
        findKey:
          'url' in keys
            ? createRemoteJWKSet(keys.url, {
                cacheMaxAge: keysMaxAge,
                cooldownDuration: keysCooldown,
                timeoutDuration: keysTimeout,
              })
            : createLocalJWKSet(keys.jwks as JSONWebKeySet),
      },
    ]),
  );
}
