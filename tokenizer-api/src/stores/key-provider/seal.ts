import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { keySize } from './keys.js';
import type { KeyContext } from './port.js';

const algorithm = 'aes-256-gcm';
const nonceSize = 12;
const tagSize = 16;
const nothing = new Uint8Array();

/**
 * Seals a data key under a wrapping key: AES-256-GCM with a random 96-bit nonce, and its context as additional data
 * (NIST SP 800-38D). The key for that is derived per context by HKDF-SHA-256 (RFC 5869), so however many are wrapped,
 * no key sees enough nonces to repeat one. Gives nonce, ciphertext and tag. `beside` is what stands beside it and must
 * not be altered either.
 */
export function seal(
  wrappingKey: Uint8Array,
  dataKey: Uint8Array,
  context: KeyContext,
  beside: Uint8Array = nothing,
): Buffer {
  const encoded = encode(context);
  const nonce = randomBytes(nonceSize);
  const cipher = createCipheriv(algorithm, derive(wrappingKey, encoded), nonce, { authTagLength: tagSize });
  cipher.setAAD(Buffer.concat([encoded, beside]));
  return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
}

/** The reverse of {@link seal}. Throws when anything was altered, or the context is another. */
export function unseal(
  wrappingKey: Uint8Array,
  sealed: Buffer,
  context: KeyContext,
  beside: Uint8Array = nothing,
): Buffer {
  if (sealed.length <= nonceSize + tagSize) throw new Error('The wrapped key is cut short.');
  const encoded = encode(context);
  const decipher = createDecipheriv(algorithm, derive(wrappingKey, encoded), sealed.subarray(0, nonceSize), {
    authTagLength: tagSize,
  });
  decipher.setAAD(Buffer.concat([encoded, beside]));
  decipher.setAuthTag(sealed.subarray(-tagSize));
  return Buffer.concat([decipher.update(sealed.subarray(nonceSize, -tagSize)), decipher.final()]);
}

const derive = (key: Uint8Array, info: Uint8Array): Buffer =>
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
