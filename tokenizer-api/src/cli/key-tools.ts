import type { Command } from 'commander';
import { ConfigError } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { auditSecret, openAudit } from '../services/audit.js';
import type { Audit } from '../services/audit.js';
import type { KeyProvider } from '../stores/key-provider/port.js';
import { createSecrets } from '../stores/secrets.js';
import type { TokenStore } from '../stores/token-store/port.js';
import { openExistingKeyProvider, openTokenStore } from '../stores.js';
import { settingsOf } from './settings.js';

/** What commands about keys work with. */
export interface KeyTools {
  settings: Settings;
  store: TokenStore;
  keys: KeyProvider;
  audit: Pick<Audit, 'recordOwn'>;
}

/** Opens them for a command, and closes them after it. Makes no key file: a new one would fit nothing. */
export async function withKeyTools<T>(command: Command, work: (tools: KeyTools) => Promise<T>): Promise<T> {
  const settings = await settingsOf(command);
  const keys = await openExistingKeyProvider(settings);
  const store = await openTokenStore(settings, (text) => console.error(text));
  try {
    await store.migrate();
    const audit = await openAudit({
      store,
      key: await createSecrets({ store, keys })(auditSecret),
      now: () => new Date(),
      report: (error, _requestId, what) => console.error(`${what}: ${String(error)}`),
    });
    try {
      return await work({ settings, store, keys, audit });
    } finally {
      await audit.close();
    }
  } finally {
    await store.close();
  }
}

/** The key file, for commands that change it. Throws {@link ConfigError} where keys are kept elsewhere. */
export function keyFileOf({ keyProvider, keyFile }: Settings): string {
  if (keyProvider.kind === 'local' && !keyProvider.keys) return keyFile;
  throw new ConfigError([
    keyProvider.kind === 'local'
      ? 'LUNASEC_KEYS: the keys are not in a file; change the variable of every tokenizer, and start them again'
      : 'LUNASEC_KMS_KEY_IDS: keys of AWS KMS are made there; change the setting of every tokenizer, and start them again',
  ]);
}
