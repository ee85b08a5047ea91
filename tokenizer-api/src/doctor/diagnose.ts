import { mkdir } from 'node:fs/promises';
import type { Settings } from '../config/settings.js';
import { originAt } from '../http/listen.js';
import { openS3ObjectStore } from '../stores.js';
import { checkApplications } from './applications.js';
import { checkConsole } from './console.js';
import { checkDatabase } from './database.js';
import { withDiskObjectStore } from './embedded-objects.js';
import { checkEncryption } from './encryption.js';
import { checkFiles } from './files.js';
import { fault, reasonOf } from './finding.js';
import type { Finding } from './finding.js';
import { checkInstalledFrames, checkServedFrames } from './frames.js';
import { checkKeys } from './keys.js';
import { checkObjectStore } from './object-store.js';
import { checkPublicURL } from './public-url.js';

export interface DiagnosisOptions {
  /** The configuration file that was read. */
  configFile?: string | undefined;
  isProduction?: boolean;
  now?: () => Date;
}

/** Checks what a tokenizer with these settings depends on, one after the other. Leaves nothing behind. */
export async function* diagnose(
  settings: Settings,
  { configFile, isProduction = false, now = () => new Date() }: DiagnosisOptions = {},
): AsyncGenerator<Finding> {
  yield* await checkFiles(settings, configFile);
  yield await checkInstalledFrames();
  const reached = await checkPublicURL(settings, { isProduction });
  yield* reached;
  // Only where it is known to answer: before the first start nothing does.
  if (settings.publicURL !== undefined && reached.every(({ status }) => status === 'ok'))
    yield await checkServedFrames(settings.publicURL, settings.applications[0]!.id);
  yield* await checkEncryption(settings, { isProduction });
  yield* await checkKeys(settings);
  yield* await checkDatabase(settings, now);
  yield* await checkObjects(settings, now);
  yield* await checkApplications(settings);
  yield* await checkConsole(settings);
}

async function checkObjects(settings: Settings, now: () => Date): Promise<Finding[]> {
  const { dataDirectory, objectStore, applications } = settings;
  const applicationId = applications[0]!.id;
  const origin = settings.publicURL ?? originAt(settings.host, settings.port);
  try {
    if (objectStore.kind === 'disk') {
      await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
      return await withDiskObjectStore(dataDirectory, now, (store) =>
        checkObjectStore(store, { applicationId, origin: undefined, now }),
      );
    }
    const store = await openS3ObjectStore(objectStore, now);
    try {
      return await checkObjectStore(store, { applicationId, origin, now });
    } finally {
      await store.close();
    }
  } catch (error) {
    return [
      fault(
        'objects',
        `the object store cannot be opened (${reasonOf(error)})`,
        'Check that its directory can be written to, or its settings.',
      ),
    ];
  }
}
