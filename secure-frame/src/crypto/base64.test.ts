import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromBase64, toBase64 } from './base64.js';

test('is the base64 of everybody else, and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect([...fromBase64(toBase64(bytes))]).toEqual([...bytes]);
    }),
  );
});

test('takes more bytes than a call has room for arguments', () => {
  const bytes = new Uint8Array(1_000_000).map((_, index) => index);
  expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
});

test.each(['-_', 'a', 'a=b', '€'])('%p is refused', (text) => {
  expect(() => fromBase64(text)).toThrow();
});
