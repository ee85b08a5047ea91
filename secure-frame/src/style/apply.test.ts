/** @jest-environment jsdom */
import '../test-support/dom.js';
import { beforeEach, expect, test } from '@jest/globals';
import { createStyler } from './apply.js';

function setUp() {
  document.body.innerHTML = '<input id="field">';
  document.adoptedStyleSheets = [];
  const field = document.querySelector<HTMLElement>('#field')!;
  const apply = createStyler(document, field);
  const rules = () =>
    Object.fromEntries(
      [...document.adoptedStyleSheets[0]!.cssRules].map((rule) => {
        const { selectorText, style } = rule as CSSStyleRule;
        return [selectorText.replace('#field', ''), style];
      }),
    ) as Record<'::placeholder' | ':hover' | ':focus' | ':invalid' | ':focus:invalid', CSSStyleDeclaration>;
  return { field, apply, rules };
}

beforeEach(() => {
  document.documentElement.removeAttribute('style');
});

test('the field and its states look as the page wants', () => {
  const { field, apply, rules } = setUp();
  apply({
    base: { color: 'rgb(1, 2, 3)', 'font-size': '20px' },
    placeholder: { color: 'rgb(4, 5, 6)' },
    focus: { 'border-top-color': 'red' },
    hover: { color: 'blue' },
    invalid: { color: 'green' },
  });
  expect(field.style.color).toBe('rgb(1, 2, 3)');
  expect(field.style.fontSize).toBe('20px');
  expect(rules()['::placeholder'].color).toBe('rgb(4, 5, 6)');
  expect(rules()[':hover'].getPropertyPriority('color')).toBe('important');
  expect(rules()[':invalid'].color).toBe('green');
  expect(rules()[':focus'].getPropertyValue('border-top-color')).toBe('red');
});

test('what two states at once do stands after what each does', () => {
  const { apply, rules } = setUp();
  apply({ invalid: { color: 'red' }, focus: { color: 'blue' }, focusInvalid: { color: 'blue' } });
  const names = Object.keys(rules());
  expect(names.slice(-3)).toEqual([':hover:focus', ':hover:invalid', ':focus:invalid']);
  expect(names.indexOf(':invalid')).toBeLessThan(names.indexOf(':hover:focus'));
  expect(rules()[':focus:invalid'].color).toBe('blue');
});

test('a later look replaces all of the former', () => {
  const { field, apply, rules } = setUp();
  apply({ base: { color: 'red', 'font-size': '20px' }, focus: { color: 'red', opacity: '0.5' } });
  apply({ base: { color: 'blue' }, focus: { color: 'green' } });
  expect(field.style.fontSize).toBe('');
  expect(field.style.color).toBe('blue');
  expect(rules()[':focus']).toHaveLength(1);
  apply({});
  expect(field.style).toHaveLength(0);
  expect(rules()[':focus']).toHaveLength(0);
});

test('what looks so by nature is left alone', () => {
  const { field, apply } = setUp();
  const native = getComputedStyle(field).getPropertyValue('color');
  expect(native).not.toBe('');
  apply({ base: { color: native, 'font-size': '20px' } });
  expect([...field.style]).toEqual(['font-size']);
});

test('the look of a state does not hide what the base must be', () => {
  const { field, apply, rules } = setUp();
  const seen: number[] = [];
  const { getComputedStyle: original } = window;
  window.getComputedStyle = (element) => {
    seen.push(rules()[':focus'].length);
    return original(element);
  };
  try {
    apply({ base: { color: 'red' }, focus: { color: 'red' } });
    apply({ base: { color: 'red' }, focus: { color: 'red' } });
  } finally {
    window.getComputedStyle = original;
  }
  expect(seen).toEqual([0, 0]);
  expect(field.style.color).toBe('red');
});

test('nothing that is not allowed arrives', () => {
  const { field, apply, rules } = setUp();
  const evil = {
    'background-image': 'url(https://evil.example/)',
    content: '"typed"',
    color: 'red; background: url(https://evil.example/)',
    'font-family': 'url(https://evil.example/)',
    position: 'fixed',
  };
  apply({ base: evil, placeholder: evil, focus: evil, hover: evil, invalid: evil, focusInvalid: evil });
  expect(field.style).toHaveLength(0);
  for (const style of Object.values(rules())) expect(style).toHaveLength(0);
});

test('the colour scheme is the document’s', () => {
  const { apply } = setUp();
  apply({ base: { 'color-scheme': 'dark' } });
  expect(document.documentElement.style.getPropertyValue('color-scheme')).toBe('dark');
});
