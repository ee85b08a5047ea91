/** @jest-environment jsdom */
import { pageToElement } from '@lunasec/secure-frame/protocol';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { quietPseudoElements } from '../test-support/frames.js';
import { stateAttributes } from './marks.js';
import { readStyles } from './style.js';

function twin(css: string): HTMLInputElement {
  document.head.innerHTML = `<style>${css}</style>`;
  document.body.innerHTML = '<input class="control">';
  return document.querySelector('input')!;
}
beforeEach(quietPseudoElements);
afterEach(() => {
  document.head.innerHTML = document.body.innerHTML = '';
});

test('the look is read from the computed style, in a message that a frame takes', () => {
  const styles = readStyles(twin('.control { color: rgb(1, 2, 3); letter-spacing: 2px; }'), 'input');
  expect(styles.base).toMatchObject({ color: 'rgb(1, 2, 3)', 'letter-spacing': '2px' });
  expect(pageToElement(styles)).toEqual(styles);
});

test('nothing is read that moves or places, or that only loads', () => {
  const { base } = readStyles(
    twin(
      `.control { background-image: url(https://evil.example/); position: fixed; content: "x"; display: grid;
         transform: scale(2); }`,
    ),
    'input',
  );
  expect(JSON.stringify(base)).not.toMatch(/evil|fixed|grid|scale/);
});

test('of a state only what differs is read, and the twin is left as it was', () => {
  const element = twin(
    `.control { color: rgb(1, 2, 3); }
     .control[${stateAttributes.focus}] { color: rgb(4, 5, 6); }
     .control[${stateAttributes.invalid}] { color: rgb(7, 8, 9); }`,
  );
  element.setAttribute(stateAttributes.invalid, '');
  const before = element.outerHTML;
  const styles = readStyles(element, 'input');
  expect(styles).toMatchObject({
    base: { color: 'rgb(1, 2, 3)' },
    focus: { color: 'rgb(4, 5, 6)' },
    hover: {},
    invalid: { color: 'rgb(7, 8, 9)' },
  });
  expect(element.outerHTML).toBe(before);
});

test('of a paragraph only its text: its box is drawn by the page', () => {
  const { base, focus } = readStyles(
    twin('.control { color: rgb(1, 2, 3); background-color: rgb(4, 5, 6); opacity: 0.5; }'),
    'paragraph',
  );
  expect(base).toMatchObject({ color: 'rgb(1, 2, 3)' });
  expect(Object.keys(base!).filter((name) => /^(background|border|opacity)/.test(name))).toEqual([]);
  expect(focus).toBeUndefined();
});
