import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readOrCreateKeys } from './key-file.js';
import type { KeyContext, KeyProvider } from './port.js';

const algorithm = 'aes-256-gcm';
const keySize = 32;
const nonceSize = 12;
const tagSize = 16;

/**
 * Wrapping keys in a file of this machine, made on the first start. The `active` key wraps; every key of the file
 * unwraps. Rejects when others can read the file, or when it is malformed.
 *
 * A data key is sealed with AES-256-GCM, a random 96-bit nonce, and its context as additional data (NIST SP 800-38D).
 * The key for that is derived per context, so however many are wrapped, no key sees enough nonces to repeat one.
 */
export async function openLocalKeyProvider(path: string): Promise<KeyProvider> {
  const { active, keys } = await readOrCreateKeys(path);
  const byId = new Map(keys.map(({ id, key }) => [id, key]));

  function wrappingKey(id: string, context: Buffer): Buffer {
    const key = byId.get(id);
    if (!key) throw new Error(`The key file ${path} has no key ${id}. Restore the file that has it.`);
    return hkdf(key, context);
  }

  return {
    async wrap(dataKey, context) {
      const encoded = encode(context);
      const nonce = randomBytes(nonceSize);
      const cipher = createCipheriv(algorithm, wrappingKey(active, encoded), nonce, {
        authTagLength: tagSize,
      });
      cipher.setAAD(encoded);
      const sealed = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
      return { keyId: active, ciphertext: sealed.toString('base64') };
    },

    async unwrap({ keyId, ciphertext }, context) {
      const encoded = encode(context);
      const key = wrappingKey(keyId, encoded);
      const sealed = Buffer.from(ciphertext, 'base64');
      if (sealed.length <= nonceSize + tagSize) throw new Error('The wrapped key is cut short.');
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceSize), {
        authTagLength: tagSize,
      });
      decipher.setAAD(encoded);
      decipher.setAuthTag(sealed.subarray(-tagSize));
      return Buffer.concat([decipher.update(sealed.subarray(nonceSize, -tagSize)), decipher.final()]);
    },

    async ping() {},
  };
}

const hkdf = (key: Uint8Array, info: Uint8Array): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', Buffer.concat([Buffer.from('lunasec wrap\0'), info]), keySize));

/** The names with their lengths in front, two of a token and one of a secret: no two contexts share an encoding. */
const encode = (context: KeyContext): Buffer =>
  Buffer.concat(
    ('secret' in context ? [context.secret] : [context.applicationId, context.token]).flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
