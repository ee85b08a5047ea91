/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { setRows } from './rows.js';

test('a twin has the lines that its frame asks for', () => {
  const twin = document.createElement('textarea');
  twin.rows = 3;
  expect(setRows(twin, undefined)).toBe(false);
  expect(twin.rows).toBe(3);
  expect(setRows(twin, 5)).toBe(true);
  expect(twin.rows).toBe(5);
  expect(setRows(twin, 5)).toBe(false);
});
