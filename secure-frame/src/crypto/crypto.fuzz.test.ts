import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { token } from '../test-support/values.js';
import {
  CiphertextError,
  ciphertextSize,
  createDataKey,
  decryptStream,
  decryptValue,
  encryptStream,
  encryptValue,
  fromBase64,
  paddedLength,
  sha256,
  toBase64,
} from './index.js';
import type { ValueKey } from './index.js';
import { ciphertextSizeOf, decodeHeader, encodeHeader, plaintextSizeIn } from './layout.js';
import { additionalDataOf, importKey, nonceOf, seal, segmentSize, tagSize } from './segments.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('ciphertext');
afterAll(fuzz.record);

/** Cuts bytes at the given shares of their length; pieces may be empty. */
function cutAt(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const places = shares.map((share) => Math.floor(share * (bytes.length + 1))).sort((a, b) => a - b);
  return [0, ...places].map((start, at) => bytes.subarray(start, places[at] ?? bytes.length));
}
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 5 });
const isEqual = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

async function collect(pieces: AsyncIterable<Uint8Array>, into: Uint8Array[] = []): Promise<Buffer> {
  for await (const piece of pieces) into.push(Uint8Array.from(piece));
  return Buffer.concat(into);
}

interface Opened {
  /** What was given out, whether it ended well or not. */
  given: Buffer;
  error: unknown;
}
async function open(parts: ValueKey & { size?: number }, pieces: Uint8Array[]): Promise<Opened> {
  const into: Uint8Array[] = [];
  const size = parts.size ?? pieces.reduce((sum, { length }) => sum + length, 0);
  try {
    const { data } = await decryptStream({ ...parts, size, ciphertext: pieces });
    await collect(data, into);
    return { given: Buffer.concat(into), error: undefined };
  } catch (error) {
    return { given: Buffer.concat(into), error };
  }
}

/** It must end in a fault that has a name, and what came before is the beginning of the value. */
function mustBeRefused({ given, error }: Opened, data: Uint8Array, what: string): void {
  assert.ok(
    error instanceof CiphertextError,
    `${what}: ${error === undefined ? 'it opened' : String(error)}`,
  );
  assert.ok(isEqual(given, data.subarray(0, given.length)), `${what}: it gave out what is not of the value`);
}

/** UTF-16, with lone surrogates. */
const anyText = (maxLength: number) =>
  fc.oneof(
    fc.string({ maxLength }),
    fc.string({ unit: 'grapheme', maxLength }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength })
      .map((units) => String.fromCharCode(...units)),
  );
const value = fc.record(
  { data: fc.uint8Array({ maxLength: 2000 }), mediaType: anyText(40), filename: anyText(40) },
  { requiredKeys: ['data', 'mediaType'] },
);

test('any value comes back as it was, however it is cut on both ways', async () => {
  await fuzz.checkAsync(
    { quick: 500, whole: 15_000 },
    fc.tuple(value, shares, shares),
    async ([it, one, other]) => {
      const parts = { token: token(1), dataKey: createDataKey() };
      const { data, ...about } = it;
      const size = data.length;
      const ciphertext = await collect(encryptStream({ ...parts, ...about, size, data: cutAt(data, one) }));
      assert.equal(ciphertext.length, ciphertextSize({ ...about, size }));
      const { data: pieces, ...header } = await decryptStream({
        ...parts,
        size: ciphertext.length,
        ciphertext: cutAt(ciphertext, other),
      });
      assert.deepEqual(header, { ...about, size });
      assert.ok(isEqual(await collect(pieces), data));
    },
  );
});

