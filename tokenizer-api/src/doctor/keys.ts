import { createToken } from '@lunasec/secure-frame/protocol';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Settings } from '../config/settings.js';
import type { KeyProvider } from '../stores/key-provider/port.js';
import { openKeyProvider } from '../stores.js';
import { fault, fine, reasonOf, warning } from './finding.js';
import type { Finding } from './finding.js';

/** Whether data keys can be wrapped and unwrapped. Makes no keys. */
export async function checkKeys(settings: Settings): Promise<Finding[]> {
  const { keyFile, keyProvider } = settings;
  const isFile = keyProvider.kind === 'local' && !keyProvider.keys;
  if (isFile && !existsSync(keyFile))
    return [
      warning(
        'keys',
        `there is no key file ${keyFile}; the first start makes one`,
        'If values were stored before, restore it from a backup instead: without it none can be read. All replicas need the same file.',
      ),
    ];
  try {
    const provider = await openKeyProvider(settings);
    // Asks AWS KMS for both operations, while the check below may use what it has in memory.
    await provider.ping();
    return [await checkProvider(provider)];
  } catch (error) {
    const fix = isFile
      ? 'Restore the key file from a backup, or give it back to its owner.'
      : 'Check the ids, region and endpoint of the keys, and that this tokenizer may use kms:GenerateDataKey and kms:Decrypt with them.';
    return [fault('keys', reasonOf(error), fix)];
  }
}

/** Wraps and unwraps a key that is used for nothing. */
export async function checkProvider(keys: Pick<KeyProvider, 'wrap' | 'unwrap'>): Promise<Finding> {
  const fix = 'Check that this tokenizer may use the wrapping key for encrypting and decrypting.';
  try {
    const dataKey = randomBytes(32);
    const context = { applicationId: 'doctor', token: createToken() };
    const wrapped = await keys.wrap(dataKey, context);
    const same = dataKey.equals(await keys.unwrap(wrapped, context));
    return same
      ? fine('keys', `data keys are wrapped and unwrapped by ${wrapped.keyId}`)
      : fault('keys', 'a data key came back changed', 'Do not start: nothing that is stored could be read.');
  } catch (error) {
    return fault('keys', `data keys cannot be wrapped and unwrapped (${reasonOf(error)})`, fix);
  }
}
