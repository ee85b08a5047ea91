/** @jest-environment jsdom */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ElementAttributes, ElementKind } from '../protocol/attributes.js';
import * as extras from './extras.js';
import { createField } from './field.js';
import { createReveal } from './reveal.js';

const ssn = '078-05-1120';
const hidden = '•••-••-1120';

/** A field with a text in it, and what of that is to be seen. */
function setUp(kind: ElementKind, attributes: ElementAttributes, { isByPerson = true } = {}) {
  document.body.innerHTML = '';
  const field = createField(document, kind, attributes, undefined, extras);
  document.body.append(field.element);
  const changed = jest.fn();
  const reveal = createReveal({
    document,
    field,
    hideAfter: attributes.hideAfter,
    isByPerson: () => isByPerson,
    changed,
  });
  field.setText(ssn);
  reveal.refresh();
  const cover = () => document.querySelector<HTMLInputElement | HTMLTextAreaElement>('#cover');
  return {
    field,
    element: field.element as HTMLInputElement,
    reveal,
    changed,
    cover,
    seen: () => {
      if (!field.takesInput) return field.element.textContent;
      return field.element.classList.contains('covered') ? cover()!.value : field.text();
    },
    press: (key: string, init: KeyboardEventInit = {}) =>
      field.element.dispatchEvent(new KeyboardEvent('keydown', { key, ...init })),
  };
}