describe('of a ciphertext in which one thing is changed nothing comes out', () => {
  /** Several values under one key and name, as a fault of ours might make them, for what is put together of two. */
  const pool: { parts: ValueKey; data: Uint8Array; ciphertext: Uint8Array; twin: Uint8Array }[] = [];
  beforeAll(async () => {
    for (const length of [0, 1, 11, 180, 300, 1500, 5000]) {
      const parts = { token: token(length), dataKey: createDataKey() };
      const make = () => encryptValue({ ...parts, mediaType: 'text/plain', data });
      const data = new Uint8Array(randomBytes(length));
      pool.push({ parts, data, ciphertext: await make(), twin: await make() });
    }
  });

  type Change = (
    it: (typeof pool)[number],
    at: number,
    what: number,
  ) => {
    parts?: Partial<ValueKey & { size: number }>;
    ciphertext?: Uint8Array;
  };
  const changes: Record<string, Change> = {
    'one bit': ({ ciphertext }, at, what) => ({
      ciphertext: ciphertext.map((byte, index) =>
        index === at % ciphertext.length ? byte ^ (1 << (what % 8)) : byte,
      ),
    }),
    'one byte': ({ ciphertext }, at, what) => ({
      ciphertext: ciphertext.map((byte, index) => (index === at % ciphertext.length ? what % 256 : byte)),
    }),
    'the format byte': ({ ciphertext }, _at, what) => ({
      ciphertext: Uint8Array.from([what % 256, ...ciphertext.subarray(1)]),
    }),
    'cut short': ({ ciphertext }, at) => ({ ciphertext: ciphertext.slice(0, at % ciphertext.length) }),
    'cut at its beginning': ({ ciphertext }, at) => ({
      ciphertext: ciphertext.slice(1 + (at % ciphertext.length)),
    }),
    'cut within': ({ ciphertext }, at, what) => {
      const from = at % ciphertext.length;
      return {
        ciphertext: Buffer.concat([
          ciphertext.subarray(0, from),
          ciphertext.subarray(from + 1 + (what % 40)),
        ]),
      };
    },
    'made longer': ({ ciphertext }, at, what) => ({
      ciphertext: Buffer.concat([ciphertext, new Uint8Array(1 + (what % 300)).fill(at)]),
    }),
    repeated: ({ ciphertext }) => ({ ciphertext: Buffer.concat([ciphertext, ciphertext]) }),
    'something put in': ({ ciphertext }, at, what) => {
      const from = at % ciphertext.length;
      return {
        ciphertext: Buffer.concat([
          ciphertext.subarray(0, from),
          Uint8Array.of(what),
          ciphertext.subarray(from),
        ]),
      };
    },
    'two bytes in each other’s place': ({ ciphertext }, at, what) => {
      const changed = ciphertext.slice();
      const [one, other] = [at % changed.length, what % changed.length];
      [changed[one], changed[other]] = [changed[other]!, changed[one]!];
      return { ciphertext: changed };
    },
    'put together of two under one key and name': ({ ciphertext, twin }, at) => {
      const from = at % (ciphertext.length + 1);
      return { ciphertext: Buffer.concat([ciphertext.subarray(0, from), twin.subarray(from)]) };
    },
    'the iv of another under one key and name': ({ ciphertext, twin }) => ({
      ciphertext: Buffer.concat([ciphertext.subarray(0, 1), twin.subarray(1, 13), ciphertext.subarray(13)]),
    }),
    'the tag of another under one key and name': ({ ciphertext, twin }) => ({
      ciphertext: Buffer.concat([ciphertext.subarray(0, -tagSize), twin.subarray(-tagSize)]),
    }),
    'the ciphertext of another value': (it, at) => {
      const other = pool[at % pool.length]!;
      return { ciphertext: other === it ? it.ciphertext : other.ciphertext };
    },
    'another name': (_it, at) => ({ parts: { token: token(1_000_000 + (at % 1_000_000)) } }),
    'a name that only begins alike': ({ parts }, at) => ({
      parts: { token: parts.token + ['\0', ' ', '0', '\0\0\0\0\0\0'][at % 4]! },
    }),
    'a shorter name': ({ parts }, at) => ({
      parts: { token: parts.token.slice(0, at % parts.token.length) },
    }),
    'one bit of the key': ({ parts }, at, what) => ({
      parts: {
        dataKey: parts.dataKey.map((byte, index) => (index === at % 32 ? byte ^ (1 << (what % 8)) : byte)),
      },
    }),
    'a key of another length': ({ parts }, at) => ({
      parts: { dataKey: at % 2 === 0 ? parts.dataKey.slice(0, at % 32) : new Uint8Array(33 + (at % 32)) },
    }),
    'the size that is said': ({ ciphertext }, at, what) => ({
      parts: {
        size: [at % 700, ciphertext.length + 1 + (what % 300), 2 ** 40 + at, Number.MAX_SAFE_INTEGER][
          what % 4
        ]!,
      },
    }),
  };

  test.each(Object.entries(changes))('%s', async (name, change) => {
    let refused = 0;
    await fuzz.checkAsync(
      { quick: 100, whole: 2000 },
      fc.tuple(fc.nat(), fc.nat(), fc.nat(), shares),
      async ([which, at, what, pieces]) => {
        const it = pool[which % pool.length]!;
        const { parts = {}, ciphertext = it.ciphertext } = change(it, at, what);
        const isSame =
          isEqual(ciphertext, it.ciphertext) && (parts.size ?? ciphertext.length) === ciphertext.length;
        // What the change left as it was is no case, and the other of two is one of its own.
        if ((isSame && !parts.token && !parts.dataKey) || isEqual(ciphertext, it.twin)) return 0;
        const opened = await open({ ...it.parts, ...parts }, cutAt(ciphertext, pieces));
        mustBeRefused(opened, it.data, name);
        refused++;
        return 1;
      },
    );
    expect(refused).toBeGreaterThan(20);
  });

  test('(each opens as long as nothing is changed)', async () => {
    for (const { parts, data, ciphertext, twin } of pool)
      for (const one of [ciphertext, twin]) {
        const { given, error } = await open(parts, [one]);
        expect([error, isEqual(given, data)]).toEqual([undefined, true]);
      }
  });
});

