import { openStores } from './stores.mjs';

/**
 * MongoDB for tokenizers, and S3 where it is wanted: those of the environment, or what `npm run services` starts. Undefined where
 * they cannot be had. `create()` gives the settings of new, empty stores.
 */
export async function openServices() {
  const stores = await openStores({ embedded: false });
  if (stores.what.startsWith('embedded')) {
    await stores.close();
    return undefined;
  }
  return stores;
}

/** Of what stores are asked for, only the database: ciphertext stays on this machine's disk. */
export const databaseOnly = (settings) => {
  const { LUNASEC_MONGODB_URI, LUNASEC_MONGODB_DATABASE } = settings;
  return { LUNASEC_MONGODB_URI, LUNASEC_MONGODB_DATABASE };
};
