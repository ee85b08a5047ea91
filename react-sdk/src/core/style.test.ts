/** @jest-environment jsdom */
import { pageToElement } from '@lunasec/secure-frame/protocol';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { quietPseudoElements } from '../test-support/frames.js';
import { stateAttributes, userInvalid } from './marks.js';
import { readFrameStyles, readStyles } from './style.js';

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

test('what two states at once do is told where both set the same property', () => {
  const element = twin(
    `.control[${stateAttributes.invalid}] { letter-spacing: 3px; word-spacing: 1px; }
     .control[${stateAttributes.focus}] { letter-spacing: 2px; }
     .control[${stateAttributes.hover}] { opacity: 0.5; }`,
  );
  const styles = readStyles(element, 'input');
  expect(styles.focusInvalid).toEqual({ 'letter-spacing': '2px' });
  expect(styles).not.toHaveProperty('hoverFocus');
  expect(pageToElement(styles)).toEqual(styles);
});

test(':user-invalid counts once somebody has had to do with the field', () => {
  const element = twin(`.control[${userInvalid}] { letter-spacing: 3px; }`);
  expect(readStyles(element, 'input').invalid).toEqual({});
  expect(readStyles(element, 'input', true).invalid).toEqual({ 'letter-spacing': '3px' });
});

describe('shadows', () => {
  const css =
    '.control { box-shadow: rgba(1, 2, 3, 0.5) 0px 1px 2px 0px inset, rgb(4, 5, 6) 0px 0px 0px 3px; }';

  test('inside the field are drawn in the frame', () => {
    expect(readStyles(twin(css), 'input').base!['box-shadow']).toBe(
      'rgba(1, 2, 3, 0.5) 0px 1px 2px 0px inset',
    );
  });
  test('around it are drawn by the page', () => {
    expect(readFrameStyles(twin(css), 'input')['box-shadow']).toBe('rgb(4, 5, 6) 0px 0px 0px 3px');
  });
});

test('a box between pixels: its frame lies on whole ones, and padding makes up for it', () => {
  const element = twin('.control { padding: 10px; }');
  const box = element.parentElement!;
  box.getBoundingClientRect = () => ({ left: 20.25, top: 7.75, right: 120.75, bottom: 40 }) as DOMRect;
  expect(readFrameStyles(element, 'input')).toMatchObject({
    left: '-0.25px',
    top: '0.25px',
    width: 'calc(100% + 0.5px)',
    height: 'calc(100% + -0.25px)',
  });
  expect(readStyles(element, 'input').base).toMatchObject({
    'padding-left': '10.25px',
    'padding-top': '9.75px',
    'padding-right': '10.25px',
    'padding-bottom': '10px',
  });
  // That of a paragraph covers it: what it shows may be narrower than half a pixel, and has no padding to give.
  element.getBoundingClientRect = box.getBoundingClientRect;
  expect(readFrameStyles(element, 'paragraph')).toMatchObject({
    left: '-0.25px',
    top: '-0.75px',
    width: 'calc(100% + 0.5px)',
  });
});
