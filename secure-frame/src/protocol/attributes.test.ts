import { expect, test } from '@jest/globals';
import { elementAttributes } from './attributes.js';

test('every attribute is optional, and limited', () => {
  expect(elementAttributes({})).toBe(true);
  for (const attributes of [
    { maxLength: 1 << 21 },
    { minLength: -1 },
    { rows: 0 },
    { pattern: 'a'.repeat(1001) },
    { lang: 'x'.repeat(36) },
    { dir: 'sideways' },
    { inputMode: 'secret' },
    { required: 'yes' },
  ])
    expect(elementAttributes(attributes)).toBe(false);
});

test.each([
  'href',
  'src',
  'srcDoc',
  'srcSet',
  'action',
  'formAction',
  'form',
  'list',
  'name',
  'id',
  'className',
  'style',
  'value',
  'defaultValue',
  'onChange',
  'onClick',
  'onclick',
  'ref',
  'dangerouslySetInnerHTML',
  'innerHTML',
  'nonce',
  'accept',
  'multiple',
  'autoFocus',
  'step',
  'title',
  '__proto__',
  'constructor',
])('no %s', (name) => {
  expect(elementAttributes(JSON.parse(`{"${name}":""}`))).toBe(false);
});