describe('of a value in segments', () => {
  const parts = { token: token(1), dataKey: createDataKey() };
  const sealed = segmentSize + tagSize;
  const data = new Uint8Array(2.4 * segmentSize).map((_, index) => index * 7 + (index >> 10));
  const made = Promise.all([1, 2].map(() => encryptValue({ ...parts, mediaType: 'application/pdf', data })));
  const segmentsOf = (ciphertext: Uint8Array) =>
    [0, 1, 2].map((at) => ciphertext.subarray(13 + at * sealed, 13 + (at + 1) * sealed));

  test('only its beginning comes out, whatever happens to the others', async () => {
    const [ciphertext, twin] = (await made) as [Uint8Array, Uint8Array];
    const own = segmentsOf(ciphertext);
    const others = segmentsOf(twin);
    /** 0 to 2: own; 3 to 5: of the other value under the same key and name. */
    const orders = fc.array(fc.nat(5), { maxLength: 5 });
    await fuzz.checkAsync({ quick: 60, whole: 800 }, fc.tuple(orders, shares), async ([order, cuts]) => {
      const body = Buffer.concat([
        ciphertext.subarray(0, 13),
        ...order.map((at) => own[at] ?? others[at - 3]!),
      ]);
      const opened = await open(parts, cutAt(body, cuts));
      if (order.join() === '0,1,2') assert.ok(opened.error === undefined && isEqual(opened.given, data));
      else mustBeRefused(opened, data, `segments ${order.join()}`);
    });
  });

  test('only the segments before an altered one come out', async () => {
    const [ciphertext] = (await made) as [Uint8Array];
    await fuzz.checkAsync(
      { quick: 30, whole: 500 },
      fc.tuple(fc.nat(ciphertext.length - 1), fc.nat(7), shares),
      async ([at, bit, cuts]) => {
        const changed = ciphertext.slice();
        changed[at]! ^= 1 << bit;
        const opened = await open(parts, cutAt(changed, cuts));
        mustBeRefused(opened, data, `byte ${at}`);
        const segment = Math.floor((at - 13) / sealed);
        assert.ok(opened.given.length <= Math.max(0, segment) * segmentSize);
      },
    );
  });
});

describe('what is authentic, but was not made by us,', () => {
  test('is malformed or a value, and fails in no other way', async () => {
    const about = fc.record(
      {
        mediaType: fc.oneof(fc.string(), fc.constantFrom(null, 1, [], {})),
        filename: fc.oneof(fc.string(), fc.constantFrom(null, 1, [])),
        size: fc.oneof(
          fc.nat(400),
          fc.constantFrom(-1, 0.5, '1', null, 1e308, 2 ** 53, Number.MAX_SAFE_INTEGER),
        ),
        __proto__: fc.constantFrom(undefined, {}),
      },
      { requiredKeys: [] },
    );
    const json = fc.oneof(
      about.map((it) => JSON.stringify(it)),
      fc.json(),
      fc.string(),
      fc.constantFrom(
        '{"size":1e999}',
        '[]',
        'null',
        '{"mediaType":"a","size":0}',
        '{"mediaType":"a","size":0,"size":9}',
      ),
    );
    const plaintext = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc
        .tuple(json, fc.uint8Array({ maxLength: 300 }), fc.integer({ min: -3, max: 3 }))
        .map(([text, rest, off]) => {
          const bytes = new TextEncoder().encode(text);
          const length = Math.max(0, bytes.length + off);
          return Uint8Array.from([length >> 8, length & 255, ...bytes, ...rest]);
        }),
    );
    const parts = { token: token(1), dataKey: createDataKey() };
    const key = await importKey(parts.dataKey, 'encrypt');
    let good = 0;
    await fuzz.checkAsync(
      { quick: 1000, whole: 20_000 },
      fc.tuple(plaintext, fc.boolean()),
      async ([bytes, isPadded]) => {
        const padded = new Uint8Array(isPadded ? paddedLength(bytes.length) : bytes.length);
        padded.set(bytes);
        const iv = new Uint8Array(randomBytes(12));
        const place = { token: parts.token, iv, index: 0, last: true };
        const body = await seal(key, nonceOf(place), additionalDataOf(place), padded);
        const ciphertext = Uint8Array.from([1, ...iv, ...body]);
        try {
          const { mediaType, filename, data } = await decryptValue({ ...parts, ciphertext });
          assert.equal(typeof mediaType, 'string');
          assert.ok(filename === undefined || typeof filename === 'string');
          assert.ok(data.length <= padded.length);
          good++;
        } catch (error) {
          assert.ok(error instanceof CiphertextError, String(error));
          assert.ok(['content', 'format'].includes(error.fault), error.fault);
        }
      },
    );
    expect(good).toBeGreaterThan(0);
  });

  test('has a header that is read or not, from any bytes', () => {
    fuzz.check({ quick: 1000, whole: 20_000 }, fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const read = decodeHeader(Uint8Array.from(bytes));
      if (read) assert.ok(Number.isSafeInteger(read.header.size) && read.header.size >= 0);
    });
    fuzz.check(
      { quick: 1000, whole: 20_000 },
      fc.record({ mediaType: anyText(50), filename: anyText(50), size: fc.maxSafeNat() }),
      (header) => {
        const encoded = encodeHeader(header);
        assert.deepEqual(decodeHeader(encoded), { header: { ...header }, start: encoded.length });
      },
    );
  });
});

