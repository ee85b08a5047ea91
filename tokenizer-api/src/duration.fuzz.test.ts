import { createFuzz, fuzzTimeout } from '@lunasec/proof/fuzz';
import { afterAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { formatDuration, longestDuration, parseDuration } from './duration.js';
import { Duration } from './graphql/scalars.js';

jest.setTimeout(fuzzTimeout);
const fuzz = createFuzz('durations');
afterAll(fuzz.record);

/** Read sign by sign, in numbers without limit. */
function oracle(text: string): number | undefined {
  const worth = { h: 3600n, m: 60n, s: 1n };
  let left = 'hms';
  let digits = '';
  let total = 0n;
  for (const sign of text) {
    if (sign >= '0' && sign <= '9') digits += sign;
    else if (left.includes(sign) && digits !== '' && digits.length <= 9) {
      total += BigInt(digits) * worth[sign as 'h'];
      left = left.slice(left.indexOf(sign) + 1);
      digits = '';
    } else return undefined;
  }
  return digits === '' && total >= 1n && total <= 366n * 86_400n ? Number(total) : undefined;
}

const count = fc.oneof(
  fc.nat(99).map(String),
  fc.nat(2 ** 31 - 1).map(String),
  fc.constantFrom(
    '0',
    '00',
    '007',
    '8784',
    '527040',
    '31622400',
    '31622401',
    '999999999',
    '1000000000',
    '9'.repeat(400),
  ),
);
const written = fc
  .array(fc.tuple(count, fc.constantFrom('h', 'm', 's')), { maxLength: 4 })
  .map((parts) => parts.flat().join(''));
const inOrder = fc
  .tuple(fc.option(count), fc.option(count), fc.option(count))
  .map((parts) => parts.map((part, at) => (part === null ? '' : part + 'hms'[at])).join(''));
const near = fc
  .tuple(
    fc.oneof(written, inOrder),
    fc.nat(20),
    fc.constantFrom('', '-', '+', '.', ' ', '\n', 'e', 'H', 'd', '٣', '３', '\u0000', 'h', '0', '_', 'ms'),
  )
  .map(([text, at, sign]) => text.slice(0, at) + sign + text.slice(at));

test('any text is the duration that an oracle reads in it, or none', () => {
  let read = 0;
  fuzz.check(
    { quick: 6000, whole: 250_000 },
    fc.oneof(written, inOrder, near, fc.string({ unit: 'binary' })),
    (text) => {
      const seconds = parseDuration(text);
      assert.equal(seconds, oracle(text), JSON.stringify(text));
      if (seconds === undefined) {
        assert.throws(() => Duration.parseValue(text));
        return;
      }
      read++;
      assert.equal(Duration.parseValue(text), seconds);
      assert.equal(parseDuration(formatDuration(seconds)), seconds);
    },
  );
  expect(read).toBeGreaterThan(100);
});

test('what is written is read back, and is the shortest way to write it', () => {
  fuzz.check(
    { quick: 1500, whole: 50_000 },
    fc.tuple(fc.integer({ min: 1, max: longestDuration }), inOrder),
    ([seconds, other]) => {
      const text = formatDuration(seconds);
      assert.equal(oracle(text), seconds);
      assert.equal(Duration.serialize(seconds), text);
      if (oracle(other) === seconds) assert.ok(text.length <= other.length);
    },
  );
});

test('what is no text is refused, with the one error', () => {
  fuzz.check(
    { quick: 500, whole: 20_000 },
    fc.anything().filter((value) => typeof value !== 'string'),
    (value) => {
      assert.throws(() => Duration.parseValue(value), /Not a duration/);
    },
  );
});

test('a megabyte of digits is refused at once', () => {
  for (const text of ['1'.repeat(1e6), '1h'.repeat(5e5), `${'0'.repeat(1e6)}s`, 'h'.repeat(1e6)])
    expect(parseDuration(text)).toBeUndefined();
});
