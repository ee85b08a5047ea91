import type { JWK, JWTVerifyGetKey } from 'jose';
import type { ApplicationSettings } from '../config/settings.js';
import type { Limits } from '../services/limits.js';
import type { ReportFailure } from '../services/problems.js';
import { fetchJWKS } from './jwks-fetch.js';
import { createKeySet } from './key-set.js';
import { createRemoteKeys } from './remote-keys.js';

/** An app that trusts this tokenizer, and whose signed statements this tokenizer trusts. */
export interface Application {
  id: string;
  /** Origins of its pages. */
  origins: readonly string[];
  /** What its servers may do with values themselves. */
  serverSide: { tokenize: boolean; detokenize: boolean };
  limits: Limits;
  /** Finds the public key of a JWT; rejects when there is none, or when the keys cannot be fetched. */
  findKey: JWTVerifyGetKey;
}

export type Applications = ReadonlyMap<string, Application>;

export function createApplications(
  settings: readonly ApplicationSettings[],
  { now = () => new Date(), report = () => undefined }: { now?: () => Date; report?: ReportFailure } = {},
): Applications {
  const findKeyOf = ({ id, keys }: ApplicationSettings) =>
    'url' in keys
      ? createRemoteKeys({
          fetchKeys: () => fetchJWKS(keys.url),
          now,
          onFailure: (error) => report(error, null, `the keys of application "${id}" could not be renewed`),
        })
      : createKeySet(keys.jwks.keys as JWK[]);
  return new Map(
    settings.map((it) => {
      const { id, origins, limits, serverSide } = it;
      return [id, { id, origins, limits, serverSide, findKey: findKeyOf(it) }];
    }),
  );
}
