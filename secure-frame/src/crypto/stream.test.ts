import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { token } from '../test-support/values.js';
import { createDataKey, decryptValue, encryptValue } from './index.js';
import { segmentSize } from './segments.js';
import { ciphertextSize, decryptStream, encryptStream } from './stream.js';

const key = () => ({ token: token(1), dataKey: createDataKey() });
const about = { mediaType: 'application/pdf', filename: 'scan.pdf' };
const fault = (name: string) => ({ name: 'CiphertextError', fault: name });

async function all(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
}

/** The same bytes in pieces of the sizes given, over and over. */
function* inPieces(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

describe('a value in pieces', () => {
  test('is the same however it is cut, and opens as a whole as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 5 * segmentSize }),
        fc.array(fc.integer({ min: 1, max: 2 * segmentSize }), { minLength: 1, maxLength: 4 }),
        async (size, cuts) => {
          const parts = key();
          const data = new Uint8Array(size).map((_, index) => index * 31);
          const sizes = cuts.map((cut) => cut + size / 1000);
          const ciphertext = await all(
            encryptStream({ ...parts, ...about, size, data: inPieces(data, sizes.map(Math.floor)) }),
          );
          expect(ciphertext.length).toBe(ciphertextSize({ ...about, size }));

          const whole = await decryptValue({ ...parts, ciphertext });
          expect(Buffer.compare(whole.data, data)).toBe(0);
          const opened = await decryptStream({
            ...parts,
            size: ciphertext.length,
            ciphertext: inPieces(ciphertext, sizes.map(Math.floor)),
          });
          expect(opened).toMatchObject({ ...about, size });
          expect(Buffer.compare(await all(opened.data), data)).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('is given out before all of it has come', async () => {
    let read = 0;
    const size = 64 * segmentSize;
    function* source() {
      for (; read < size; read += segmentSize) yield new Uint8Array(segmentSize);
    }
    const stream = encryptStream({ ...key(), ...about, size, data: source() });
    await stream.next();
    await stream.next();
    expect(read).toBeLessThanOrEqual(2 * segmentSize);
    await stream.return();
  });

  test.each([
    ['shorter', 99],
    ['longer', 101],
  ])('is refused when it is %s than was said', async (_name, size) => {
    const stream = encryptStream({ ...key(), ...about, size: 100, data: [new Uint8Array(size)] });
    await expect(all(stream)).rejects.toMatchObject(fault('content'));
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 60])('is refused with a size of %d', (size) => {
    expect(() => ciphertextSize({ ...about, size })).toThrow(expect.objectContaining(fault('content')));
  });
});

describe('a ciphertext in pieces', () => {
  const parts = key();
  const made = encryptValue({ ...parts, ...about, data: new Uint8Array(3 * segmentSize) });

  test.each<[string, (ciphertext: Uint8Array) => Uint8Array, string]>([
    ['that ends early', (it) => it.subarray(0, it.length - 1), 'format'],
    ['that goes on', (it) => Buffer.concat([it, new Uint8Array(1)]), 'format'],
    ['with a bit changed in its last segment', (it) => it.with(-1, it.at(-1)! ^ 1), 'authentication'],
    ['of no bytes', () => new Uint8Array(), 'format'],
  ])('%s fails, at the latest at its end', async (_name, change, expected) => {
    const ciphertext = await made;
    const opening = decryptStream({ ...parts, size: ciphertext.length, ciphertext: [change(ciphertext)] });
    await expect(opening.then(({ data }) => all(data))).rejects.toMatchObject(fault(expected));
  });

  test('without its end fails even when its size is said to be shorter', async () => {
    const ciphertext = (await made).subarray(0, -segmentSize);
    const opening = decryptStream({ ...parts, size: ciphertext.length, ciphertext: [ciphertext] });
    await expect(opening.then(({ data }) => all(data))).rejects.toMatchObject(fault('authentication'));
  });

  test('gives out nothing but authentic bytes until it fails', async () => {
    const ciphertext = await made;
    const { data } = await decryptStream({
      ...parts,
      size: ciphertext.length,
      ciphertext: [ciphertext.with(-1, ciphertext.at(-1)! ^ 1)],
    });
    let given = 0;
    await expect(
      (async () => {
        for await (const piece of data) given += piece.length;
      })(),
    ).rejects.toMatchObject(fault('authentication'));
    expect(given).toBeGreaterThan(0);
    expect(given).toBeLessThan(3 * segmentSize);
  });
});
