import { readKeyFile, readOrCreateKeyFile, versionOfKeyFile } from './key-file.js';
import type { Keys } from './keys.js';
import { KeyProviderUnavailableError } from './port.js';
import type { KeyProvider } from './port.js';
import { seal, unseal } from './seal.js';

/** Where keys come from. */
interface KeySource {
  /** For messages. */
  name: string;
  /** As they were known last. */
  known(): Keys;
  /** As they are now, or were at most so many milliseconds ago. */
  current(age: number): Promise<Keys>;
}

/** How long a wrapping key is used before the file is looked at again, in milliseconds. */
export const keyFileAge = 5000;

/**
 * Wrapping keys in a file of this machine, made on the first start. The `active` key wraps; every key of the file
 * unwraps. Rejects when others can read the file, or when it is malformed.
 *
 * A change of the file is noticed without a restart: at once where a wrapped key names a key that is not known yet, and
 * within {@link keyFileAge} for which one is active. While the file cannot be read nothing is wrapped, since its key
 * might have been retired; what is known still unwraps. `clock` gives milliseconds that never go back.
 */
export async function openLocalKeyProvider(
  path: string,
  { clock = () => performance.now() }: { clock?: () => number } = {},
): Promise<KeyProvider> {
  let file = await readOrCreateKeyFile(path);
  let checkedAt = clock();
  let checking: Promise<void> | undefined;

  async function check(): Promise<void> {
    const at = clock();
    if ((await versionOfKeyFile(path)) !== file.version) file = await readKeyFile(path);
    checkedAt = at;
  }

  return createProvider({
    name: `The key file ${path}`,
    known: () => file.keys,
    async current(age) {
      if (clock() - checkedAt < age) return file.keys;
      // One that began before this call may have missed what this call has come across.
      await checking?.catch(() => undefined);
      checking ??= check().finally(() => (checking = undefined));
      await checking;
      return file.keys;
    },
  });
}

/** Wrapping keys that the configuration gives, for as long as this process lives. */
export const createLocalKeyProvider = (keys: Keys): KeyProvider =>
  createProvider({ name: 'LUNASEC_KEYS', known: () => keys, current: async () => keys });

function createProvider(source: KeySource): KeyProvider {
  const current = (age: number) =>
    source.current(age).catch((error: Error) => {
      throw new KeyProviderUnavailableError(error.message, { cause: error });
    });
  const find = ({ keys }: Keys, id: string) => keys.find((it) => it.id === id)?.key;

  return {
    async wrap(dataKey, context) {
      const keys = await current(keyFileAge);
      return {
        keyId: keys.active,
        ciphertext: seal(find(keys, keys.active)!, dataKey, context).toString('base64'),
      };
    },
    async unwrap({ keyId, ciphertext }, context) {
      const key = find(source.known(), keyId) ?? find(await current(0), keyId);
      if (!key) throw new Error(`${source.name} has no key ${keyId}. Restore the one that has it.`);
      return unseal(key, Buffer.from(ciphertext, 'base64'), context);
    },
    async keyIds() {
      const { active, keys } = await current(0);
      return { active, all: keys.map(({ id }) => id) };
    },
    async ping() {
      await current(0);
    },
  };
}
