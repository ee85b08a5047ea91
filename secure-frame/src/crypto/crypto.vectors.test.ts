import { recordFigures } from '@lunasec/proof';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { failingCases, goodCases } from '../test-support/gcm-cases.js';
import type { GCMCase } from '../test-support/gcm-cases.js';
import { decryptValue, fromBase64, sha256, toBase64 } from './index.js';
import { importKey, open, seal } from './segments.js';

let vectors = 0;
afterAll(() => recordFigures('Vectors: AES-GCM, SHA-256, base64', { cases: vectors }));
const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const named = (cases: typeof goodCases): [string, string, GCMCase][] =>
  cases.map(([source, it]) => [source, it.name, it]);

/** The same by OpenSSL, as Node.js has it: so that a case that was copied wrong is no proof of anything. */
function decryptByOpenSSL({ key, iv, aad, ciphertext, tag }: GCMCase): string {
  const decipher = createDecipheriv('aes-256-gcm', hex(key), hex(iv), { authTagLength: 16 });
  decipher.setAAD(hex(aad)).setAuthTag(hex(tag));
  return decipher.update(ciphertext, 'hex', 'hex') + decipher.final('hex');
}

/** A ciphertext of format 1 by its documentation and OpenSSL alone. */
function formatOne(key: Uint8Array, iv: Uint8Array, token: string, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
  cipher.setAAD(Buffer.concat([Buffer.from(token), Buffer.from('00' + '00000000' + '01', 'hex')]));
  const body = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return new Uint8Array(Buffer.concat([Uint8Array.of(1), iv, ...body]));
}

const token = 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff';
const inside = (data: Uint8Array) => {
  const header = Buffer.from(JSON.stringify({ mediaType: 'text/plain', size: data.length }));
  const plaintext = new Uint8Array(256);
  plaintext.set([0, header.length, ...header, ...data]);
  return plaintext;
};

describe('AES-256-GCM, as values are encrypted with it', () => {
  test.each(named(goodCases))('%s: %s', async (_source, _name, it) => {
    expect(decryptByOpenSSL(it)).toBe(it.plaintext);
    const [iv, aad] = [hex(it.iv), hex(it.aad)];
    const sealed = await seal(await importKey(hex(it.key), 'encrypt'), iv, aad, hex(it.plaintext));
    expect(toHex(sealed)).toBe(it.ciphertext + it.tag);
    const opened = await open(await importKey(hex(it.key), 'decrypt'), iv, aad, hex(it.ciphertext + it.tag));
    expect(toHex(opened)).toBe(it.plaintext);
    vectors++;
  });

  test.each(named(failingCases))('%s: %s must fail', async (_source, _name, it) => {
    expect(() => decryptByOpenSSL(it)).toThrow();
    const key = await importKey(hex(it.key), 'decrypt');
    await expect(open(key, hex(it.iv), hex(it.aad), hex(it.ciphertext + it.tag))).rejects.toMatchObject({
      name: 'OperationError',
    });
    vectors++;
  });

  test.each(named(goodCases))(
    'in the format of values, under the key and iv of %s: %s',
    async (_source, _name, it) => {
      const data = hex(it.plaintext);
      const dataKey = hex(it.key);
      const ciphertext = formatOne(dataKey, hex(it.iv), token, inside(data));
      const opened = await decryptValue({ token, dataKey, ciphertext });
      expect([opened.mediaType, toHex(opened.data)]).toEqual(['text/plain', it.plaintext]);
      ciphertext[ciphertext.length - 1]! ^= 1;
      await expect(decryptValue({ token, dataKey, ciphertext })).rejects.toMatchObject({
        fault: 'authentication',
      });
      vectors++;
    },
  );

  test('what was stored once opens for ever: a ciphertext of format 1, byte for byte', async () => {
    const dataKey = Uint8Array.from({ length: 32 }, (_, index) => index);
    const iv = Uint8Array.from({ length: 12 }, (_, index) => 0xf0 + index);
    const ciphertext = formatOne(dataKey, iv, token, inside(new TextEncoder().encode('078-05-1120')));
    expect(ciphertext).toHaveLength(285);
    expect(createHash('sha256').update(ciphertext).digest('hex')).toBe(
      '84aaa0ff1c58c38e1cd020146685d4529668c333ca22ef294c6751dcbcf6a068',
    );
    const { data } = await decryptValue({ token, dataKey, ciphertext });
    expect(new TextDecoder().decode(data)).toBe('078-05-1120');
  });
});

// FIPS 180-4, examples of NIST's "Example Values"; and of the empty message.
test.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
])('SHA-256: FIPS 180-4, %#', async (text, digest) => {
  expect(toHex(await sha256(new TextEncoder().encode(text)))).toBe(digest);
  expect(createHash('sha256').update(text).digest('hex')).toBe(digest);
  vectors++;
});

// RFC 4648 §10.
test.each([
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
])('base64: RFC 4648, %j', (text, encoded) => {
  expect(toBase64(new TextEncoder().encode(text))).toBe(encoded);
  expect(new TextDecoder().decode(fromBase64(encoded))).toBe(text);
  vectors++;
});
