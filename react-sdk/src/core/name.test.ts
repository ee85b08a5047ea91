/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { labelOf, textOf } from './name.js';

test('labels by id and around, and referenced texts, with their spaces tidied', () => {
  document.body.innerHTML = `<label for="a"> National
    id </label><label>Again <input id="a"></label><p id="one">One</p><p id="two">two</p>`;
  const input = document.querySelector('input')!;
  expect(labelOf(input)).toBe('National id Again');
  expect(textOf(input, 'one missing  two')).toBe('One two');
  expect(textOf(input, undefined)).toBeUndefined();
  expect(labelOf(document.querySelector('p')!)).toBeUndefined();
});
