import type { RequestHandler } from 'express';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './config/settings.js';
import { KeyFileError } from './stores/key-provider/key-file.js';
import { createLocalKeyProvider, openLocalKeyProvider } from './stores/key-provider/local.js';
import type { KeyProvider } from './stores/key-provider/port.js';
import { createDiskObjectStore } from './stores/object-store/disk.js';
import type { ObjectStore } from './stores/object-store/port.js';
import type { RateCounter } from './stores/rate-counter/port.js';
import type { TokenStore } from './stores/token-store/port.js';
import { createSecrets } from './stores/secrets.js';
import type { OpenSecret } from './stores/secrets.js';

/** The stores that the settings ask for, opened. */
export interface Stores {
  tokens: TokenStore;
  objects: ObjectStore;
  /** Serves signed URLs, where objects are kept on this machine's disk. */
  objectsHandler: RequestHandler | undefined;
  keys: KeyProvider;
  openSecret: OpenSecret;
  /** Counts for all replicas, where they share a database. */
  rateCounter: RateCounter | undefined;
  close(): Promise<void>;
}

interface Parts {
  publicURL: string;
  now: () => Date;
  warn(text: string): void;
}

/** Opens database, object store and key, and brings the database up to date. */
export async function openStores(settings: Settings, { publicURL, now, warn }: Parts): Promise<Stores> {
  const keys = await openKeyProvider(settings);
  const tokens = await openTokenStore(settings, warn);
  try {
    await tokens.migrate();
    const openSecret = createSecrets({ store: tokens, keys });
    const { store: objects, handler } = await openObjectStore(settings, {
      publicURL,
      now,
      openSecret,
    });
    const rateCounter = await openRateCounter(settings, warn);
    return {
      tokens,
      objects,
      objectsHandler: handler,
      keys,
      openSecret,
      rateCounter,
      close: async () => {
        await Promise.all([tokens.close(), objects.close(), rateCounter?.close()]);
      },
    };
  } catch (error) {
    await tokens.close();
    throw error;
  }
}

/** Opens what wraps keys. Makes a key file where one is configured and missing. */
export async function openKeyProvider({ keyProvider, keyFile }: Settings): Promise<KeyProvider> {
  if (keyProvider.kind === 'local')
    return keyProvider.keys ? createLocalKeyProvider(keyProvider.keys) : openLocalKeyProvider(keyFile);
  const { createAWSKMSKeyProvider } = await import('./stores/key-provider/aws-kms.js');
  const { kind: _, ...options } = keyProvider;
  return createAWSKMSKeyProvider(options);
}

/** {@link openKeyProvider} for commands. Rejects when there is no key file: a new one would fit nothing. */
export async function openExistingKeyProvider(settings: Settings): Promise<KeyProvider> {
  const { keyProvider, keyFile } = settings;
  if (keyProvider.kind === 'local' && !keyProvider.keys)
    await access(keyFile).catch(() => {
      throw new KeyFileError(
        `There is no key file ${keyFile}. Run this with the settings of the tokenizers.`,
      );
    });
  return openKeyProvider(settings);
}

/** Opens the database and one of its secrets, for commands. Makes neither keys nor a secret: new ones would fit nothing. */
export async function openStoreWithSecret(
  settings: Settings,
  name: string,
  warn: (text: string) => void,
): Promise<{ store: TokenStore; secret: Uint8Array }> {
  const keys = await openExistingKeyProvider(settings);
  const store = await openTokenStore(settings, warn);
  try {
    const found = await store.findSecret(name);
    if (!found)
      throw new Error(
        `The database has no secret "${name}": no tokenizer has used it, or somebody removed it. Restore it from a backup.`,
      );
    return { store, secret: await keys.unwrap(found.wrappedKey, { secret: name }) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens the database alone. The caller migrates and closes it. */
export async function openTokenStore(
  { tokenStore, dataDirectory }: Settings,
  warn: (text: string) => void,
): Promise<TokenStore> {
  // Loaded only where they are used: the drivers of databases and clouds are large, and one has native code.
  if (tokenStore.kind === 'sqlite') {
    const { openSqliteTokenStore } = await import('./stores/token-store/sqlite.js');
    return openSqliteTokenStore(join(dataDirectory, 'tokenizer.sqlite'));
  }
  const { connectMongoTokenStore } = await import('./stores/token-store/mongo.js');
  const { uri, database } = tokenStore;
  return connectMongoTokenStore({
    uri,
    ...(database === undefined ? {} : { dbName: database }),
    onWarning: warn,
  });
}

async function openRateCounter(
  { tokenStore }: Settings,
  warn: (text: string) => void,
): Promise<RateCounter | undefined> {
  if (tokenStore.kind === 'sqlite') return undefined;
  const { connectMongoRateCounter } = await import('./stores/rate-counter/mongo.js');
  return connectMongoRateCounter({ uri: tokenStore.uri, dbName: tokenStore.database, onWarning: warn });
}

async function openObjectStore(
  { objectStore, dataDirectory }: Settings,
  { publicURL, now, openSecret }: Omit<Parts, 'warn'> & { openSecret: OpenSecret },
): Promise<{ store: ObjectStore; handler: RequestHandler | undefined }> {
  if (objectStore.kind === 's3')
    return { store: await openS3ObjectStore(objectStore, now), handler: undefined };
  return createDiskObjectStore({
    directory: join(dataDirectory, 'objects'),
    publicURL,
    signingKey: await openSecret('object-urls'),
    now,
  });
}

/** Opens the bucket alone. The caller closes it. */
export async function openS3ObjectStore(
  { kind: _, serverSideEncryption, kmsKeyId, ...options }: Extract<Settings['objectStore'], { kind: 's3' }>,
  now: () => Date,
): Promise<ObjectStore> {
  const { createS3ObjectStore } = await import('./stores/object-store/s3.js');
  const encryption = serverSideEncryption ?? (options.endpoint === undefined ? 'AES256' : undefined);
  return createS3ObjectStore({
    ...options,
    serverSideEncryption:
      encryption === 'aws:kms' ? { kind: encryption, keyId: kmsKeyId } : encryption && { kind: encryption },
    now,
  });
}
