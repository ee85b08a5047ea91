/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { repeatStateRules } from './states.js';

function repeated(css: string): string {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  const text = repeatStateRules(style.sheet!.cssRules);
  style.remove();
  return text.replace(/\s+/g, ' ').replace(/ ?([{}]) ?/g, '$1');
}

test('rules for a state are repeated with an attribute, which weighs the same', () => {
  expect(repeated('.a:hover, .b:focus-visible > i { color: red; }')).toBe(
    '.a[data-lunasec-hovered], .b[data-lunasec-focused] > i{color: red;}',
  );
  expect(repeated('.a:invalid:not(:focus) { color: red; }')).toBe(
    '.a[data-lunasec-invalid]:not([data-lunasec-focused]){color: red;}',
  );
  expect(repeated('.a:required { color: red; }')).toBe('.a[data-lunasec-required]{color: red;}');
});

test('other rules are not: repeated at the end, they would win over what comes after them', () => {
  expect(repeated('.a { color: red; } .a:focus-within { color: blue; } .hover { color: red; }')).toBe('');
});

test('conditions around a rule stay around it, without the other rules in them', () => {
  expect(
    repeated('@media (min-width: 1px) { .a { color: red; } .a:focus { color: blue; } .b { color: red; } }'),
  ).toBe('@media (min-width: 1px){.a[data-lunasec-focused]{color: blue;}}');
});
