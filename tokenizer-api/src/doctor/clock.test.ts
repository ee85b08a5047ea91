import { describe, expect, test } from '@jest/globals';
import { compareClocks } from './clock.js';

const compare = (seconds: number) =>
  compareClocks('the database', {
    at: new Date(1_000_000),
    before: new Date(1_000_000 + seconds * 1000 - 100),
    after: new Date(1_000_000 + seconds * 1000 + 100),
  });

describe('clocks', () => {
  test.each([
    [0, 'ok', 'agrees with that of the database'],
    [5, 'ok', 'is 5 s ahead of that of the database'],
    [-6, 'warning', 'is 6 s behind that of the database'],
    [30, 'warning', 'is 30 s ahead of that of the database'],
    [31, 'error', 'is 31 s ahead of that of the database'],
    [-3600, 'error', 'is 3600 s behind that of the database'],
  ])('%i s apart: %s', (seconds, status, message) => {
    expect(compare(seconds)).toMatchObject({ check: 'clock', status, message });
  });
});
