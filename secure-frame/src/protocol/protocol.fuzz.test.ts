import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { junk, mutate, mutations } from '../test-support/mutate.js';
import { protocolSpec } from '../test-support/protocol-spec.js';
import { judge, sampleOf, wrong } from '../test-support/spec.js';
import { elementAttributes } from './attributes.js';
import { openChannel } from './channel.js';
import { batch, problem } from './common.js';
import { connectMessage } from './connecting.js';
import { fileAttributes, fileToPage, pageToFile } from './files.js';
import {
  assertionMessage,
  attachMessage,
  completeResult,
  controllerToElement,
  detokenizeResult,
  elementToController,
  partResult,
  sessionResult,
  tokenizeInput,
  tokenizeResult,
  uploadPart,
} from './internal.js';
import { invalid } from './parsers.js';
import type { Parser } from './parsers.js';
import { pageToController, pageToElement } from './to-frame.js';
import { controllerToPage, elementToPage } from './to-page.js';
import { isToken } from './token.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('message protocol');
afterAll(fuzz.record);

const parsers: Record<keyof typeof protocolSpec, Parser<unknown>> = {
  elementAttributes,
  fileAttributes,
  problem,
  batch,
  connectMessage,
  attachMessage,
  assertionMessage,
  pageToElement,
  pageToController,
  elementToPage,
  controllerToPage,
  pageToFile,
  fileToPage,
  elementToController,
  controllerToElement,
  tokenizeResult,
  detokenizeResult,
  sessionResult,
  partResult,
  completeResult,
  uploadPart,
  tokenizeInput,
};
const names = Object.keys(parsers) as (keyof typeof protocolSpec)[];

/** As it is when it has crossed to another window; undefined if it cannot. */
function posted(value: unknown): { value: unknown } | undefined {
  try {
    return { value: structuredClone(value) };
  } catch {
    return undefined;
  }
}

/** What comes out must be what the protocol's second description says, made anew, and stay so when parsed again. */
function attack(name: keyof typeof protocolSpec, value: unknown): boolean {
  const parse = parsers[name];
  const parsed = parse(value);
  const expected = judge(protocolSpec[name], value);
  if (parsed === invalid || expected === wrong) {
    assert.equal(
      parsed === invalid,
      expected === wrong,
      `${name} is ${parsed === invalid ? 'refused' : 'taken'}`,
    );
    return false;
  }
  assert.ok(isDeepStrictEqual(parsed, expected), `${name} comes out otherwise`);
  assert.ok(isDeepStrictEqual(parse(parsed), parsed), `${name} comes out otherwise the second time`);
  return true;
}

describe('what crosses a boundary', () => {
  test.each(names)(
    'of good ones every one is understood, and what a later version adds is left behind: %s',
    (name) => {
      const later = fc.dictionary(
        fc.constantFrom('later', 'constructor', 'toString', 'valueOf', 'hasOwnProperty'),
        fc.anything({ maxDepth: 1 }),
        { minKeys: 1, maxKeys: 2 },
      );
      fuzz.check(
        { quick: 60, whole: 4000 },
        fc.tuple(sampleOf(protocolSpec[name]), later),
        ([value, added]) => {
          const crossed = posted(value)!.value;
          assert.ok(attack(name, crossed), `${name} is refused`);
          const longer = { ...added, ...(crossed as object) };
          assert.ok(isDeepStrictEqual(parsers[name](longer), parsers[name](crossed)), 'what was added shows');
          return 2;
        },
      );
    },
  );

  test.each(names)('one with something wrong is refused, or comes out without it: %s', (name) => {
    let taken = 0;
    let refused = 0;
    fuzz.check(
      { quick: 700, whole: 30_000 },
      fc.tuple(sampleOf(protocolSpec[name]), mutations),
      ([value, mutation]) => {
        const crossed = posted(mutate(value, mutation));
        if (!crossed) return 0;
        if (attack(name, crossed.value)) taken++;
        else refused++;
        return 1;
      },
    );
    // The mutations must neither all be harmless nor all be plain.
    expect(Math.min(taken, refused)).toBeGreaterThan(5);
  });

  test('whatever it is, no parser throws or lets through more than it describes', () => {
    const anything = fc.oneof(
      fc.constantFrom(...junk),
      fc.anything({
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withNullPrototype: true,
        withObjectString: true,
        withSparseArray: true,
        withTypedArray: true,
        withUnicodeString: true,
      }),
      fc.dictionary(
        fc.constantFrom('type', 'lunasec', 'token', 'requestId', 'problem', '__proto__', 'then', 'toJSON'),
        fc.oneof(
          fc.constantFrom('connect', 'show', 'state', 'ready', 'tokenize'),
          fc.anything({ maxDepth: 1 }),
        ),
      ),
    );
    fuzz.check({ quick: 300, whole: 12_000 }, anything, (value) => {
      const crossed = posted(value);
      if (!crossed) return 0;
      for (const name of names) attack(name, crossed.value);
      return names.length;
    });
  });

  test.each<[string, () => unknown]>([
    ['one that contains itself', () => cyclic()],
    ['one nested ten thousand deep', () => nested(10_000)],
    ['a list that is all holes', () => new Array(2 ** 32 - 1)],
    [
      'a hundred thousand entries',
      () => Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [at, 'x'])),
    ],
    ['eight million bytes', () => new Uint8Array(8_000_000)],
    ['a boxed text of a million characters', () => Object('x'.repeat(1_000_000))],
  ])('is refused anywhere in a message, if it is %s', (_, make) => {
    const evil = make();
    fuzz.check({ quick: 22, whole: 220 }, fc.constantFrom(...names), (name) => {
      const parse = parsers[name];
      if (name !== 'elementAttributes' && name !== 'fileAttributes') assert.equal(parse(evil), invalid);
    });
    for (const [type, field] of [
      ['style', 'base'],
      ['show', 'token'],
      ['tokenize', 'batch'],
      ['configure', 'attributes'],
    ] as const) {
      const parsed = pageToElement({ type, kind: 'input', [field]: evil });
      if (parsed !== invalid) expect(JSON.stringify(parsed).length).toBeLessThan(200);
    }
  });

  // Structured clones have no getters: this is for parsers that are called with values of the same window.
  test('a field that is another one each time it is read comes out as it was when it was checked', () => {
    fuzz.check(
      { quick: 400, whole: 20_000 },
      fc
        .constantFrom(...names)
        .chain((name) =>
          fc.tuple(fc.constant(name), sampleOf(protocolSpec[name]), fc.nat(2), fc.constantFrom(...junk)),
        ),
      ([name, value, after, evil]) => {
        const parsed = parsers[name](fickle(value, after, evil));
        if (parsed !== invalid) assert.notEqual(judge(protocolSpec[name], parsed), wrong);
      },
    );
  });
});

