import { expect, test } from '@jest/globals';
import { createToken, isToken } from './token.js';

test('a new token is well-formed, and another one each time', () => {
  const tokens = Array.from({ length: 100 }, createToken);
  expect(tokens.every(isToken)).toBe(true);
  expect(new Set(tokens).size).toBe(100);
});

test.each([
  'lunasec-00000000-0000-1000-8000-000000000000',
  'lunasec-00000000-0000-4000-c000-000000000000',
  'lunasec-00000000-0000-4000-8000-00000000000',
  'lunasec-00000000-0000-4000-8000-0000000000000',
  'LUNASEC-00000000-0000-4000-8000-000000000000',
  'lunasec-0000000A-0000-4000-8000-000000000000',
  ' lunasec-00000000-0000-4000-8000-000000000000',
  'lunasec-00000000-0000-4000-8000-000000000000\n',
  '00000000-0000-4000-8000-000000000000',
  '',
  null,
  ['lunasec-00000000-0000-4000-8000-000000000000'],
])('%j is no token', (value) => {
  expect(isToken(value)).toBe(false);
});
