import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { isToken } from './token.js';

test('a token is "lunasec-" and a lower-case version 4 UUID', () => {
  for (let i = 0; i < 100; i++) expect(isToken(`lunasec-${randomUUID()}`)).toBe(true);
});

test.each([
  undefined,
  null,
  42,
  '',
  'lunasec-',
  '6f9619ff-8b86-4011-b42d-00c04fc964ff',
  'lunasec-6f9619ff-8b86-4011-c42d-00c04fc964ff',
  'lunasec-6f9619ff-8b86-3011-b42d-00c04fc964ff',
  'lunasec-6F9619FF-8B86-4011-B42D-00C04FC964FF',
  'lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff\n',
  ['lunasec-6f9619ff-8b86-4011-b42d-00c04fc964ff'],
])('%j is none', (value) => {
  expect(isToken(value)).toBe(false);
});
