import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { token } from '../test-support/values.js';
import { decryptValue, encryptValue, textMediaType } from './ciphertext.js';
import { createDataKey, paddedLength, sha256 } from './index.js';
import { additionalDataOf, importKey, nonceOf, seal, segmentSize, tagSize } from './segments.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const key = () => ({ token: token(1), dataKey: createDataKey() });
const about = { mediaType: textMediaType };
const fault = (name: string) => ({ name: 'CiphertextError', fault: name });
const sealedSize = segmentSize + tagSize;

describe('a value', () => {
  test('comes back as it was, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.option(fc.string({ unit: 'grapheme', maxLength: 40 }), { nil: undefined }),
        async (data, mediaType, filename) => {
          const parts = key();
          const value = { mediaType, data, ...(filename === undefined ? {} : { filename }) };
          const ciphertext = await encryptValue({ ...parts, ...value });
          const opened = await decryptValue({ ...parts, ciphertext });
          expect({ ...opened, data: [...opened.data] }).toEqual({ ...value, data: [...data] });
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([0, segmentSize - 200, segmentSize - 1, segmentSize, 3 * segmentSize + 17])(
    'comes back with %i bytes, around the borders of segments too',
    async (size) => {
      const parts = key();
      const data = new Uint8Array(size).map((_, index) => index * 7);
      const ciphertext = await encryptValue({ ...parts, ...about, data });
      const opened = await decryptValue({ ...parts, ciphertext });
      expect(Buffer.compare(opened.data, data)).toBe(0);
    },
  );

  test('is new bytes each time, also under the same key', async () => {
    const parts = key();
    const [one, other] = await Promise.all(
      [1, 2].map(() => encryptValue({ ...parts, ...about, data: utf8('a') })),
    );
    expect(Buffer.compare(one!, other!)).not.toBe(0);
  });

  test('shows its padded size only', async () => {
    const parts = key();
    const sizes = await Promise.all(
      ['', '078-05-1120', 'a'.repeat(180)].map(
        async (text) => (await encryptValue({ ...parts, ...about, data: utf8(text) })).length,
      ),
    );
    expect(sizes).toEqual([285, 285, 285]);
    const long = await encryptValue({ ...parts, ...about, data: new Uint8Array(5000) });
    expect(paddedLength(long.length - 29)).toBe(long.length - 29);
  });

  test('leaves what it was given as it was', async () => {
    const data = utf8('abc');
    const parts = key();
    const before = [...parts.dataKey];
    await encryptValue({ ...parts, ...about, data });
    expect([...data]).toEqual([...utf8('abc')]);
    expect([...parts.dataKey]).toEqual(before);
  });

  test('with a name that does not fit is refused', async () => {
    const value = { ...about, filename: 'x'.repeat(70_000), data: utf8('') };
    await expect(encryptValue({ ...key(), ...value })).rejects.toMatchObject(fault('content'));
  });
});

describe('does not open', () => {
  test('with any one bit changed', async () => {
    const parts = key();
    const ciphertext = await encryptValue({ ...parts, ...about, data: utf8('078-05-1120') });
    for (let index = 0; index < ciphertext.length; index++) {
      const altered = ciphertext.slice();
      altered[index]! ^= 1 << (index % 8);
      await expect(decryptValue({ ...parts, ciphertext: altered })).rejects.toMatchObject(
        fault(index === 0 ? 'format' : 'authentication'),
      );
    }
  });

  test('cut short anywhere, or with something after it', async () => {
    const parts = key();
    const ciphertext = await encryptValue({ ...parts, ...about, data: utf8('078-05-1120') });
    for (let length = 0; length < ciphertext.length; length++)
      await expect(decryptValue({ ...parts, ciphertext: ciphertext.slice(0, length) })).rejects.toMatchObject(
        {
          name: 'CiphertextError',
        },
      );
    const longer = new Uint8Array([...ciphertext, 0]);
    await expect(decryptValue({ ...parts, ciphertext: longer })).rejects.toMatchObject(
      fault('authentication'),
    );
  });

  test('under another token or key', async () => {
    const parts = key();
    const ciphertext = await encryptValue({ ...parts, ...about, data: utf8('078-05-1120') });
    const others = [
      { ...parts, token: token(2) },
      { ...parts, dataKey: createDataKey() },
    ];
    for (const other of others)
      await expect(decryptValue({ ...other, ciphertext })).rejects.toMatchObject(fault('authentication'));
  });

  test.each([0, 16, 31, 33])('with a key of %i bytes, nor is anything made with one', async (length) => {
    const parts = { token: token(1), dataKey: new Uint8Array(length) };
    await expect(encryptValue({ ...parts, ...about, data: utf8('a') })).rejects.toMatchObject(fault('key'));
    const ciphertext = await encryptValue({ ...key(), ...about, data: utf8('a') });
    await expect(decryptValue({ ...parts, ciphertext })).rejects.toMatchObject(fault('key'));
  });

  describe('with its segments', () => {
    const parts = key();
    const made = encryptValue({ ...parts, ...about, data: new Uint8Array(2.5 * segmentSize) });
    const segmentsOf = (ciphertext: Uint8Array) =>
      [0, 1, 2].map((index) => ciphertext.slice(13 + index * sealedSize, 13 + (index + 1) * sealedSize));
    const rebuilt = async (arrange: (segments: Uint8Array[]) => (Uint8Array | undefined)[]) => {
      const ciphertext = await made;
      const segments = arrange(segmentsOf(ciphertext)).map((segment) => segment ?? new Uint8Array());
      return new Uint8Array(Buffer.concat([ciphertext.slice(0, 13), ...segments]));
    };

    test.each<[string, (segments: Uint8Array[]) => (Uint8Array | undefined)[]]>([
      ['in another order', ([a, b, c]) => [b, a, c]],
      ['repeated', ([a, , c]) => [a, a, c]],
      ['without the last', ([a, b]) => [a, b]],
      ['without the first', ([, b, c]) => [b, c]],
      ['only the last', ([, , c]) => [c]],
      ['only the first', ([a]) => [a]],
      ['more after the last', ([a, b, c]) => [a, b, c, c]],
    ])('%s', async (_, arrange) => {
      await expect(decryptValue({ ...parts, ciphertext: await rebuilt(arrange) })).rejects.toMatchObject(
        fault('authentication'),
      );
    });

    test('(it does as it was)', async () => {
      const { data } = await decryptValue({ ...parts, ciphertext: await rebuilt((segments) => segments) });
      expect(data.length).toBe(2.5 * segmentSize);
    });

    test('of another value under the same key', async () => {
      const other = await encryptValue({ ...parts, ...about, data: new Uint8Array(2.5 * segmentSize) });
      const mixed = await rebuilt(([a, , c]) => [a, segmentsOf(other)[1], c]);
      await expect(decryptValue({ ...parts, ciphertext: mixed })).rejects.toMatchObject(
        fault('authentication'),
      );
    });
  });

  test('as another format', async () => {
    const ciphertext = await encryptValue({ ...key(), ...about, data: utf8('a') });
    ciphertext[0] = 2;
    await expect(decryptValue({ ...key(), ciphertext })).rejects.toMatchObject(fault('format'));
  });
});

describe('what holds the key but breaks the format is refused', () => {
  /** Seals any plaintext as one segment. */
  async function forge(parts: ReturnType<typeof key>, plaintext: Uint8Array): Promise<Uint8Array> {
    const place = { token: parts.token, iv: new Uint8Array(12), index: 0, last: true };
    const cryptoKey = await importKey(parts.dataKey, 'encrypt');
    const sealed = await seal(cryptoKey, nonceOf(place), additionalDataOf(place), new Uint8Array(plaintext));
    return new Uint8Array([1, ...place.iv, ...sealed]);
  }
  const padded = (header: string, rest = '', filler = 0) => {
    const bytes = new Uint8Array(256).fill(filler, 2 + header.length + rest.length);
    new DataView(bytes.buffer).setUint16(0, header.length);
    bytes.set(utf8(header + rest), 2);
    return bytes;
  };

  test('(a well-formed one opens)', async () => {
    const parts = key();
    const ciphertext = await forge(parts, padded('{"mediaType":"text/plain","size":1}', 'a'));
    expect(await decryptValue({ ...parts, ciphertext })).toEqual({
      mediaType: 'text/plain',
      data: utf8('a'),
    });
  });

  test.each<[string, Uint8Array]>([
    ['no header', new Uint8Array(256)],
    ['a header longer than all', new Uint8Array(256).fill(255)],
    ['a header that is no object', padded('"text"')],
    ['a header that is null', padded('null')],
    ['a header that is no UTF-8', padded('{"mediaType":"\u0000","size":1}').fill(0xff, 10, 14)],
    ['no media type', padded('{"size":1}', 'a')],
    ['a file name that is no text', padded('{"mediaType":"a","filename":1,"size":1}', 'a')],
    ['a size beyond the end', padded('{"mediaType":"a","size":300}', 'a')],
    ['a negative size', padded('{"mediaType":"a","size":-1}', 'a')],
    ['a size that is no number', padded('{"mediaType":"a","size":"1"}', 'a')],
    ['something in the padding', padded('{"mediaType":"a","size":1}', 'a', 1)],
    ['more padding than there must be', new Uint8Array([...padded('{"mediaType":"a","size":1}', 'a'), 0])],
    ['a single byte', new Uint8Array(1)],
  ])('%s', async (_, plaintext) => {
    const parts = key();
    const ciphertext = await forge(parts, plaintext);
    await expect(decryptValue({ ...parts, ciphertext })).rejects.toMatchObject(fault('content'));
  });
});

// FIPS 180-4, example "abc".
test('sha256', async () => {
  expect(Buffer.from(await sha256(utf8('abc'))).toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});
