import type { ApplicationSettings, Settings } from '../config/settings.js';
import { fetchJWKS } from '../auth/jwks-fetch.js';
import { fault, fine, reasonOf, warning } from './finding.js';
import type { Finding } from './finding.js';

const check = 'applications';

/** Whether every application publishes a key that its JWTs can be verified with. */
export const checkApplications = async ({ applications }: Settings): Promise<Finding[]> =>
  (await Promise.all(applications.map(checkApplication))).flat();

async function checkApplication({ id, keys, serverSide }: ApplicationSettings): Promise<Finding[]> {
  const rights = serverSide.detokenize
    ? [
        warning(
          check,
          `servers of ${id} may read every value of it, without grants`,
          'Where no job needs that, remove serverSide.detokenize.',
        ),
      ]
    : [];
  if (!('url' in keys))
    return [fine(check, `${id} is known by ${count(keys.jwks.keys.length)} of the configuration`), ...rights];
  try {
    return [fine(check, `${id} publishes ${count((await fetchJWKS(keys.url)).length)}`), ...rights];
  } catch (error) {
    return [
      fault(
        check,
        `the keys of ${id} cannot be had: ${reasonOf(error)}`,
        `Check that ${keys.url.origin}${keys.url.pathname} answers this machine, with the application's public keys (its SDK serves them).`,
      ),
      ...rights,
    ];
  }
}

const count = (keys: number) => `${keys} ${keys === 1 ? 'key' : 'keys'}`;
