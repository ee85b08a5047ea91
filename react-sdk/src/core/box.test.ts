/** @jest-environment jsdom */
import { beforeEach, expect, test } from '@jest/globals';
import { createBox } from './box.js';

let box: HTMLElement;
let twin: HTMLInputElement;
const own = () => twin.style.getPropertyPriority('width');

beforeEach(() => {
  document.head.innerHTML = '<style>.w { width: 50%; margin-top: 7px; box-sizing: border-box; }</style>';
  document.body.innerHTML = '<div><span><input class="w" style="height: 40px"></span></div>';
  box = document.querySelector('span')!;
  twin = document.querySelector('input')!;
});

test('the box takes the size and margins that the twin asks for; the twin fills the box', () => {
  createBox(box, twin).arrange();
  expect(box.style.width).toBe('50%');
  expect(box.style.height).toBe('40px');
  expect(box.style.marginTop).toBe('7px');
  expect(box.style.position).toBe('relative');
  expect([twin.style.width, own()]).toEqual(['auto', 'important']);
  expect(twin.style.marginTop).toBe('0px');
});

test('arranged again it is the same: the own styles of the twin are not taken for its layout', () => {
  const layout = createBox(box, twin);
  layout.arrange();
  const before = document.body.innerHTML;
  layout.arrange();
  expect(document.body.innerHTML).toBe(before);
});

test('a style that the app gives meanwhile counts from then on', () => {
  const layout = createBox(box, twin);
  layout.arrange();
  twin.style.height = '60px';
  layout.arrange();
  expect(box.style.height).toBe('60px');
  expect(twin.style.height).toBe('auto');
});

test('a size without padding and border gets them added: the box has none', () => {
  twin.style.cssText = 'box-sizing: content-box; padding: 0 10px; border: 3px solid';
  createBox(box, twin).arrange();
  expect(box.style.width).toBe('calc(50% + 26px)');
});

test('a hidden twin hides the box', () => {
  twin.style.display = 'none';
  createBox(box, twin).arrange();
  expect(box.style.display).toBe('none');
});
