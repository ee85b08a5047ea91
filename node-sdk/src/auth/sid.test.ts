import { expect, test } from '@jest/globals';
import { sidOf } from './sid.js';

test('a sid is what every package computes: SHA-256 of application id, a zero byte and session id', () => {
  // printf 'demo\0session-1' | openssl dgst -sha256 -binary | basenc --base64url
  expect(sidOf('demo', 'session-1')).toBe('YCWBvtVBEiuCJrZblpvAzHpl6ZtJBKKWLKluLxvXdPo');
  expect(sidOf('demo', 'sitzung-ü')).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('the zero byte keeps application and session apart', () => {
  expect(sidOf('ab', 'c')).not.toBe(sidOf('a', 'bc'));
});