function cyclic(): unknown {
  const value: Record<string, unknown> = { type: 'style', color: 'red' };
  value.base = value;
  value.attributes = value;
  value.batch = value;
  return value;
}

function nested(depth: number): unknown {
  let value: unknown = 'red';
  for (let at = 0; at < depth; at++) value = { base: value };
  return value;
}

/** Gives good contents the first times, then others. */
function fickle(value: unknown, good: number, evil: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  let reads = 0;
  return new Proxy(value, {
    get: (target, key) => {
      const content = Reflect.get(target, key) as unknown;
      if (typeof key === 'symbol' || key === 'length') return content;
      return reads++ < good ? fickle(content, good, evil) : evil;
    },
  });
}

test('a port delivers no getter and no proxy, and a hostile message never stops it', async () => {
  const hostile = fc.constantFrom<() => object>(
    () => ({
      get type(): string {
        throw new Error('read');
      },
    }),
    () => new Proxy({ type: 'ready' }, {}),
    () => Object.defineProperty({ type: 'show' }, 'token', { get: () => 'x', enumerable: true }),
    () => ({ type: 'show', token: () => 'x' }),
    () => ({ type: Symbol('show') }),
    () =>
      new (class Message {
        type = 'show';
        get token() {
          return 'lunasec-00000000-0000-4000-8000-000000000000';
        }
      })(),
    () => ({ type: 'ready', toJSON: null, then: null, constructor: null }),
  );
  const values = fc.array(
    fc.oneof(
      hostile.map((make) => make()),
      fc
        .tuple(sampleOf(protocolSpec.pageToElement), mutations)
        .map(([value, mutation]) => mutate(value, mutation)),
    ),
    { minLength: 8, maxLength: 8 },
  );
  const { port1, port2 } = new MessageChannel();
  try {
    await fuzz.checkAsync({ quick: 40, whole: 2500 }, values, async (all) => {
      const heard: unknown[] = [];
      let finished = () => {};
      const done = new Promise<void>((resolve) => (finished = resolve));
      const channel = { last: 0 };
      const end = { type: 'validate', requestId: 'the end' };
      const receiver = openChannel(
        port2,
        pageToElement,
        (message) => {
          if (isDeepStrictEqual(message, end)) finished();
          else heard.push(message);
        },
        () => channel.last++,
      );
      const sent = all.flatMap((value) => {
        try {
          port1.postMessage(value);
          return posted(value) ?? [];
        } catch {
          return [];
        }
      });
      port1.postMessage(end);
      await done;
      const expected = sent.map(({ value }) => judge(protocolSpec.pageToElement, value));
      assert.deepEqual(
        heard,
        expected.filter((each) => each !== wrong),
      );
      assert.equal(channel.last, expected.length - heard.length);
      assert.equal(receiver.dropped(), channel.last);
      return all.length;
    });
  } finally {
    port1.close();
    port2.close();
  }
});

test('the name of a token is one as a whole or not at all', () => {
  const base = 'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff';
  const near = fc.tuple(fc.constant(base), mutations).map(([value, mutation]) => mutate(value, mutation));
  const random = fc.stringMatching(
    /^lunasec-[0-9a-g]{8}-[0-9a-f]{4}-[34][0-9a-f]{3}-[7-9a-c][0-9a-f]{3}-[0-9a-f]{11,13}$/,
  );
  const spec = protocolSpec.pageToController;
  fuzz.check({ quick: 1500, whole: 60_000 }, fc.oneof(near, random), (value) => {
    const isOne = judge(spec, { type: 'prefetch', tokens: [value] }) !== wrong;
    assert.equal(isToken(value), isOne);
  });
});