describe('nonces and places', () => {
  const place = fc.record({
    token: fc.nat(3).map(token),
    iv: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    index: fc.oneof(fc.nat(20), fc.nat(2 ** 32 - 1)),
    last: fc.boolean(),
  });

  test('no two segments of a value share a nonce, and no two places an encoding', () => {
    fuzz.check({ quick: 2000, whole: 80_000 }, fc.tuple(place, place), ([one, two]) => {
      const other = { ...two, iv: one.iv };
      assert.equal(isEqual(nonceOf(one), nonceOf(other)), one.index === other.index);
      const isOnePlace = one.token === other.token && one.index === other.index && one.last === other.last;
      assert.equal(isEqual(additionalDataOf(one), additionalDataOf(other)), isOnePlace);
    });
  });

  test('every encryption has an iv of its own, and the same value never the same bytes', async () => {
    const seen = new Set<string>();
    const dataKey = createDataKey();
    await fuzz.checkAsync(
      { quick: 500, whole: 10_000 },
      fc.constantFrom('', 'a', '078-05-1120'),
      async (text) => {
        const data = new TextEncoder().encode(text);
        const ciphertext = await encryptValue({ token: token(1), dataKey, mediaType: 'text/plain', data });
        const iv = Buffer.from(ciphertext.subarray(1, 13)).toString('hex');
        assert.ok(!seen.has(iv));
        seen.add(iv);
      },
    );
  });
});

describe('sizes', () => {
  test('only the class of a length shows: padding is wide enough, never grows by more than an eighth, and is stable', () => {
    fuzz.check(
      { quick: 2000, whole: 80_000 },
      fc.tuple(fc.maxSafeNat(), fc.nat(2 ** 31 - 1), fc.nat(5000)),
      (all) => {
        for (const length of all.map((each) => Math.min(each, 2 ** 52))) {
          const padded = paddedLength(length);
          assert.ok(padded >= length && padded >= 256, `${length}`);
          assert.ok(padded <= Math.max(256, length * 1.125), `${length}`);
          assert.equal(paddedLength(padded), padded);
          assert.ok(paddedLength(length + 1) >= padded);
          // All lengths from the class before it on look the same.
          const size = ciphertextSizeOf(padded);
          assert.equal(plaintextSizeIn(size), padded);
        }
        return all.length;
      },
    );
  });

  test('a size of a ciphertext belongs to one size of plaintext or none', () => {
    fuzz.check(
      { quick: 2000, whole: 80_000 },
      fc.oneof(fc.integer({ min: -100, max: 5_000_000 }), fc.maxSafeNat()),
      (size) => {
        const plaintext = plaintextSizeIn(size);
        if (plaintext !== undefined) assert.equal(ciphertextSizeOf(plaintext), size);
      },
    );
  });
});

test('base64 comes back, is that of Node.js, and of anything else there is only one error', () => {
  fuzz.check(
    { quick: 1000, whole: 20_000 },
    fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.string()),
    ([bytes, text]) => {
      const encoded = toBase64(bytes);
      assert.equal(encoded, Buffer.from(bytes).toString('base64'));
      assert.ok(isEqual(fromBase64(encoded), bytes));
      try {
        fromBase64(text);
      } catch (error) {
        assert.equal((error as Error).name, 'InvalidCharacterError');
      }
      return 2;
    },
  );
});

test('SHA-256 is that of Node.js', async () => {
  await fuzz.checkAsync({ quick: 300, whole: 10_000 }, fc.uint8Array({ maxLength: 300 }), async (bytes) => {
    assert.ok(isEqual(await sha256(bytes), createHash('sha256').update(bytes).digest()));
  });
});