function setHidden(value: boolean) {
  Object.defineProperty(document, 'hidden', { value, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  Reflect.deleteProperty(document, 'hidden');
  jest.useRealTimers();
});

describe.each(['input', 'textarea', 'paragraph', 'span'] as const)('a concealed %s', (kind) => {
  test('shows the last letters and digits, all of it while revealed', () => {
    const { reveal, seen, field, changed } = setUp(kind, { conceal: 4 });
    expect(seen()).toBe(hidden);
    expect(field.text()).toBe(ssn);
    reveal.toggle();
    expect(seen()).toBe(ssn);
    expect(changed).toHaveBeenCalledTimes(1);
    reveal.toggle();
    expect(seen()).toBe(hidden);
    expect(field.text()).toBe(ssn);
  });

  test.each<[string, () => void]>([
    ['its time is over', () => jest.advanceTimersByTime(5000)],
    ['the window is left', () => window.dispatchEvent(new Event('blur'))],
    ['the tab is left', () => setHidden(true)],
  ])('hides again when %s', (_, act) => {
    const { reveal, seen } = setUp(kind, { conceal: 4, hideAfter: 5 });
    reveal.toggle();
    jest.advanceTimersByTime(4999);
    setHidden(false);
    expect(seen()).toBe(ssn);
    act();
    expect(seen()).toBe(hidden);
    expect(reveal.isRevealed()).toBe(false);
  });

  test('has its full time each time', () => {
    const { reveal, seen } = setUp(kind, { conceal: 4, hideAfter: 5 });
    reveal.toggle();
    jest.advanceTimersByTime(3000);
    reveal.toggle();
    reveal.toggle();
    jest.advanceTimersByTime(3000);
    expect(seen()).toBe(ssn);
  });
});

test('what is to be concealed is nowhere in a paragraph', () => {
  setUp('paragraph', { conceal: 4 });
  expect(document.documentElement.outerHTML).not.toMatch(/078/);
});

describe('a concealed input', () => {
  test('is its own value all the while: to validity, copying and undo nothing happens', () => {
    const { element, reveal } = setUp('input', { conceal: 0, pattern: '[0-9\\-]+' });
    expect(element.value).toBe(ssn);
    expect(element.checkValidity()).toBe(true);
    reveal.toggle();
    expect(element.value).toBe(ssn);
  });

  test('is covered by what nobody can reach or hear', () => {
    const { cover, element } = setUp('input', { conceal: 4 });
    expect(cover()).toMatchObject({ tabIndex: -1, readOnly: true, inert: true });
    expect(cover()!.getAttribute('aria-hidden')).toBe('true');
    expect(cover()!.previousElementSibling).toBe(element);
  });

  test('looks like the input', () => {
    const { cover, element, reveal } = setUp('input', { conceal: 4 });
    element.style.setProperty('padding-left', '7px');
    element.dir = 'rtl';
    reveal.refresh();
    expect(cover()!.style.paddingLeft).toBe('7px');
    expect(cover()!.dir).toBe('rtl');
  });

  test('has nothing to conceal while it is empty', () => {
    const { cover, field, reveal, element } = setUp('input', { conceal: 4 });
    field.setText('');
    reveal.refresh();
    expect(cover()).toBeNull();
    expect(element.className).toBe('');
  });

  test('of what is no number, which no script can read, shows discs', () => {
    const { element, field, reveal } = setUp('input', { type: 'number', conceal: 0 });
    field.setText('');
    Object.defineProperty(element, 'validity', { value: { badInput: true } });
    reveal.refresh();
    expect(element.className).toBe('concealed');
  });

  test.each<[string, (element: ReturnType<typeof setUp>) => void]>([
    ['types', ({ element }) => element.dispatchEvent(new Event('input'))],
    ['presses a key that edits', ({ press }) => press('ArrowLeft')],
    ['clicks into it', ({ element }) => element.click()],
  ])('shows all while it has the focus, once a person %s', (_, act) => {
    const parts = setUp('input', { conceal: 4 });
    parts.element.focus();
    expect(parts.seen()).toBe(hidden);
    act(parts);
    expect(parts.seen()).toBe(ssn);
    parts.element.blur();
    expect(parts.seen()).toBe(hidden);
    parts.element.focus();
    expect(parts.seen()).toBe(hidden);
  });

  test.each<[string, KeyboardEventInit]>([
    ['Tab', {}],
    ['Shift', {}],
    ['Enter', {}],
    ['c', { ctrlKey: true }],
    ['c', { metaKey: true }],
  ])('not for passing by: %s %j', (key, init) => {
    const { press, element, seen } = setUp('input', { conceal: 4 });
    element.focus();
    press(key, init);
    expect(seen()).toBe(hidden);
  });

  test('not for a script, nor for a click that does not arrive', () => {
    const script = setUp('input', { conceal: 4 }, { isByPerson: false });
    script.element.focus();
    script.press('a');
    script.element.click();
    script.element.dispatchEvent(new Event('input'));
    expect(script.seen()).toBe(hidden);
    const elsewhere = setUp('input', { conceal: 4 });
    elsewhere.element.click();
    elsewhere.element.focus();
    expect(elsewhere.seen()).toBe(hidden);
  });

  test('hides another text, though somebody edited the former', () => {
    const { element, press, field, reveal, seen } = setUp('input', { conceal: 4 });
    element.focus();
    press('a');
    field.setText('219-09-9999');
    reveal.hide();
    expect(seen()).toBe('•••-••-9999');
  });
});

describe('a password', () => {
  test('is one until it is revealed, also while somebody types', () => {
    const { element, reveal, press, cover } = setUp('input', { type: 'password', conceal: 4, hideAfter: 1 });
    element.focus();
    press('a');
    element.click();
    expect(element.type).toBe('password');
    expect(cover()).toBeNull();
    reveal.toggle();
    expect(element.type).toBe('text');
    expect(element.value).toBe(ssn);
    jest.advanceTimersByTime(1000);
    expect(element.type).toBe('password');
  });
});

test('what is not to be concealed is left alone', () => {
  const { seen, reveal, element, cover } = setUp('input', {});
  expect(seen()).toBe(ssn);
  reveal.toggle();
  reveal.toggle();
  element.focus();
  element.blur();
  expect(seen()).toBe(ssn);
  expect(cover()).toBeNull();
});
