/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { letKeyboardScroll } from './scrolling.js';

const settled = () => new Promise((resolve) => setTimeout(resolve));

function text(sizes: Partial<Record<'scrollHeight' | 'scrollWidth', number>>) {
  const element = document.createElement('p');
  const all = { scrollHeight: 20, clientHeight: 20, scrollWidth: 100, clientWidth: 100, ...sizes };
  for (const [name, value] of Object.entries(all))
    Object.defineProperty(element, name, { value, configurable: true });
  letKeyboardScroll(element);
  return element;
}

test.each([
  ['down', { scrollHeight: 90 }],
  ['sideways', { scrollWidth: 900 }],
])('text that can be scrolled %s is a stop for the keyboard', async (_where, sizes) => {
  const element = text(sizes);
  element.textContent = 'long';
  await settled();
  expect(element.tabIndex).toBe(0);
});

test('text that is seen whole is none, also when it was longer before', async () => {
  const element = text({ scrollHeight: 90 });
  element.textContent = 'long';
  await settled();
  expect(element.hasAttribute('tabindex')).toBe(true);
  Object.defineProperty(element, 'scrollHeight', { value: 20 });
  element.style.fontSize = '8px';
  await settled();
  expect(element.hasAttribute('tabindex')).toBe(false);
});
